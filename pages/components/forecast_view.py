"""The parts of the Forecast page: controls, what is foretold with its error, the chart, the months, the breakdown, the back-test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from core.sales import forecast_words as words
from core.sales.charts import name_moment
from core.sales.dimensions import DIMENSIONS
from core.sales.forecasting import HORIZONS, Forecast
from core.sales.formatting import MISSING, format_figure, format_ratio
from core.sales.measures import MEASURES
from core.sales.naming import name_day, name_period
from core.sales.nowcasting import Nowcast
from core.sales.query import conditions
from pages.components import cached, charts, filters, frame, looking_ahead, screen, session
from pages.components.card_menu import PLAIN, Menu
from pages.components.choosing import Choice
from pages.components.looking_ahead import View

ROW_HEIGHT, MOST_ROWS = 33, 13
HELPS = {
    "Tests": "How many misses of the past the range is made of.",
    "Off by": "Mean absolute error ÷ mean of what came, in the back-test; – where it could not be tested often enough.",
    "Last year's off by": "The same for last year's month: what a forecast has to beat.",
    "History": "Complete months (or weeks) since the first sale.",
    "Reported already": "What some resellers have stated of it; part of the forecast of the whole.",
}


def stated() -> View:
    """The view of the URL; explains what of it can not be used."""
    view, problems = looking_ahead.read({name: st.query_params.get_all(name) for name in looking_ahead.NAMES if name in st.query_params})
    filters.explain(problems)
    return view


def controls(stated: View) -> View:
    """Draw what can be chosen; returns the view and writes it into the URL."""
    with st.container(horizontal=True, key="forecast_controls", vertical_alignment="center", gap="small"):
        figure = _pick("Figure", "forecast_figure", looking_ahead.FIGURES, stated.figure, 190)
        horizons = {str(number): looking_ahead.horizon_words(number) for number in HORIZONS}
        ahead = _pick("Ahead", "forecast_ahead", horizons, str(stated.ahead), 130)
        split = _pick("Breakdown", "forecast_split", looking_ahead.SPLITS, stated.split, 170)
        step = _pick("Step", "forecast_step", looking_ahead.STEPS, stated.step, 120)
    view = View(figure, int(ahead), split, step)  # type: ignore[arg-type]
    parameters = looking_ahead.written(view)
    for name in looking_ahead.NAMES:
        if name in parameters:
            st.query_params[name] = parameters[name]
        elif name in st.query_params:
            del st.query_params[name]
    session.settle()
    return view


def _pick(label: str, key: str, options: Mapping[str, str], current: str, width: int) -> str:
    session.show_in(key, current)
    picked = st.selectbox(label, list(options), format_func=lambda name: options[name], key=key, label_visibility="collapsed", width=width)
    return picked or current


def menu(key: str, found: Forecast, chosen: Choice, view: View, rows: Callable[[Forecast], pl.DataFrame], title: str) -> Menu:
    """The menu of a card: its table with all that is said of the forecast, and the notebook's line that makes it."""
    asked = looking_ahead.question(view, chosen.where)
    where = conditions(asked.where)
    code = f"wb.forecast({asked.measure!r}, {where or None!r}, {asked.horizon}, {asked.part!r}, grain={asked.grain!r})"
    known = cached.known(session.scope())
    seen = partial(words.as_shown, found, rows(found), title)
    return Menu(key, found.result, chosen, known, shown=seen, code=code, title=title, leave_out=PLAIN)


def answer(found: Forecast) -> None:
    """What is foretold, how wrong that was before, and what it is made of: three tiles and the verdict."""
    st.html(
        f'<div class="ahead-line"><span class="ahead-mark">{frame.escaped(words.LABEL)}</span> {frame.escaped(words.verdict(found))}</div>'
    )
    if found.total is None:
        return
    kind = "Forecast" if found.verdict == "knows" else "Baseline"
    inside, total = found.held
    used = found.errors.get("method" if found.verdict == "knows" else found.way)
    with st.container(horizontal=True, key="tiles", gap="small"):
        _tile("expected", f"{kind}, {name_period(found.total.period)}", words.figure(found, found.total.expected),
              f"{words.range_in_words(found, found.total)}, {format_ratio(found.level, 0)} interval")  # fmt: skip
        _tile("error", "Was off by, on average", format_ratio(used.wape) if used else "not known", _against(found))
        _tile("held", "Intervals held", f"{inside} of {total}" if total else "not measured",
              f"said to hold {format_ratio(found.level, 0)} of the time")  # fmt: skip
        _tile("through", "Made of data through", name_moment(found.through, "day") if found.through else "–",
              f"{len(found.resellers)} resellers, data version {found.result.data_version}")  # fmt: skip


def _against(found: Forecast) -> str:
    year = found.errors.get("same_last_year")
    tests = f"over {found.tests} back-tests" if found.tests else "no back-test yet"
    same = found.verdict != "knows" and found.way == "same_last_year"
    return tests if year is None or same else f"{tests}; last year's {found.grain} by {format_ratio(year.wape)}"


def _tile(name: str, label: str, value: str, below: str) -> None:
    with st.container(border=True, key=f"tile_forecast_{name}", height="stretch"):
        st.metric(label, value)
        st.html(f'<div class="tile-cover">{frame.escaped(below)}</div>')


def chart(found: Forecast) -> None:
    charts.draw(words.forecast_chart(found), key="forecast", height=360)
    said = "dotted: what would have been said of each month just before it began" if found.tested else ""
    parts = ("Solid: sold", "dashed: not sold yet, with its range", said, "all complete months count, whatever the period above")
    frame.hint(" · ".join(part for part in parts if part) + ".")


def months(found: Forecast) -> None:
    table(found, words.rows_frame(found), key="months")


def breakdown(found: Forecast, part: str) -> None:
    title = DIMENSIONS[part].title
    table(found, words.parts_frame(found, title), key="parts")
    rest = "The rows are what the total is the sum of." if part == "reseller" else (
        f"Each {title.lower()} is carried on alone, by what was closest for it in the past; then all are scaled so that they add up to the total."
    )  # fmt: skip
    frame.hint(rest)


def errors(found: Forecast) -> None:
    """Every way with its error over the same tests, the smallest first."""
    rows = sorted(found.errors.items(), key=lambda item: item[1].mae)
    lines = [
        (
            words.way_of_errors(found, way),
            format_ratio(error.wape),
            words.figure(found, round(Decimal(error.mae))),
            "–" if error.mase is None else f"{error.mase:.2f}",
        )
        for way, error in rows
    ]
    head = "<tr><th></th><th>off by</th><th>in a month</th><th>MASE</th></tr>".replace("month", found.grain)
    body = "".join("<tr>" + "".join(f"<td>{frame.escaped(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    st.html(f'<table class="ahead-errors">{head}{body}</table>')
    frame.hint(words.held_in_words(found))


def backtest(found: Forecast) -> None:
    table(found, words.tested_frame(found).reverse(), key="backtest")
    frame.hint(words.last_time(found) + " Past figures are those of today: restated months as restated.")


def running(nowcasts: tuple[Nowcast, ...], measure: str) -> None:
    """The months that are not over, of those who state days."""
    for one in nowcasts:
        figures = [format_figure(measure, value) for value in (one.so_far, one.expected, one.low, one.high)]
        between = "" if one.low is None else f", between {figures[2]} and {figures[3]}"
        year = "" if one.last_year_error is None else f", last year's month by {format_ratio(one.last_year_error)}"
        error = "" if one.error is None else f" Was off by {format_ratio(one.error)} on average over {one.tests} back-tests{year}."
        worse = "" if one.knows_better or one.error is None else " So it does not know better than last year's month."
        st.html(
            f'<p class="ahead-now"><b>{frame.escaped(one.reseller)}</b>, {frame.escaped(name_period(one.month))}: {frame.escaped(figures[0])} '
            f"sold through {frame.escaped(name_day(one.through))}, usually {format_ratio(one.usual_part, 0)} of the month. The whole month, "
            f"forecast: <b>{frame.escaped(figures[1])}</b>{frame.escaped(between)}.{frame.escaped(error + worse)}</p>"
        )


def notes(found: Forecast) -> None:
    for sentence in (words.basis(found), words.told(found.left_out, found.measure), words.untested(found)):
        frame.hint(frame.plain(sentence))


def table(found: Forecast, rows: pl.DataFrame, *, key: str) -> None:
    """Figures as people read them, without their currency sign; sorted by value all the same."""
    empty = [name for name in rows.columns if name in ("Reported already", "Last year") and rows[name].null_count() == rows.height]
    rows = rows.drop(empty)
    plain = rows.with_columns(pl.col(name).cast(pl.Float64) for name, dtype in rows.schema.items() if isinstance(dtype, pl.Decimal))
    styled = plain.to_pandas().style.format({name: _writer(found, name) for name in rows.columns}, na_rep="–")
    config = {
        name: st.column_config.Column(
            _heading(found, name), help=HELPS.get(name), pinned=number == 0, width=None if number else screen.name_width()
        )
        for number, name in enumerate(rows.columns)
    }
    height: Any = "content" if rows.height <= MOST_ROWS else ROW_HEIGHT * (MOST_ROWS + 1)
    st.dataframe(styled, key=f"forecast_{key}", hide_index=True, height=height, column_config=config, placeholder="–")


def _heading(found: Forecast, name: str) -> str:
    if name in (found.grain, "Tests", "Off by", "Last year's off by", "History") or name in {d.title for d in DIMENSIONS.values()}:
        return _capital(name)
    return f"{name} €" if MEASURES[found.measure].unit.startswith("EUR") else name


def _writer(found: Forecast, name: str) -> Any:
    def write(value: Any) -> str:
        if isinstance(value, date | pd.Timestamp):
            return name_moment(date(value.year, value.month, value.day), found.grain)
        if isinstance(value, str):
            return value
        if value is None or pd.isna(value):
            return "–"
        if name in ("Tests", "History"):
            return str(int(value))
        if name in ("Off by", "Last year's off by"):
            return format_ratio(value)
        return format_figure(found.measure, Decimal(str(value))).replace("€\u202f", "") or MISSING

    return write


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
