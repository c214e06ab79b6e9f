"""Dropping files: each is handed to core once, however often the page runs again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import uploads
from core.errors import WorkbenchError
from pages.components import cached, errors, session

TYPES = ["xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "txt", "tsv"]
SEEN = "upload.seen"


def drop_zone() -> None:
    """Several files at once; a file that was handed over is not handed over again by a rerun."""
    if not session.may_do("import_files"):
        st.info("Your role may look at uploads but not load files.", icon=":material/lock:")
        return
    generation = session.recall("upload.generation", 0)
    files = st.file_uploader(
        "Vendor files", accept_multiple_files=True, type=None, key=f"upload_files_{generation}", label_visibility="collapsed"
    )
    fresh = [file for file in files if file.file_id not in session.recall(SEEN, set())]
    if fresh:
        refused = [message for file in fresh if (message := _take(file))]
        session.remember("upload.refused", refused)
        session.remember("upload.generation", generation + 1)
        st.rerun()
    for message in session.recall("upload.refused", []):
        st.warning(message, icon=":material/block:")


def _take(file: Any) -> str | None:
    """Hand one file over; returns the sentence when it is refused at the door."""
    session.remember(SEEN, {*session.recall(SEEN, set()), file.file_id})
    try:
        uploads.submit(cached.database(), cached.settings(), session.person(), file.getvalue(), file.name)
    except WorkbenchError as error:
        return f"{file.name}: {errors.sentence(error)}"
    return None


def worker_notice() -> None:
    """Without a worker a file would wait for ever: say so."""
    if not uploads.worker_alive(cached.database()):
        st.warning(
            "No worker is running, so files wait. Start the scheduler (`make run` does); they are read as soon as it is there.",
            icon=":material/hourglass_disabled:",
        )
