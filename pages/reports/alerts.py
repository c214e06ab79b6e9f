"""Alerts: “tell me when …”, what each said last, changing and adding one."""

from pages.components import alert_editor, frame

frame.head("Alerts", "Looked at every ten minutes. What is true is told once by mail, and again when it comes back.")
alert_editor.listed()
alert_editor.add()
