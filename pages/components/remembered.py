"""What was said about earlier files and holds for the next ones like them; each answer can be taken back, and restored."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from core.errors import WorkbenchError
from core.ingest import families
from pages.components import cached, errors, session
from pages.components.frame import plain

SHOWN = 60


def draw() -> None:
    """A closed list beneath the files; nothing where nothing is remembered."""
    answers = families.listed(cached.database()).filter(pl.col("state").is_in(["counts", "taken back"])).head(SHOWN)
    counting = answers.filter(pl.col("state") == "counts").height
    if answers.is_empty():
        return
    with st.expander(f"Remembered answers ({counting})", icon=":material/bookmark:", key="remembered"):
        st.caption(
            "Said about a file that was stored, and used for the next one like it. What you take back is asked again; stored files stay."
        )
        for (family,), lines in answers.group_by(["family"], maintain_order=True):
            st.markdown(f"**Files like “{plain(str(family))}”**")
            for line in lines.iter_rows(named=True):
                _line(line)


def _line(line: dict[str, Any]) -> None:
    counts = line["state"] == "counts"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        text = f"{plain(line['what'])}: {plain(line['answer'])}"
        said = f":gray[{plain(line['by'])}, {line['on']:%-d %b %Y}, “{plain(line['file_name'])}”]"
        st.markdown(f"{text if counts else f'~~{text}~~'}  \n{said}", width="stretch")
        if session.may_do("import_files"):
            label = "Take back" if counts else "Restore"
            if st.button(label, key=f"remembered_{line['id']}", type="tertiary"):
                _change(int(line["id"]), counts)


def _change(answer_id: int, counts: bool) -> None:
    try:
        (families.revoke if counts else families.restore)(cached.database(), session.person(), answer_id)
        session.notify("Taken back. The next file like this is asked about it again." if counts else "Restored.")
    except WorkbenchError as error:
        session.notify(errors.sentence(error), ":material/info:")
    st.rerun()
