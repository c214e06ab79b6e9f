"""Jobs that gave up, each with a way to try it again."""

from __future__ import annotations

import streamlit as st

from core.jobs.queue import JobLine, queue_status, retry_failed
from core.people import audit
from core.people.permissions import require
from pages.components import cached, frame, session


def draw() -> None:
    """One line a failed job; nothing failed is said in a sentence."""
    with cached.database().read() as connection:
        failed = [job for job in queue_status(connection).jobs if job.status == "failed"]
    if not failed:
        st.caption("None. Jobs that fail for good are listed here and can be tried again.")
    for job in failed:
        with st.container(horizontal=True, vertical_alignment="center"):
            since = f"{job.since.astimezone():%-d %b %Y, %H:%M}" if job.since else ""
            st.markdown(frame.plain(f"{job.task} · {since} · after {job.attempts} tries"), width="stretch")
            st.button("Try again", key=f"retry_{job.id}", on_click=_retry, args=(job,), type="tertiary")


def _retry(job: JobLine) -> None:
    person = session.person()
    require(person, "see_system")
    with cached.database().write() as connection:
        if retry_failed(connection, job.id):
            audit.record(connection, person.username, "job tried again", job.task)
    session.notify("The job waits in the queue again.")
