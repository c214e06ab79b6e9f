"""Choosing a report: one line each with its next time in words; the choice stands in the URL."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from core.reports import records
from core.reports.definition import Block, ReportDefinition
from core.reports.records import Report
from pages.components import cached, session

NEW = ReportDefinition(
    "New report", blocks=(Block("kpis", "Key figures", ("sales_eur_net", "units")), Block("trend", "Net revenue by month"))
)


def choose() -> Report:
    """Draw the list; returns the report of the URL. The monthly report is there from the first day."""
    records.ensure_monthly_report(cached.database())
    with cached.database().read() as connection:
        reports = {str(report.id): report for report in records.list_reports(connection)}
        due = {str(s.report_id): s.next_due for s in records.list_schedules(connection) if s.next_due}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = st.selectbox(
            "Report",
            list(reports),
            format_func=lambda key: f"{reports[key].name} — {_next(due.get(key))}",
            key="report",
            bind="query-params",
            label_visibility="collapsed",
            width=460,
        )
        if session.may_do("edit_reports") and st.button("New report", icon=":material/add:"):
            made = records.save_report(cached.database(), session.person(), NEW)
            st.query_params["report"] = str(made)
            session.forget("report")
            st.rerun()
    return reports[picked]


def _next(due: datetime | None) -> str:
    if due is None:
        return "not scheduled"
    return f"next {due.astimezone(ZoneInfo(cached.settings().time_zone)):%a %-d %b %Y, %H:%M}"
