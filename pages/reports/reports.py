"""Reports: what is sent to whom and when, as it will look, and what became of each mail."""

import streamlit as st

from pages.components import deliveries_table, frame, report_editor, report_list, report_preview, schedule_editor

frame.head("Reports", "A report is built from the same figures as every page and goes out as PDF, Excel or CSV.")
report = report_list.choose()
preview, content, schedules, sent = st.tabs(["Preview", "Content", "Schedules", "Deliveries"])
with preview:
    report_preview.show(report)
with content:
    report_editor.edit(report)
with schedules:
    schedule_editor.edit(report)
with sent:
    deliveries_table.show(report)
