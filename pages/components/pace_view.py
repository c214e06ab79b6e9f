"""The parts of the Movers page that need no comparison: what declines, what sells fast or slowly, what sleeps, and what is not known of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.sales import pace, running_pace
from core.sales.carrying import noun
from core.sales.dimensions import DIMENSIONS
from core.sales.formatting import format_difference, format_figure, format_number
from core.sales.measures import MEASURES
from core.sales.naming import MONTHS, name_list, name_period
from core.sales.query import Period, Result, SalesQuery, conditions
from core.sales.running_pace import Pace
from pages.components import cached, cached_analyses, filters, frame, moving, results, session, stating
from pages.components.card_menu import PLAIN, Menu, card
from pages.components.choosing import Choice, Known
from pages.components.moving import View


def declining(view: View, chosen: Choice, known: Known) -> None:
    """What fell every month over the last three complete months."""
    seen = running_pace.find_declining(
        _ask, cached.covered(session.scope()), moving.population(chosen), view.by, view.measure, date.today()
    )
    found, unknown, spans, answer = seen.found, seen.unknown, seen.spans, seen.result
    if answer is None:
        st.caption("There are not three complete months of data in this period yet.")
        return
    code = _code("declining", view, chosen, measure=view.measure)
    label, names = MEASURES[view.measure].label.lower(), " → ".join(name_period(span) for span in spans)
    head = f"{format_number(len(found))} {noun(view.by, len(found))} fell every month"
    with card(
        head,
        f"{label.capitalize()}, {names}: the last complete months",
        _taken("declining", head, _falling_rows(found, view, spans), answer, chosen, known, f"{code}.found"),
    ):
        if found:
            filters.narrow(chosen, "movers.declining", view.by, _falling_table(found, view, spans, "declining"))
        else:
            st.caption(f"No {noun(view.by, 1)} fell in each of these months.")
    if unknown:
        lead = "Their figures fall, but a reseller that carries them was not wholly heard of"
        with card(
            f"Not known: {format_number(len(unknown))} {noun(view.by, len(unknown))}",
            lead,
            _taken("declining_unknown", "Not known", _falling_rows(unknown, view, spans), answer, chosen, known, f"{code}.unknown"),
        ):
            filters.narrow(chosen, "movers.unknown", view.by, _falling_table(unknown, view, spans, "declining_unknown"))
    results.caveats(answer, without=("missing",))


def _taken(key: str, title: str, rows: pl.DataFrame, answer: Result, chosen: Choice, known: Known, code: str) -> Menu:
    return Menu(key, answer, chosen, known, shown=lambda: stating.seen(title, rows, answer), title=title, code=code, leave_out=PLAIN)


def _code(method: str, view: View, chosen: Choice, **more: str) -> str:
    """The notebook's line of a list: `wb.declining('product', None, '2025-01-01/2025-05-31', measure='units')`."""
    told = "".join(f", {name}={value!r}" for name, value in more.items())
    return f"wb.{method}({view.by!r}, {conditions(chosen.where) or None!r}, {str(chosen.period)!r}{told})"


def _falling_rows(found: tuple[pace.Falling, ...], view: View, spans: tuple[Period, ...]) -> pl.DataFrame:
    months = [name_period(span) for span in spans]
    rows: dict[str, list[Any]] = {DIMENSIONS[view.by].title: [one.name for one in found]}
    rows |= {month: [one.values[i] for one in found] for i, month in enumerate(months)}
    rows["Change"] = [one.change for one in found]
    if any(one.missing for one in found):
        rows["Missing"] = [pace.missing_words(one.missing) if one.missing else "" for one in found]
    schema = {name: pl.String if name in (DIMENSIONS[view.by].title, "Missing") else pl.Decimal(38, 9) for name in rows}
    return pl.DataFrame(rows, schema=schema)


def _falling_table(found: tuple[pace.Falling, ...], view: View, spans: tuple[Period, ...], key: str) -> str | None:
    rows = _falling_rows(found, view, spans)
    unit = " €" if MEASURES[view.measure].unit.startswith("EUR") else ""
    rows = rows.rename({name: f"{name}{unit}" for name in (*rows.columns[1 : len(spans) + 1], "Change")})
    formats: dict[str, Any] = dict.fromkeys(
        rows.columns[1 : len(spans) + 1], lambda value: stating.bare(format_figure(view.measure, value))
    )
    formats[f"Change{unit}"] = lambda value: f"▼ {stating.bare(format_difference(view.measure, value))}"
    return stating.table(rows, formats, key=key, select=True, signs=[f"Change{unit}"])


def fast_and_slow(view: View, chosen: Choice, known: Known) -> None:
    """Units over a short and a long window: the fastest and the slowest."""
    whole = session.scope() is None
    offers, covered = cached_analyses.offers(view.by, session.scope()), cached.covered(session.scope())
    found = running_pace.find_pace(_ask, covered, moving.population(chosen), view.by, date.today(), offers, whole)
    if found is None:
        st.caption("There is no complete month of data in this period yet.")
        return
    words = found.over.words
    left, right = st.columns(2)
    with left:
        _side("Fastest", f"by the {words[0]}, beside the {words[1]}", found.fastest, found.recent, found, view, chosen, known)
    with right:
        _side("Slowest", f"by the {words[1]}, among what is on sale", found.slowest, found.long, found, view, chosen, known)
    if found.unknown:
        frame.hint(
            frame.plain(
                f"Not ranked among the slowest, as a reseller that carries them is not wholly covered: {name_list(list(found.unknown), 6)}."
            )
        )
    results.caveats(found.long, without=("missing",))


def _side(
    title: str,
    by: str,
    rows: tuple[pace.Paced, ...],
    answer: Result,
    found: Pace,
    view: View,
    chosen: Choice,
    known: Known,
) -> None:
    """The fastest or the slowest, in a card. `answer`: the window that they are ranked by."""
    key, columns = title.lower(), tuple(name_period(span) for span in (found.over.recent, found.over.long))
    menu = _taken(key, title, _paced_rows(rows, view, columns), answer, chosen, known, f"{_code('pace', view, chosen)}.{key}")
    with card(title, f"Units sold less returned; 0 is covered without sales; {by}", menu):
        filters.narrow(chosen, f"movers.{key}", view.by, _paced_table(rows, view, columns, key))


def _paced_rows(found: tuple[pace.Paced, ...], view: View, columns: tuple[str, ...]) -> pl.DataFrame:
    schema = {DIMENSIONS[view.by].title: pl.String, **dict.fromkeys(columns, pl.Int64)}
    return pl.DataFrame([(one.name, one.recent, one.long) for one in found], schema, orient="row")


def _paced_table(found: tuple[pace.Paced, ...], view: View, columns: tuple[str, ...], key: str) -> str | None:
    if not found:
        st.caption(f"No {noun(view.by, 1)} to list.")
        return None
    return stating.table(_paced_rows(found, view, columns), dict.fromkeys(columns, format_number), key=key, select=True)


def asleep(view: View, chosen: Choice, known: Known) -> None:
    """What is on sale and did not sell in the last six complete months, told from what is not known."""
    scope, population = session.scope(), moving.population(chosen)
    offers = cached_analyses.offers(view.by, scope)
    seen = running_pace.find_asleep(_ask, cached.covered(scope), population, view.by, date.today(), offers, scope is None)
    spans, found, unknown, answer = seen.spans, seen.found, seen.unknown, seen.result
    if answer is None:
        st.caption("There is no complete month of data in this period yet.")
        return
    code = _code("asleep", view, chosen)
    lead = f"On sale, and without a sale in {name_period(Period(spans[0].start, spans[-1].end))}, the last {len(spans)} complete months"
    with card(
        f"{format_number(len(found))} {noun(view.by, len(found))} asleep",
        lead,
        _taken("asleep", "Asleep", pace.table(found, DIMENSIONS[view.by].title), answer, chosen, known, f"{code}.found"),
    ):
        if found:
            filters.narrow(chosen, "movers.asleep", view.by, _sleeping_table(found, view, "asleep"))
        else:
            st.caption("Everything on sale sold in these months, or is not known below.")
    if unknown:
        lead = "No sale is stated, but a reseller that carries them was not wholly heard of"
        with card(
            f"Not known: {format_number(len(unknown))} {noun(view.by, len(unknown))}",
            lead,
            _taken("asleep_unknown", "Not known", pace.table(unknown, DIMENSIONS[view.by].title), answer, chosen, known, f"{code}.unknown"),
        ):
            filters.narrow(chosen, "movers.sleep_unknown", view.by, _sleeping_table(unknown, view, "asleep_unknown"))


def _sleeping_table(found: tuple[pace.Sleeping, ...], view: View, key: str) -> str | None:
    last = [f"{MONTHS[one.last_sale.month]} {one.last_sale.year}" if one.last_sale else "never" for one in found]
    rows: dict[str, list[Any]] = {DIMENSIONS[view.by].title: [one.name for one in found], "Last sale": last}
    if any(one.missing for one in found):
        rows["Missing"] = [pace.missing_words(one.missing) for one in found]
    return stating.table(pl.DataFrame(rows), {}, key=key, select=True)


def _ask(query: SalesQuery) -> Result:
    return cached.result(query, session.scope())
