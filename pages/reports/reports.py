"""Reports: what is sent to whom and when, as it will look, and what became of each mail."""

import streamlit as st

from pages.components import deliveries_table, frame, report_editor, report_list, report_preview, schedule_editor, session

frame.head("Reports", "A report is built from the same figures as every page and goes out as PDF, Excel or CSV.")
report = report_list.choose()
if session.may_do("edit_reports"):
    preview, content, schedules, sent = st.tabs(["Preview", "Content", "Schedules", "Deliveries"], key="report_tab", on_change="rerun")
    for tab, draw in (
        (preview, report_preview.show),
        (content, report_editor.edit),
        (schedules, schedule_editor.edit),
        (sent, deliveries_table.show),
    ):
        if tab.open:
            with tab:
                draw(report)
else:
    report_preview.show(report)
