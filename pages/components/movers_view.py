"""The parts of the Movers page: the bridge of the whole and by item, risers and fallers with their reasons, new and lost; what declines, sells
fast or slowly, or sleeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.errors import BadQuestion
from core.sales import bridging, carrying, movers, pace
from core.sales.bridge_words import bridge_sentences
from core.sales.bridging import Bridge
from core.sales.carrying import Carriers, noun
from core.sales.charts import bridge_chart
from core.sales.covered import Covered
from core.sales.dimensions import DIMENSIONS, NOT_STATED
from core.sales.formatting import format_change, format_difference, format_figure, format_number
from core.sales.measures import MEASURES
from core.sales.movers import Movers
from core.sales.naming import MONTHS, name_list, name_period
from core.sales.pace import Offer
from core.sales.query import Period, Result, SalesQuery
from pages.components import cached, charts, filters, frame, moving, results, session, stating
from pages.components.card_menu import Menu, card
from pages.components.choosing import Choice, Known
from pages.components.moving import View

NO_COMPARISON = "Choose a comparison above to see what rose and what fell."
NOTHING = "Nothing can be compared in this period yet: no reseller has stated both periods."
SIDES: Mapping[str, tuple[str, str]] = {
    "up": ("Rose", "Sold in both periods, and more now"),
    "down": ("Fell", "Sold in both periods, and less now"),
    "new": ("New", "Sold only now, at resellers that are covered in both periods"),
    "lost": ("Lost", "Sold only before; the resellers are covered now, and state no sale"),
}


def controls(stated: View) -> View:
    """What to list, by which figure, and which view of it."""
    with st.container(key="analysis_bar", horizontal=True, vertical_alignment="bottom", gap="small"):
        by = stating.select("By", "movers_by", stating.ITEM_LABELS, stated.by)
        measure = stating.select("Figure", "movers_measure", moving.MEASURE_LABELS, stated.measure)
        show = stating.segments("Show", "movers_show", moving.SHOWS, stated.show)
    view = View(by, measure, show)
    stating.write(moving.NAMES, moving.written(view))
    return view


def what_moved(view: View, chosen: Choice, known: Known) -> None:
    """The bridge, and what rose, fell, came and went."""
    population, scope = moving.population(chosen), session.scope()
    if population.compare is None:
        st.caption(NO_COMPARISON)
        return
    answer = cached.result(movers.movers_query(population, view.by, view.measure), scope)
    if not answer.frame[f"{view.measure}_change"].is_not_null().any():
        st.caption(NOTHING if view.measure != "gross_profit" else f"{NOTHING} Gross profit is known where a line states its cost.")
        results.caveats(answer)
        return
    explained, bridge, reasons = _explained(population, view.by)
    found = movers.find_movers(answer, reasons)
    st.markdown(frame.plain(_summary(found, answer)))
    left, right = st.columns(2)
    with (
        left,
        card(
            "Why net revenue changed", "EUR net, to the cent, over what is covered in both periods", Menu("bridge", answer, chosen, known)
        ),
    ):
        _bridge(bridge, explained)
    by = DIMENSIONS[view.by].title.lower()
    lead = f"{MEASURES[view.measure].label}: the largest changes and the others, adding up to the whole"
    with right, card(f"Where it changed, by {by}", lead, Menu("items", answer, chosen, known)):
        charts.draw(movers.items_chart(found, answer), key="items")
    for side in ("up", "down"):
        _side(side, found, answer, chosen, known)
    for column, side in zip(st.columns(2), ("new", "lost"), strict=True):
        with column:
            _side(side, found, answer, chosen, known)
    _uncompared(found)
    results.caveats(answer, without=("comparison",))


def _explained(population: SalesQuery, item: str) -> tuple[Result | None, Bridge | str, dict[str, str]]:
    """The bridge with its answer and each item's reasons; a sentence where there are too many groups to explain."""
    query, scope = bridging.bridge_query(population, item), session.scope()
    try:
        bridge, reasons = cached.explained(query, scope)
        return cached.result(query, scope), bridge, reasons
    except BadQuestion as error:
        return None, error.message, {}


def _summary(found: Movers, answer: Result) -> str:
    """“Net revenue rose by € 1 200 (+4.2 %). Products: 12 rose, 8 fell, 2 new.” and what the comparison covers."""
    label, change = MEASURES[found.measure].label, found.change
    rate = answer.totals.get(f"{found.measure}_change_pct")
    went = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    amount = f" by {format_figure(found.measure, abs(change))} ({format_change(rate)})" if change else ""
    over = next((caveat.text for caveat in answer.caveats if caveat.kind == "comparison"), "")
    return f"{label} {went}{amount}. {movers.headline(found)} {over}".strip()


def _bridge(bridge: Bridge | str, explained: Result | None) -> None:
    if isinstance(bridge, str) or explained is None:
        st.caption(str(bridge))
        return
    charts.draw(bridge_chart(bridge, explained), key="bridge")
    frame.hint(" ".join(bridge_sentences(bridge)[1:5]))


def _side(side: str, found: Movers, answer: Result, chosen: Choice, known: Known) -> None:
    title, lead = SIDES[side]
    rows = found.on(side)  # type: ignore[arg-type]
    if rows.is_empty() and side in ("new", "lost"):
        return
    total = sum(rows["change"].to_list())
    count = rows.filter(pl.col("item") != NOT_STATED).height
    head = f"{title}: {format_number(count)} {noun(found.item, count)}, {format_difference(found.measure, total)}"
    with card(head if rows.height else f"{title}: none", lead, Menu(f"movers_{side}", answer, chosen, known)):
        if rows.height:
            clicked = _listed(side, rows, found)
            filters.narrow(chosen, f"movers.{side}", found.item, clicked)


def _listed(side: str, rows: pl.DataFrame, found: Movers) -> str | None:
    """One table of movers; a click shows the item alone."""
    title = DIMENSIONS[found.item].title
    columns: dict[str, pl.Expr] = {title: pl.col("item")}
    formats: dict[str, Any] = {}
    unit = " €" if MEASURES[found.measure].unit.startswith("EUR") else ""
    for name, label in (("before", f"Before{unit}"), ("now", f"Now{unit}")):
        if (side, name) not in (("new", "before"), ("lost", "now")) or rows[name].cast(pl.Float64).abs().sum():
            columns[label] = pl.col(name)
            formats[label] = lambda value: _bare(format_figure(found.measure, value))
    if side in ("up", "down"):
        change, rate, points = f"Change{unit}", "Δ %", "Points"
        columns |= {change: pl.col("change"), rate: pl.col("change_pct"), points: pl.col("points")}
        formats[change] = lambda value: _bare(format_difference(found.measure, value))
        formats[rate] = lambda value: stating.arrow(_rate(value), value)
        formats[points] = lambda value: format_change(value, 2).replace("%", "pp")
        if any(rows["reasons"]):
            columns["Why (net revenue)"] = pl.col("reasons")
    shown = rows.select(expression.alias(label) for label, expression in columns.items())
    signs = [name for name in ("Δ %",) if name in columns]
    return stating.table(shown, formats, key=f"movers_{side}", select=True, signs=signs)


def _rate(value: float) -> str:
    """`+4.2 %`; `×11` where a percentage says nothing any more."""
    return f"×{value + 1:.0f}" if value >= 9.5 else format_change(value)


def _uncompared(found: Movers) -> None:
    """What is sold now where nothing can be compared."""
    if found.uncompared.is_empty():
        return
    names = [f"{name} {format_figure(found.measure, value)}" for name, value in found.uncompared.iter_rows()]
    frame.hint(frame.plain(f"Not compared, as their resellers did not state both periods: {name_list(names, 5)}."))


def _bare(text: str) -> str:
    """The figure without its sign of currency, which stands in the heading."""
    return text.replace("€\u202f", "")


# Pace -----------------------------------------------------------------------------------------------------------------


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
    with card(head, f"{label.capitalize()}, {names}: the last complete months", Menu("declining", answer, chosen, known)):
        if found:
            filters.narrow(chosen, "movers.declining", view.by, _falling_table(found, view, spans, "declining"))
        else:
            st.caption(f"No {noun(view.by, 1)} fell in each of these months.")
    if unknown:
        lead = "Their figures fall, but a reseller that carries them was not wholly heard of"
        with card(
            f"Not known: {format_number(len(unknown))} {noun(view.by, len(unknown))}",
            lead,
            Menu("declining_unknown", answer, chosen, known),
        ):
            filters.narrow(chosen, "movers.unknown", view.by, _falling_table(unknown, view, spans, "declining_unknown"))
    results.caveats(answer, without=("missing",))


def _falling_table(found: tuple[pace.Falling, ...], view: View, spans: tuple[Period, ...], key: str) -> str | None:
    months = [name_period(span) for span in spans]
    rows: dict[str, list[Any]] = {DIMENSIONS[view.by].title: [one.name for one in found]}
    rows |= {month: [float(one.values[i]) for one in found] for i, month in enumerate(months)}
    rows["Change"] = [float(one.change) for one in found]
    if any(one.missing for one in found):
        rows["Missing"] = [pace.missing_words(one.missing) if one.missing else "" for one in found]
    formats: dict[str, Any] = dict.fromkeys(months, lambda value: format_figure(view.measure, value))
    formats["Change"] = lambda value: f"▼ {format_difference(view.measure, value)}"
    return stating.table(pl.DataFrame(rows), formats, key=key, select=True, signs=["Change"])


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
    columns = tuple(f"{words.capitalize()} ({name_period(span)})" for words, span in zip(over.words, (over.recent, over.long), strict=True))
    left, right = st.columns(2)
    lead = "Units sold less returned; 0 is covered without sales"
    with left, card("Fastest", f"{lead}; by the {over.words[0]}", Menu("fastest", answers[0], chosen, known)):
        fastest = tuple(one for one in found if one.recent > 0)[:10]
        filters.narrow(chosen, "movers.fastest", view.by, _paced_table(fastest, view, columns, "fastest"))
    with right, card("Slowest", f"{lead}; by the {over.words[1]}, among what is on sale", Menu("slowest", answers[1], chosen, known)):
        filters.narrow(chosen, "movers.slowest", view.by, _paced_table(pace.slowest(found), view, columns, "slowest"))
    open_ = [one.name for one in found if one.missing]
    if open_:
        frame.hint(
            frame.plain(f"Not ranked among the slowest, as a reseller that carries them is not wholly covered: {name_list(open_, 6)}.")
        )
    results.caveats(answers[1], without=("missing",))


def _paced_table(found: tuple[pace.Paced, ...], view: View, columns: tuple[str, ...], key: str) -> str | None:
    if not found:
        st.caption(f"No {noun(view.by, 1)} to list.")
        return None
    rows = pl.DataFrame([(one.name, one.recent, one.long) for one in found], [DIMENSIONS[view.by].title, *columns], orient="row")
    return stating.table(rows, dict.fromkeys(columns, format_number), key=key, select=True)


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
    with card(f"{format_number(len(found))} {noun(view.by, len(found))} asleep", lead, Menu("asleep", answer, chosen, known)):
        if found:
            filters.narrow(chosen, "movers.asleep", view.by, _sleeping_table(found, view, "asleep"))
        else:
            st.caption("Everything on sale sold in these months, or is not known below.")
    if unknown:
        lead = "No sale is stated, but a reseller that carries them was not wholly heard of"
        with card(
            f"Not known: {format_number(len(unknown))} {noun(view.by, len(unknown))}", lead, Menu("asleep_unknown", answer, chosen, known)
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
