"""A table in which one row is chosen; the choice stands in the URL, so that links lead to it and a reload keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.components import session

ROW, MOST = 35, 458  # pixels


def pick(rows: pl.DataFrame, ids: Sequence[str], parameter: str, *, required: bool = False, most: int = MOST, **options: Any) -> int | None:
    """Draw `rows`; returns the place of the chosen one. `ids`: what the URL's `parameter` says for each row. `required`: one is always
    chosen, at first the uppermost."""
    wanted = _wanted(parameter)
    start = [ids.index(wanted)] if wanted in ids else [0] if required else []
    picked = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row-required" if required else "single-row",
        selection_default={"selection": {"rows": start}},  # type: ignore[arg-type]
        key=f"{parameter}_{session.recall(f'{parameter}.arrived', '')}_{abs(hash(tuple(ids)))}",
        height="content" if ROW * (rows.height + 1) < most else most,
        placeholder="",
        **options,
    ).selection.rows
    place = picked[0] if picked and picked[0] < len(ids) else start[0] if required else None
    _remember(parameter, None if place is None else ids[place])
    return place


def lead_to(parameter: str, wanted: str) -> None:
    """Choose another row in the next run."""
    st.query_params[parameter] = wanted


def _wanted(parameter: str) -> str:
    """What the URL names; when that is not what was chosen here last, a link led here and the table begins anew."""
    wanted = st.query_params.get(parameter, "")
    if wanted != session.recall(f"{parameter}.chosen", ""):
        session.remember(f"{parameter}.arrived", wanted)
    return wanted


def _remember(parameter: str, chosen: str | None) -> None:
    session.remember(f"{parameter}.chosen", chosen or "")
    if chosen:
        st.query_params[parameter] = chosen
    elif parameter in st.query_params:
        del st.query_params[parameter]
