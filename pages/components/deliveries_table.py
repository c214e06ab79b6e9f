"""The ledger of a report: one line per recipient with the server's reply, and sending again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from core.reports import deliveries
from core.reports.deliveries import Delivery
from core.reports.records import Report
from pages.components import cached, empty, errors, session
from pages.components.picking import pick
from pages.components.report_list import WORDS


def show(report: Report) -> None:
    """The lines of a report, newest first; drawn anew by themselves while one is on its way."""
    lines = _lines(report)
    if not lines:
        empty.say("Nothing was sent yet", "Send the report from its preview, or give it a schedule.")
    elif _under_way(lines):
        st.fragment(_watch, run_every=2.0, key=f"deliveries_watch_{report.id}")(report)
    else:
        _resend(_table(lines))


def _under_way(lines: Sequence[Delivery]) -> bool:
    """Whether something is about to happen; a line that is tried again later is not waited for."""
    return any(line.status == "sending" or (line.status == "pending" and line.attempts == 0) for line in lines)


def _lines(report: Report) -> tuple[Delivery, ...]:
    with cached.database().read() as connection:
        return deliveries.list_deliveries(connection, report.id)


def _watch(report: Report) -> None:
    lines = _lines(report)
    if not _under_way(lines):
        st.rerun()
    _table(lines)


def _table(lines: Sequence[Delivery]) -> Delivery | None:
    """Draw the ledger; returns the chosen line."""
    moment = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=cached.settings().time_zone)
    rows = pl.DataFrame([_row(line) for line in lines], infer_schema_length=None)
    options = {"column_config": {"Due": moment, "Sent": moment, "Attempts": st.column_config.NumberColumn(width="small")}}
    place = pick(rows, [str(line.id) for line in lines], "delivery", **options)
    return None if place is None else lines[place]


def _row(line: Delivery) -> dict[str, Any]:
    return {
        "Due": line.due_at,
        "To": line.recipient,
        "Status": WORDS.get(line.status, line.status),
        "Formats": ", ".join(line.formats),
        "Sent": line.sent_at,
        "Attempts": line.attempts,
        "Server's reply": line.server_reply or "",
    }


def _resend(line: Delivery | None) -> None:
    if not session.may_do("edit_reports"):
        return
    if line is None:
        st.caption("Choose a line to send that mail again: the same document, whatever the figures are by now.")
    elif st.button(f"Send again to {line.recipient}", icon=":material/replay:"):
        with errors.boundary():
            deliveries.resend(cached.database(), session.person(), line.id, datetime.now(UTC))
            session.notify("It is on its way again.")
            st.rerun()
