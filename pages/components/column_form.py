"""What each column of an unknown list means: its header, three values, the proposed meaning and why; every one can be changed."""

from __future__ import annotations

import streamlit as st

from core.ingest.shapes import ColumnChoice, Question
from pages.components.frame import plain

MONEY = ("amount", "amount_gross", "amount_net")
NOT_RIVALS = ("ignore", "store_units", "store_amount", "store_total")  # several columns may have them


def draw(key: str, question: Question) -> dict[str, str | None]:
    """One choice a column; None where two columns claim the same meaning and nobody has chosen yet."""
    labels = {choice.value: choice.label for choice in question.choices}
    rivals = _rivals(question.columns)
    return {column.key: _row(f"{key}_{place}", column, labels, column.key in rivals) for place, column in enumerate(question.columns)}


def _row(key: str, column: ColumnChoice, labels: dict[str, str], rival: bool) -> str | None:
    """Header and values beside the choice; beneath each other on a narrow screen."""
    left, right = st.columns([3, 2], vertical_alignment="center")
    name = plain(column.header) if column.header else f"Column {plain(column.key)}"
    values = " · ".join(plain(sample) for sample in column.samples) or "no values"
    mark = ":orange[:material/help:] " if column.open else ""
    left.markdown(f"{mark}**{name}**  \n:gray[{values}]  \n:gray[:small[{plain(column.reason)}]]")
    chosen: str | None = right.selectbox(
        f"Meaning of {column.header or column.key}",
        list(labels),
        index=None if rival else list(labels).index(column.meaning),
        format_func=labels.__getitem__,
        placeholder="Which of them counts?",
        label_visibility="collapsed",
        key=key,
    )
    return chosen


def _rivals(columns: tuple[ColumnChoice, ...]) -> set[str]:
    """Open columns that share a meaning."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        if column.open and column.meaning not in NOT_RIVALS:
            groups.setdefault("money" if column.meaning in MONEY else column.meaning, []).append(column.key)
    return {key for keys in groups.values() if len(keys) > 1 for key in keys}


def missing(answer: dict[str, str | None]) -> bool:
    """Whether a column is still without a meaning."""
    return not answer or None in answer.values()
