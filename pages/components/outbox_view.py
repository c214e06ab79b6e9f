"""Mails of the outbox folder: the list, and one of them read without running anything in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from core.mail import outbox
from core.mail.outbox import OutboxEntry
from pages.components import frame


def draw(folder: Path, found: Sequence[OutboxEntry]) -> None:
    """The list at the left; the clicked message, or the newest, at the right."""
    left, right = st.columns([2, 3])
    with left:
        rows = [{"When": f"{entry.at.astimezone():%-d %b %Y, %H:%M}", "To": entry.to, "Subject": entry.subject} for entry in found]
        table = st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            on_select="rerun",
            selection_mode="single-cell",
            key="outbox",
            height="content" if len(rows) < 18 else 640,
        )
        cells = table.selection.cells
        picked = found[min(cells[0][0], len(found) - 1) if cells else 0]
    with right:
        _message(folder, picked)


def _message(folder: Path, entry: OutboxEntry) -> None:
    message = outbox.read_message(folder, entry.name)
    with st.container(border=True):
        st.html(f'<div class="card-title">{frame.escaped(entry.subject)}</div><div class="card-sub">to {frame.escaped(entry.to)}</div>')
        with st.container(horizontal=True):
            st.download_button(
                ".eml", lambda: outbox.read_bytes(folder, entry.name), entry.name, "message/rfc822", icon=":material/mail:", type="tertiary"
            )
            for number, part in enumerate(message.attachments):
                st.download_button(
                    part.name,
                    part.content,
                    part.name,
                    part.media_type,
                    icon=":material/attach_file:",
                    type="tertiary",
                    key=f"part_{number}",
                )
        if message.html:
            st.html(message.html)
        else:
            st.text(message.text)
