"""Asking the mail server whether it takes the sign-in, before a report has to find out."""

from __future__ import annotations

import streamlit as st

from core.mail import sending
from core.people.permissions import require
from pages.components import cached, errors, session


def draw() -> None:
    """A button, and what the server said."""
    settings = cached.settings()
    if settings.smtp_host and st.button("Check the mail server", icon=":material/outgoing_mail:", key="check_mail"):
        with errors.boundary():
            require(session.person(), "see_system")
            st.success(sending.check_connection(settings))
