"""The parts of the Movers page that need no comparison: what declines, what sells fast or slowly, what sleeps, and what is not known of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.sales import carrying, pace
from core.sales.carrying import Carriers, noun
from core.sales.covered import Covered
from core.sales.dimensions import DIMENSIONS
from core.sales.formatting import format_difference, format_figure, format_number
from core.sales.measures import MEASURES
from core.sales.naming import MONTHS, name_list, name_period
from core.sales.pace import Offer
from core.sales.query import Period, Result
from pages.components import cached, filters, frame, moving, results, session, stating
from pages.components.card_menu import PLAIN, Menu, card
from pages.components.choosing import Choice, Known
from pages.components.moving import View


def declining(view: View, chosen: Choice, known: Known) -> None:
    """What fell every month over the last three complete months."""
    spans, carriers, covered = _months(view, chosen, known, pace.FALLING)
    if len(spans) < pace.FALLING:
        st.caption("There are not three complete months of data in this period yet.")
        return
    answer = cached.result(pace.falling_query(moving.population(chosen), view.by, view.measure, spans), session.scope())
    found, unknown = pace.falling(answer, carriers, covered, date.today(), spans)
    label, names = MEASURES[view.measure].label.lower(), " → ".join(name_period(span) for span in spans)
    head = f"{format_number(len(found))} {noun(view.by, len(found))} fell every month"
    with card(
        head,
        f"{label.capitalize()}, {names}: the last complete months",
        _taken("declining", head, _falling_rows(found, view, spans), answer, chosen, known),
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
            _taken("declining_unknown", "Not known", _falling_rows(unknown, view, spans), answer, chosen, known),
        ):
            filters.narrow(chosen, "movers.unknown", view.by, _falling_table(unknown, view, spans, "declining_unknown"))
    results.caveats(answer, without=("missing",))


def _taken(key: str, title: str, rows: pl.DataFrame, answer: Result, chosen: Choice, known: Known) -> Menu:
    return Menu(key, answer, chosen, known, shown=lambda: stating.seen(title, rows, answer), title=title, leave_out=(*PLAIN, "notebook"))


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
    formats: dict[str, Any] = dict.fromkeys(rows.columns[1 : len(spans) + 1], lambda value: format_figure(view.measure, value))
    formats["Change"] = lambda value: f"▼ {format_difference(view.measure, value)}"
    return stating.table(rows, formats, key=key, select=True, signs=["Change"])


def fast_and_slow(view: View, chosen: Choice, known: Known) -> None:
    """Units over a short and a long window: the fastest and the slowest."""
    covered = cached.covered(session.scope())
    over = pace.windows(covered, _resellers(chosen, known), chosen.period.end, date.today())
    if over is None:
        st.caption("There is no complete month of data in this period yet.")
        return
    carriers = _carriers(view, chosen)
    answers = [cached.result(query, session.scope()) for query in pace.paced_queries(moving.population(chosen), view.by, over)]
    found = pace.paced(answers[0], answers[1], carriers, covered, date.today(), over, _offers(view, chosen, carriers))
    columns = tuple(name_period(span) for span in (over.recent, over.long))
    fastest, slowest = tuple(one for one in found if one.recent > 0)[:10], pace.slowest(found)
    left, right = st.columns(2)
    lead = "Units sold less returned; 0 is covered without sales"
    with (
        left,
        card(
            "Fastest",
            f"{lead}; by the {over.words[0]}, beside the {over.words[1]}",
            _taken("fastest", "Fastest", _paced_rows(fastest, view, columns), answers[0], chosen, known),
        ),
    ):
        filters.narrow(chosen, "movers.fastest", view.by, _paced_table(fastest, view, columns, "fastest"))
    with (
        right,
        card(
            "Slowest",
            f"{lead}; by the {over.words[1]}, among what is on sale",
            _taken("slowest", "Slowest", _paced_rows(slowest, view, columns), answers[1], chosen, known),
        ),
    ):
        filters.narrow(chosen, "movers.slowest", view.by, _paced_table(slowest, view, columns, "slowest"))
    open_ = [one.name for one in found if one.missing]
    if open_:
        frame.hint(
            frame.plain(f"Not ranked among the slowest, as a reseller that carries them is not wholly covered: {name_list(open_, 6)}.")
        )
    results.caveats(answers[1], without=("missing",))


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
    spans, carriers, covered = _months(view, chosen, known, pace.SLEEPING)
    if not spans:
        st.caption("There is no complete month of data in this period yet.")
        return
    answer = cached.result(pace.sold_query(moving.population(chosen), view.by), session.scope())
    offers = _offers(view, chosen, carriers)
    found, unknown = pace.sleeping(answer, carriers, covered, date.today(), spans, offers, chosen.period.end)
    lead = f"On sale, and without a sale in {name_period(Period(spans[0].start, spans[-1].end))}, the last {len(spans)} complete months"
    with card(
        f"{format_number(len(found))} {noun(view.by, len(found))} asleep",
        lead,
        _taken("asleep", "Asleep", pace.table(found, DIMENSIONS[view.by].title), answer, chosen, known),
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
            _taken("asleep_unknown", "Not known", pace.table(unknown, DIMENSIONS[view.by].title), answer, chosen, known),
        ):
            filters.narrow(chosen, "movers.sleep_unknown", view.by, _sleeping_table(unknown, view, "asleep_unknown"))


def _sleeping_table(found: tuple[pace.Sleeping, ...], view: View, key: str) -> str | None:
    last = [f"{MONTHS[one.last_sale.month]} {one.last_sale.year}" if one.last_sale else "never" for one in found]
    rows: dict[str, list[Any]] = {DIMENSIONS[view.by].title: [one.name for one in found], "Last sale": last}
    if any(one.missing for one in found):
        rows["Missing"] = [pace.missing_words(one.missing) for one in found]
    return stating.table(pl.DataFrame(rows), {}, key=key, select=True)


def _months(view: View, chosen: Choice, known: Known, count: int) -> tuple[tuple[Period, ...], Carriers, Covered]:
    covered = cached.covered(session.scope())
    spans = pace.last_months(covered, _resellers(chosen, known), chosen.period.end, date.today(), count)
    return spans, _carriers(view, chosen) if spans else {}, covered


def _carriers(view: View, chosen: Choice) -> Carriers:
    return carrying.carriers_of(cached.result(carrying.carriers_query(moving.population(chosen), view.by), session.scope()))


def _resellers(chosen: Choice, known: Known) -> tuple[str, ...]:
    return chosen.resellers or known.resellers


def _offers(view: View, chosen: Choice, carriers: Carriers) -> tuple[Offer, ...]:
    """The catalogue; under a filter, or for a person who sees some resellers only, no more than what was ever stated there."""
    found = cached.offers(view.by, session.scope())
    whole = not chosen.where and session.scope() is None
    return found if whole else tuple(offer for offer in found if offer.name in carriers)
