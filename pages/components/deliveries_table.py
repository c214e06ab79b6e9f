"""The ledger of a report: one line per recipient with the server's reply, and sending again."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from core.reports import deliveries
from core.reports.records import Report
from pages.components import cached, empty, session
from pages.components.report_list import WORDS


def show(report: Report) -> None:
    with cached.database().read() as connection:
        lines = deliveries.list_deliveries(connection, report.id)
    if not lines:
        empty.say("Nothing was sent yet", "Send the report from its preview, or give it a schedule.")
        return
    rows = [
        {
            "Due": line.due_at,
            "To": line.recipient,
            "Status": WORDS.get(line.status, line.status),
            "Formats": ", ".join(line.formats),
            "Sent": line.sent_at,
            "Attempts": line.attempts,
            "Server's reply": line.server_reply or "",
        }
        for line in lines
    ]
    moment = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=cached.settings().time_zone)
    event = st.dataframe(
        pl.DataFrame(rows, infer_schema_length=None),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="deliveries",
        column_config={"Due": moment, "Sent": moment},
    )
    picked = event.selection.rows
    if picked and session.may_do("edit_reports"):
        line = lines[picked[0]]
        if st.button(f"Send again to {line.recipient}", icon=":material/replay:"):
            deliveries.resend(cached.database(), session.person(), line.id, datetime.now(UTC))
            session.notify("It is on its way again.")
            st.rerun()
