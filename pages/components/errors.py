"""The error boundary: a WorkbenchError shows its sentence; anything else a calm sentence with a reference that stands in the log too.

`boundary()` surrounds the page in the shell; `on_script_error` is given to the ASGI application and covers what runs outside it: widget
callbacks and fragments.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import DatabaseUnavailable, NotAllowed, WorkbenchError

log = logging.getLogger("workbench.pages")


def sentence(error: Exception) -> str:
    """What a person reads. An unexpected error is logged with its traceback under the reference it shows."""
    if isinstance(error, WorkbenchError):
        return error.message
    reference = secrets.token_hex(3).upper()
    log.error("reference %s", reference, exc_info=error)
    return f"This part of the page could not be drawn; nothing was changed. Load the page again, or tell an administrator: reference {reference}."


def show(error: Exception) -> None:
    icon = ":material/lock:" if isinstance(error, NotAllowed) else ":material/info:"
    draw = st.info if isinstance(error, NotAllowed) else st.error if isinstance(error, DatabaseUnavailable) else st.warning
    draw(sentence(error), icon=icon)


def on_script_error(error: Exception) -> bool:
    """For `streamlit.App`: draw the sentence in place of Streamlit's own error box."""
    show(error)
    return True


@contextmanager
def boundary() -> Iterator[None]:
    """Whatever is raised inside is shown where it happened, and the rest of the page is still drawn."""
    try:
        yield
    except Exception as error:
        show(error)
