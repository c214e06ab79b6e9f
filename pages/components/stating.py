"""What analyses pages share: choices that stand in the URL beside the global ones, the controls that change them, and plain tables of figures.

stated, problems = moving.read(stating.parameters(moving.NAMES))
filters.explain(problems)
by = stating.select("By", "movers_by", moving.ITEM_LABELS, stated.by)
stating.write(moving.NAMES, moving.written(replace(stated, by=by)))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from core.sales.carrying import ITEMS
from core.sales.dimensions import DIMENSIONS
from core.sales.palette import palette
from core.sales.query import Result, SalesQuery, conditions
from core.sales.shown import Shown, about
from core.sales.suggesting import did_you_mean
from pages.components import frame, numbered, results, screen, session

ITEM_LABELS: Mapping[str, str] = {name: DIMENSIONS[name].title for name in ("product", *(n for n in ITEMS if n != "product"))}
ROWS = 12


def one(parameters: Mapping[str, Sequence[str]], name: str, known: Mapping[str, str], default: str, problems: list[str]) -> str:
    """The choice that a URL states; one that does not exist is explained and left out. `known`: names and labels."""
    value = (parameters.get(name) or (default,))[-1].strip()
    if value in known:
        return value
    hint = did_you_mean(value, dict(known))
    problems.append(f"“{value}” can not be chosen for “{name}”. {known[default]} is shown instead. {hint}".strip())
    return default


def number(parameters: Mapping[str, Sequence[str]], name: str, known: Sequence[int], default: int, problems: list[str]) -> int:
    """One of a few numbers."""
    text = (parameters.get(name) or (str(default),))[-1].strip()
    if text in map(str, known):
        return int(text)
    problems.append(f"“{text}” can not be chosen for “{name}”. {default} is used instead.")
    return default


def parameters(names: Sequence[str]) -> dict[str, list[str]]:
    """What of these the URL states."""
    return {name: st.query_params.get_all(name) for name in names if name in st.query_params}


def write(names: Sequence[str], stated: Mapping[str, Sequence[str]]) -> None:
    """Put a page's own state into the URL."""
    for name in names:
        if list(stated.get(name, [])) != st.query_params.get_all(name):
            if name in stated:
                st.query_params[name] = list(stated[name])
            else:
                del st.query_params[name]
    session.settle()


def select(label: str, key: str, options: Mapping[str, str], current: str, width: int = 190, *, told: str = "") -> str:
    """A list of choices that follows the URL. `told`: why nothing can be chosen here."""
    session.show_in(key, current)
    return st.selectbox(label, list(options), format_func=options.__getitem__, key=key, width=width, disabled=bool(told), help=told or None)


def segments(label: str, key: str, options: Mapping[str, str], current: str) -> str:
    """A switch between a few views that follows the URL."""
    session.show_in(key, current)
    return st.segmented_control(label, list(options), format_func=options.__getitem__, key=key, required=True, label_visibility="collapsed")


def table(
    rows: pl.DataFrame,
    formats: Mapping[str, Callable[[Any], str]],
    *,
    key: str,
    select: bool = False,
    signs: Sequence[str] = (),
    most: int = ROWS,
    name_width: int | None = None,
) -> str | None:
    """A plain table of figures: the first column names the item and stays in sight; figures are written by `formats`, sorted by value.

    `signs`: columns coloured by their sign (arrows and signs stand in their texts). `name_width`: pixels of the
    first column, where others need the room. Returns the clicked item when `select`."""
    listed = numbered.numbered(rows) if select else rows
    plain = listed.with_columns(pl.col(n).cast(pl.Float64) for n, dtype in rows.schema.items() if isinstance(dtype, pl.Decimal)).to_pandas()
    styled: Any = plain
    if rows.height <= results.MOST_STYLED:
        shown = {name: _written(formats[name]) for name in formats if name in rows.columns}
        styled = plain.style.format(shown, na_rep="–")
        if signs and rows.height:
            styled = styled.map(_coloured, subset=list(signs))
    config: dict[str, Any] = {name: st.column_config.Column(alignment="right") for name in formats if name in rows.columns}
    config[rows.columns[0]] = st.column_config.Column(pinned=True, width=screen.name_width() or name_width)
    config |= numbered.COLUMN if select else {}
    event = st.dataframe(
        styled,
        key=f"table_{key}",
        hide_index=True,
        height="content" if rows.height <= most else results.ROW_HEIGHT * (most + 1),
        column_config=config,
        on_select="rerun" if select else "ignore",
        selection_mode="single-cell",
        placeholder=results.placeholder(rows),
        alt=", ".join(rows.columns),
    )
    picked = numbered.chosen(event, rows.height) if select else None
    return str(rows[rows.columns[0]][picked]) if picked is not None else None


def call(method: str, by: str, query: SalesQuery, **more: Any) -> str:
    """The notebook's line of an analysis: `wb.movers('product', {'channel': ['offline']}, '2025-01-01/2025-05-31', 'prior_year')`."""
    named = {"where": conditions(query.where), "period": query.period and str(query.period), "like_for_like": query.like_for_like, **more}
    told = [f"{name}={value!r}" for name, value in named.items() if value]
    return f"wb.{method}({', '.join([repr(by), *told, f'compare={str(query.compare)!r}' if query.compare else 'compare=None'])})"


def seen(title: str, rows: pl.DataFrame, answer: Result, units: Mapping[str, str] | None = None) -> Shown:
    """A table of an analysis with what is said of the answer behind it."""
    return Shown(title, rows, about(answer), units=units or {})


def bare(text: str) -> str:
    """The figure without its sign of currency, which stands in the heading."""
    return text.replace("€\u202f", "")


def arrow(text: str, value: Any) -> str:
    """`▲ +4.2 %`: an arrow beside the sign, never colour alone."""
    return f"{'▲' if value > 0 else '▼' if value < 0 else '•'} {text}"


def _written(format_one: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "–" if value is None or pd.isna(value) else format_one(value)


def _coloured(value: Any) -> str:
    if value is None or pd.isna(value) or not value:
        return ""
    colors = palette(frame.is_dark())
    return f"color: {colors.up if value > 0 else colors.down}"
