"""Choosing a report: one line each with its next time, its recipients and what became of it last; the choice stands in the URL."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from core.reports import records
from core.reports.definition import Block, ReportDefinition
from core.reports.deliveries import Delivery, list_deliveries
from core.reports.records import Report, Schedule
from core.sales.naming import name_list
from pages.components import cached, session
from pages.components.picking import lead_to, pick

NEW = ReportDefinition(
    "New report", blocks=(Block("kpis", "Key figures", ("sales_eur_net", "units")), Block("trend", "Net revenue by month"))
)
WORDS = {
    "pending": "waits",
    "sending": "is being sent",
    "sent": "sent",
    "outbox": "in the outbox",
    "failed": "failed",
    "unknown": "fate unknown",
}


def choose() -> Report:
    """Draw the list; returns the report of the URL. The monthly report is there from the first day."""
    records.ensure_monthly_report(cached.database())
    with cached.database().read() as connection:
        reports = records.list_reports(connection)
        schedules, sent = records.list_schedules(connection), list_deliveries(connection)
    rows = [_row(report, schedules, sent) for report in reports]
    if not rows:
        _new_button()
        st.stop()
    listed = pl.DataFrame(rows, infer_schema_length=None)
    listed = listed if session.may_do("edit_reports") else listed.drop("To", "Last")
    place = pick(listed, [str(report.id) for report in reports], "report", required=True, most=248)
    if session.may_do("edit_reports"):
        _new_button()
    return reports[place or 0]


def _new_button() -> None:
    if st.button("New report", icon=":material/add:"):
        lead_to("report", str(records.save_report(cached.database(), session.person(), NEW)))
        session.notify("A new report. Name it under Content.")
        st.rerun()


def _row(report: Report, schedules: tuple[Schedule, ...], sent: tuple[Delivery, ...]) -> dict[str, str]:
    own = [schedule for schedule in schedules if schedule.report_id == report.id and schedule.enabled]
    due = min((schedule.next_due for schedule in own if schedule.next_due), default=None)
    people = list(dict.fromkeys(address for schedule in own for address in schedule.recipients))
    last = next((line for line in sent if line.report_id == report.id), None)
    return {
        "Report": report.name,
        "Next": moment(due) if due else "not scheduled",
        "To": name_list(people, 2) or "–",
        "Last": f"{WORDS.get(last.status, last.status)}, {moment(last.sent_at or last.due_at)}" if last else "never sent",
        "Owner": report.owner,
    }


def moment(when: datetime) -> str:
    """`Tue 1 Dec 2026, 08:00` in the workbench's time zone."""
    return f"{when.astimezone(ZoneInfo(cached.settings().time_zone)):%a %-d %b %Y, %H:%M}"
