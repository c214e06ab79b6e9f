"""The report as it would be sent today: the pages of the real PDF, downloads in every format, and sending it now."""

from __future__ import annotations

from datetime import UTC, date, datetime

import streamlit as st

from core.reports import deliveries, records, rendering
from core.reports.content import ReportContent
from core.reports.definition import ReportDefinition, block_query
from core.reports.records import Report
from pages.components import cached, cached_analyses, errors, session, source_rows
from pages.components.frame import plain

TURN = "reports.send_turn"


def show(report: Report) -> None:
    content = cached_analyses.report_content(report.definition, session.scope(), date.today())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(content.headline) or "No figures in this period yet.", width="stretch")
        for name in records.FORMATS:
            _download(content, name)
        _trace(report.definition)
        if session.may_do("edit_reports"):
            _send(report)
    with st.container(key="paper"):
        pages(report.definition)


def pages(definition: ReportDefinition) -> None:
    """The pages of the real PDF, as it would be sent today."""
    for page in cached_analyses.report_pictures(definition, session.scope(), date.today()):
        with st.container(border=True):
            st.image(page)


def _trace(definition: ReportDefinition) -> None:
    """Every figure of the report, block by block, down to its cells."""
    with st.popover("Trace", icon=":material/account_tree:"):
        for number, block in enumerate(definition.blocks):
            if block.kind not in ("text", "coverage"):
                title = block.title or block.kind
                source_rows.button(
                    block_query(definition, block, date.today(), cached.fiscal_calendar()), key=f"block_{number}", label=title
                )


def _download(content: ReportContent, name: str) -> None:
    document = rendering.document(content, name) if name == "csv" else None
    file_name = document.name if document else f"{content.title} {content.period_name}.{name}".replace("/", "-")
    st.download_button(
        name.upper(),
        data=lambda: rendering.document(content, name).content,
        file_name=file_name,
        icon=":material/download:",
        on_click="ignore",
        key=f"download_{name}",
    )


def _send(report: Report) -> None:
    turn = session.recall(TURN, 0)
    with st.popover("Send now", icon=":material/send:", key=f"send_{turn}"), st.form(f"send_now_{turn}", border=False):
        recipients = st.text_area("To", placeholder="one address a line", height=100)
        formats = st.pills("Formats", records.FORMATS, selection_mode="multi", default=["pdf"])
        if st.form_submit_button("Send", type="primary"):
            with errors.boundary():
                lines = deliveries.send_now(
                    cached.database(), session.person(), report.id, addresses(recipients), formats, datetime.now(UTC)
                )
                session.remember(TURN, turn + 1)
                session.notify(f"{len(lines)} message{'s' if len(lines) != 1 else ''} on the way; see Deliveries.")
                st.rerun()


def addresses(text: str) -> tuple[str, ...]:
    """Addresses from a text with one a line, or separated by commas or semicolons."""
    return tuple(dict.fromkeys(part.strip() for part in text.replace(",", "\n").replace(";", "\n").splitlines() if part.strip()))
