"""Dropping files: each is handed to core once, however often the page runs again."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import uploads
from core.errors import WorkbenchError
from pages.components import cached, errors, frame, session

SEEN, REFUSED, GENERATION = "upload.seen", "upload.refused", "upload.generation"


def drop_zone() -> None:
    """Several files at once; a file that was handed over is not handed over again by a rerun."""
    if not session.may_do("import_files"):
        st.info("You may look at uploads but not load files. Ask an administrator.", icon=":material/lock:")
        return
    generation = session.recall(GENERATION, 0)
    most = cached.settings().upload_megabytes
    with st.container(key="drop_zone", gap="small"):
        files = st.file_uploader(
            "Drop vendor files here, or choose them",
            accept_multiple_files=True,
            key=f"upload_files_{generation}",
            max_upload_size=most,
        )
        st.caption(f"Several at once. A file of more than {most / 1024:.3g} GB: split it by month and drop the parts.")
    fresh = [file for file in files if file.file_id not in session.recall(SEEN, set())]
    if fresh:
        session.remember(REFUSED, [message for file in fresh if (message := _take(file))])
        session.remember(GENERATION, generation + 1)
        st.rerun()
    for message in session.recall(REFUSED, []):
        st.warning(frame.plain(message), icon=":material/block:")


def _take(file: Any) -> str | None:
    """Hand one file over, in blocks; returns the sentence when it is refused at the door."""
    session.remember(SEEN, {*session.recall(SEEN, set()), file.file_id})
    try:
        with st.spinner(f"Keeping {frame.plain(file.name)} ({size_words(file.size)})"):
            uploads.submit(cached.database(), cached.settings(), session.person(), file, file.name)
    except WorkbenchError as error:
        return f"{file.name}: {errors.sentence(error)}"
    finally:
        _let_go(file)
    return None


def _let_go(file: Any) -> None:
    """Streamlit would hold the bytes in memory for as long as the browser stays; they are on disk now."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def size_words(size: int) -> str:
    """`640 bytes`, `12 KB`, `212 MB`, `1.4 GB`."""
    for unit, name, digits in ((10**9, "GB", 1), (10**6, "MB", 0), (10**3, "KB", 0)):
        if size >= unit:
            return f"{size / unit:.{digits}f} {name}"
    return f"{size} bytes"


def worker_notice() -> None:
    """Without a worker a file would wait for ever: say so."""
    if not uploads.worker_alive(cached.database()):
        st.warning(
            "No worker is running, so files wait. Start the scheduler (`make run` does); they are read as soon as it is there.",
            icon=":material/hourglass_disabled:",
        )
