"""A `Result` on the screen: the table with figures as people read them, what must be known beside it, and the way to take it away.

answer = cached.result(query, scope)
row = results.table(answer, key="resellers", select=True)     # the clicked row as a dict, or None
results.caveats(answer)
results.downloads(shown.of_result(answer, "Net revenue by reseller"), key="resellers")
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pandas as pd
import polars as pl
import streamlit as st

from core.sales import files, marking
from core.sales.dimensions import DIMENSIONS
from core.sales.fiscal import name_part
from core.sales.formatting import MISSING, format_figure
from core.sales.measures import MEASURES
from core.sales.naming import name_period
from core.sales.palette import palette
from core.sales.query import Caveat, Period, Result
from core.sales.relative import in_place
from core.sales.restated import Restated, old_to_new
from core.sales.shown import Shown
from pages.components import cached, cached_analyses, frame, numbered, screen, session
from pages.components.frame import escaped

MOST_STYLED = 3_000  # rows that are written in full; a longer table keeps plain numbers and scrolls lazily
ROW_HEIGHT = 33  # pixels, at the theme's font size
MONTH_FORMATS = {"month": "%b %Y", "quarter": "Q%q %Y", "year": "%Y", "week": "week of %-d %b %Y", "day": "%-d %b %Y"}
WORDS = {
    ("source", "sell-out"): "Resellers",
    ("source", "d2c"): "Own web shop",
    ("channel", "offline"): "Stores",
    ("channel", "online"): "Online",
}
SUFFIXES = ("_change_pct", "_change", "_before", "_comparable")


def table(
    result: Result,
    *,
    key: str,
    columns: Sequence[str] = (),
    select: bool = False,
    rows: int = 12,
    total: bool = False,
    titles: Mapping[str, str] | None = None,
    more: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any] | None:
    """Draw the rows. `columns`: which, in order (default: all but the comparable part). `rows`: most visible before it scrolls.
    `total`: a last line with the totals. `more`: further columns of text, by heading. Returns the row of the clicked cell when `select`."""
    names = list(columns) or [name for name in result.frame.columns if not name.endswith("_comparable")]
    rows_shown = result.frame.select(names).with_columns(pl.Series(name, texts, dtype=pl.String) for name, texts in (more or {}).items())
    if total:
        rows_shown = _with_total(rows_shown, result)
    rows_shown = numbered.numbered(rows_shown, result.frame.height) if select else rows_shown
    marks = restated_in(result)
    event = st.dataframe(
        shown(rows_shown, heavy_last=total, marks=marks, stands=_stands(result, names, total=total)),
        key=f"table_{key}",
        hide_index=True,
        height=height(rows_shown.height, rows),
        column_config={**(numbered.COLUMN if select else {}), **column_config(names, titles or {}, marks)},
        on_select="rerun" if select else "ignore",
        selection_mode="single-cell",
        placeholder=placeholder(rows_shown),
        alt=", ".join(_title(name, titles or {}) for name in names),
    )
    picked = numbered.chosen(event, result.frame.height) if select else None
    return result.frame.row(picked, named=True) if picked is not None else None


def placeholder(rows: pl.DataFrame) -> str:
    """What the grid writes into an empty cell by itself: nothing where the table's own texts say it already."""
    return "–" if rows.height > MOST_STYLED else ""


def _stands(result: Result, names: Sequence[str], *, total: bool) -> Mapping[str, Sequence[str]]:
    rows = [*result.frame.iter_rows(named=True), *([result.totals] if total else [])]
    return in_place(rows, names) if len(rows) <= MOST_STYLED else {}


def present(result: Result, columns: Sequence[str]) -> list[str]:
    """Those of `columns` that the answer has: without a comparison there are no changes."""
    return [name for name in columns if name in result.frame.columns]


def _with_total(frame: pl.DataFrame, result: Result) -> pl.DataFrame:
    first = frame.columns[0]
    values = {name: result.totals.get(name, "" if dtype == pl.String else None) for name, dtype in frame.schema.items()}
    if frame.schema[first] == pl.String:
        values[first] = "Total"
    return pl.concat([frame, pl.DataFrame([values], schema=frame.schema)])


def restated_in(result: Result) -> Mapping[str, Mapping[date, str]]:
    """By time dimension of the rows and by moment: what a later file restated of it, in words."""
    found: dict[str, Mapping[date, str]] = {}
    for name in result.query.by:
        if name in result.frame.columns and result.frame.schema[name] == pl.Date:
            days = result.frame[name].drop_nulls().unique().to_list()
            ones = marking.restated_moments(name, days, marking.of_result(result, cached_analyses.restated(session.scope())))
            found |= {name: {day: marking.words(name, day, told) for day, told in ones.items()}} if ones else {}
    return found


def shown(
    frame: pl.DataFrame,
    *,
    heavy_last: bool = False,
    marks: Mapping[str, Mapping[date, str]] | None = None,
    stands: Mapping[str, Sequence[str]] | None = None,
) -> Any:
    """The frame for `st.dataframe`: figures written by `core.sales.formatting`, sorted by value all the same; `marks`: `restated_in`;
    `stands`: by column what stands in each row where a percentage would. Draw it with `placeholder(frame)`."""
    plain = frame.with_columns(pl.col(n).cast(pl.Float64) for n, dtype in frame.schema.items() if isinstance(dtype, pl.Decimal))
    table = plain.to_pandas()
    if frame.height > MOST_STYLED:
        return table
    styled = table.style.format({name: _formatter(name, (marks or {}).get(name, {})) for name in frame.columns}, na_rep="–")
    for name, words in (stands or {}).items():
        for word in dict.fromkeys(words):
            rows = [place for place, one in enumerate(words) if one == word]
            styled = styled.format(_formatter(name), subset=pd.IndexSlice[rows, [name]], na_rep=word) if word else styled
    signs = [name for name in frame.columns if name.endswith(("_change_pct", "_change"))]
    if signs:
        styled = styled.map(sign_colour, subset=signs)
    if heavy_last and frame.height:
        styled = styled.set_properties(subset=pd.IndexSlice[[frame.height - 1], :], **{"font-weight": "600"})
    return styled


def _formatter(name: str, marked: Collection[date] = ()) -> Any:
    if name in DIMENSIONS:
        return lambda value: _moment(name, value, marked) if isinstance(value, date | pd.Timestamp) else name_value(name, str(value))
    if not any(name == m or name.removesuffix(s) == m for m in MEASURES for s in ("", *SUFFIXES)):
        return str
    return lambda value: MISSING if value is None or pd.isna(value) else bare(name, value)


def _moment(name: str, value: date, marked: Collection[date]) -> str:
    day = value.date() if isinstance(value, pd.Timestamp) else value
    return f"{period_name(name, day)} {marking.SIGN}" if day in marked else period_name(name, day)


def bare(name: str, value: Any) -> str:
    """The figure without its currency sign, which stands in the heading; changes with an arrow beside their sign."""
    text = format_figure(name, Decimal(str(value)))
    text = text.replace("€\u202f", "")
    if name.endswith("_change_pct") and text != MISSING:
        return f"{'▲' if value > 0 else '▼' if value < 0 else '•'} {text}"
    return text


def figure(name: str, value: Any) -> str:
    """A figure with its unit, outside a table: `€ 1 234`, `▲ +4.2 %`."""
    return bare(name, value) if name.endswith("_change_pct") else format_figure(name, value)


def sign_colour(value: Any) -> str:
    if value is None or pd.isna(value) or not value:
        return ""
    colors = palette(frame.is_dark())
    return f"color: {colors.up}" if value > 0 else f"color: {colors.down}"


def name_value(dimension: str, value: str) -> str:
    """A value of a dimension as people say it."""
    return WORDS.get((dimension, value), value)


def period_name(dimension: str, day: date) -> str:
    """`May 2025` for a month, `Q2 2025`, `2025`, `week of 2 Jun 2025`."""
    if dimension.startswith("fiscal_"):
        return name_part(cached.fiscal_calendar(), day, dimension.removeprefix("fiscal_"))  # type: ignore[arg-type]
    if dimension == "quarter":
        return f"Q{(day.month - 1) // 3 + 1} {day.year}"
    return day.strftime(MONTH_FORMATS.get(dimension, "%-d %b %Y"))


def column_config(names: Sequence[str], titles: Mapping[str, str], marks: Mapping[str, Mapping[date, str]] | None = None) -> dict[str, Any]:
    """Headings with their unit, and the definition of each figure on hover; of time, what was restated."""
    wide, narrow, first = len(list(names)) > 7, screen.is_narrow(), next(iter(names), "")
    return {
        name: _column(
            name,
            _title(name, titles),
            pinned=name == first if narrow else wide,
            told=_told(name, (marks or {}).get(name, {})),
            width=screen.name_width() if name == first else None,
        )
        for name in names
    }


def _told(name: str, marked: Mapping[date, str], most: int = 4) -> str | None:
    """For the hover of a heading: what `↻` says of the newest marked rows."""
    if not marked:
        return None
    newest = sorted(marked, reverse=True)[:most]
    lines = [f"{period_name(name, day)}: {frame.plain('; '.join(marked[day].splitlines()))}" for day in newest]
    return "  \n".join([f"{marking.SIGN} restated by a later file", *lines])


def _title(name: str, titles: Mapping[str, str]) -> str:
    return titles.get(name, short_title(name))


def short_title(name: str) -> str:
    """`Net revenue €`, `Δ %`, `Reseller`."""
    if name in DIMENSIONS:
        return DIMENSIONS[name].title
    if name in MEASURES:
        return f"{MEASURES[name].label} €" if MEASURES[name].unit.startswith("EUR") else MEASURES[name].label
    suffix = next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")
    measure = name.removesuffix(suffix)
    if measure not in MEASURES:
        return name
    words = {"_change_pct": "Δ %", "_change": "Δ", "_before": "before", "_comparable": "comparable"}
    return words[suffix] if suffix.startswith("_change") else f"{short_title(measure)} {words[suffix]}"


def _column(name: str, title: str, *, pinned: bool, told: str | None = None, width: int | None = None) -> Any:
    base = next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)
    measure = MEASURES.get(name) or MEASURES.get(base)
    if measure is None:
        return st.column_config.Column(title, pinned=pinned and name in DIMENSIONS, help=told, width=width)
    return st.column_config.NumberColumn(title, help=f"{measure.definition} ({measure.formula})", alignment="right")


def height(count: int, most: int) -> int | Literal["content"]:
    return "content" if count <= most else ROW_HEIGHT * (most + 1)


def data_through(result: Result) -> dict[str, list[str]]:
    """A column `Data through` for a table by reseller, for `more`."""
    days = (result.data_through.get(name) for name in result.frame["reseller"])
    return {"Data through": [f"{day:%-d %b %Y}" if day else "–" for day in days]}


def caveats(result: Result, most: int = 6, without: Collection[str] = ()) -> None:
    """What was left out, is missing, held or not converted: quiet lines under the figure. `without`: kinds that stand elsewhere."""
    notes([caveat for caveat in result.caveats if caveat.kind not in without], most)


def restated(found: Iterable[Restated], period: Period, most: int = 3) -> None:
    """The restated months of a chart or table, each with old and new and the file that said so; nothing where there are none."""
    inside = [one for one in found if one.period.start <= period.end and period.start <= one.period.end]
    lines = [
        f"<div>↻ {escaped(one.reseller)} {escaped(name_period(one.period))}: {escaped(old_to_new(one))}</div>" for one in inside[:most]
    ]
    if len(inside) > most:
        lines.append(f"<div>and {len(inside) - most} more restated periods, see Coverage</div>")
    if lines:
        st.html(f'<div class="caveats">{"".join(lines)}</div>')


def notes(found: Sequence[Caveat], most: int = 6) -> None:
    lines = [f"<div>{escaped(caveat.text)}</div>" for caveat in found]
    if len(found) > most + 1:
        rest = "".join(lines[most:])
        lines = [*lines[:most], f"<details><summary>and {len(found) - most} more</summary>{rest}</details>"]
    if lines:
        st.html(f'<div class="caveats">{"".join(lines)}</div>')


def downloads(seen: Shown, *, key: str) -> None:
    """A menu to take the figures away as a workbook or as CSV; both are written when asked for."""
    name = "".join(c if c.isalnum() else "-" for c in seen.title.lower()).strip("-")
    with st.popover("Download", icon=":material/download:", help="Download", type="tertiary", key=f"icononly_{key}"):
        st.download_button(
            "Excel workbook",
            lambda: files.xlsx_bytes(seen),
            f"{name}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key=f"xlsx_{key}",
            on_click="ignore",
            icon=":material/table:",
            type="tertiary",
        )
        st.download_button(
            "CSV file",
            lambda: files.csv_bytes(seen),
            f"{name}.csv",
            "text/csv",
            key=f"csv_{key}",
            on_click="ignore",
            icon=":material/csv:",
            type="tertiary",
        )
