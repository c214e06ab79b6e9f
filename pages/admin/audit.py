"""Audit: who did what, and when."""

import streamlit as st

from core.people import audit
from pages.components import cached, empty, frame, session, tables

frame.head("Audit", "Every change, newest first. Nothing here can be altered.")
text = st.text_input("Search", placeholder="Search action, subject or details", label_visibility="collapsed", width=320)
log = audit.recent(cached.database(), session.person(), text=text.strip())
if log.is_empty():
    empty.say("Nothing found", "No action matches. Search for another word." if text else "Actions appear here as people work.")
else:
    tables.log(log)
