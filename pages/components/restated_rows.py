"""Rows of a plain table whose month (week, …) a later file stated differently: a mark beside the moment, and what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from core.sales import marking
from core.sales.covered import senders_in
from core.sales.dimensions import DIMENSIONS
from core.sales.query import SalesQuery
from core.sales.restated import Restated
from pages.components import cached, cached_analyses, results, session
from pages.components.frame import escaped

SAID = 4  # restatements told beneath a table
Marks = Mapping[int, tuple[Restated, ...]]


def of_frame(frame: pl.DataFrame, query: SalesQuery | None) -> Marks:
    """By row: what was restated of it, at its reseller where it names one, else at those that the question is about."""
    moments = _moments(frame)
    if query is None or not moments or frame.height > results.MOST_STYLED:
        return {}
    scope = session.scope()
    named = {sender.name for sender in senders_in(cached.covered(scope), query.where)}
    told = [one for one in cached_analyses.restated(scope) if one.reseller in named]
    groups = [name for name in (*moments, "reseller") if name in frame.columns]
    rows = enumerate(frame.select(groups).iter_rows(named=True)) if told else ()
    return {place: ones for place, row in rows if (ones := marking.restated_cell(row, told))}


def marked(styled: Any, frame: pl.DataFrame, marks: Marks) -> Any:
    """The table as `results.shown` gives it, with a mark beside the moment of each restated row."""
    if not marks:
        return styled
    for name in _moments(frame):
        subset = pd.IndexSlice[list(marks), [name]]
        styled = styled.format(lambda value, name=name: _sign(name, value), subset=subset, na_rep="–")
    return styled


def tell(frame: pl.DataFrame, marks: Marks) -> None:
    """What was said before and by which file it changed, the newest rows first; nothing where nothing is marked."""
    name = next(iter(_moments(frame)), "")
    told = {row: marking.words(name, frame[name][row], ones) for row, ones in marks.items()} if marks else {}
    lines = list(dict.fromkeys(line for row in sorted(told, reverse=True) for line in told[row].splitlines()))
    if lines:
        more = [f"and {len(lines) - SAID} more, see Coverage"] if len(lines) > SAID else []
        shown = "".join(f"<div>{marking.SIGN} {escaped(line)}</div>" for line in lines[:SAID])
        st.html(f'<div class="caveats">{shown}{"".join(f"<div>{escaped(line)}</div>" for line in more)}</div>')


def _sign(name: str, value: Any) -> str:
    day: date = value.date() if isinstance(value, pd.Timestamp) else value
    return f"{results.period_name(name, day)} {marking.SIGN}"


def _moments(frame: pl.DataFrame) -> list[str]:
    return [name for name, dtype in frame.schema.items() if dtype == pl.Date and name in DIMENSIONS and DIMENSIONS[name].kind == "date"]
