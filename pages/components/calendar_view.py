"""The parts of the Calendar page: the year as a strip, the table of events, one event in detail, trading days, weekdays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from core.sales import calendar_charts, equal_days, event_effects
from core.sales.calendar_reading import Calendar
from core.sales.dimensions import WEEKDAYS
from core.sales.event_effects import Effect
from core.sales.events import Occurrence, occurrences
from core.sales.formatting import format_change, format_money, format_number
from core.sales.naming import SHORT_MONTHS, name_day, name_list, name_period
from core.sales.query import Filter, Period, Result, SalesQuery, conditions
from core.sales.relative import change_words
from core.sales.shown import CHANGE, NUMBER, Shown, about, filters_in_words
from core.sales.trading_days import DayWeights, Equalised
from pages.components import charts, dating, frame, session, stating, view_actions
from pages.components.card_menu import PLAIN, Menu, card
from pages.components.choosing import Choice, Known
from pages.components.dating import View
from pages.components.frame import escaped

DAYS_A_LETTER, DAYS_APART = 3.0, 4.0  # how much of the year a letter and a gap take on the narrowest strip that shows names, of 860 px
ALIGNED = "Aligned: the same days around the event; – where only files of months are concerned. Always against the year before."
METHOD = (
    "Trading days: each day weighs what its weekday usually sells, learned where files state days; elsewhere a selling day is Monday to "
    "Saturday without public holidays. Change on equal days = (now ÷ days now) ÷ (before ÷ days before) − 1, the proportional method of "
    "calendar adjustment. It takes a lost day for lost sales, so the effect is rather over- than understated; holidays are the nation-wide ones."
)
STRIP = """<style>
.yearbox { container-type: inline-size; } .yearlist { display: none; }
.yearstrip { position: relative; height: calc(2.7rem + 1.35rem * var(--lanes)); margin: 0.1rem 0 0.2rem; font-size: 0.78rem; }
.yearstrip b { position: absolute; bottom: 0; font-weight: 400; color: var(--quiet); border-left: 1px solid var(--line); padding-left: 0.3rem; line-height: 1.3; }
.yearstrip hr { position: absolute; left: 0; right: 0; bottom: 1.78rem; height: 0; margin: 0; border: none; border-top: 1px solid var(--line); }
.yearstrip u { position: absolute; bottom: 1.55rem; height: 0.5rem; border-radius: 3px; background: color-mix(in srgb, var(--accent) 18%, transparent); }
.yearstrip i { position: absolute; bottom: 1.52rem; width: 0.58rem; height: 0.58rem; margin-left: -0.29rem; border-radius: 50%; background: var(--accent); }
.yearstrip i.was { background: transparent; border: 1.5px solid var(--quiet); box-sizing: border-box; }
.yearstrip em { position: absolute; font-style: normal; white-space: nowrap; padding-left: 0.28rem; border-left: 1px solid var(--line); line-height: 1.15; }
.yearstrip em.left { transform: translateX(-100%); border-left: none; border-right: 1px solid var(--line); padding: 0 0.28rem 0 0; }
.yearstrip small { color: var(--quiet); font-size: 0.72rem; }
@container (max-width: 860px) { .yearstrip { height: 2.6rem; } .yearstrip em { display: none; } .yearlist { display: block; color: var(--quiet); font-size: 0.78rem; margin: 0.2rem 0 0; } }
@container (max-width: 480px) { .yearstrip b { padding-left: 0.1rem; font-size: 0.66rem; } }
</style>"""


def strip(calendar: Calendar, asked: Period) -> None:
    """The year of the period with its events; a ring where a moved one fell the year before."""
    year = Period(date(asked.end.year, 1, 1), date(asked.end.year, 12, 31))
    found = occurrences(year, [calendar.countries.get(s.reseller_id) for s in calendar.senders])
    months = "".join(f'<b style="left:{_place(date(year.start.year, m, 1), year):.2f}%">{SHORT_MONTHS[m]}</b>' for m in range(1, 13))
    first, last = max(asked.start, year.start), min(asked.end, year.end)
    width = _place(last, year) - _place(first, year) + 0.27
    band = f'<u style="left:{_place(first, year):.2f}%;width:{width:.2f}%"></u>'
    dots = "".join(_dot(one, year) for one in found)
    lanes = lanes_of(found, year)
    names = "".join(_name(one, lane, left, year) for one, (lane, left) in zip(found, lanes, strict=True))
    high = max((lane for lane, _ in lanes), default=0) + 1
    listed = " · ".join(f"{one.day.day} {SHORT_MONTHS[one.day.month]} {one.name}" for one in found)
    st.html(
        f'{STRIP}<div class="yearbox"><div class="yearstrip" style="--lanes:{high}" role="img" aria-label="{escaped(_told(found))}">{band}<hr>'
        f'{months}{dots}{names}</div><p class="yearlist" aria-hidden="true">{escaped(listed)}</p></div>'
    )


def _told(found: Sequence[Occurrence]) -> str:
    return "; ".join(f"{one.name} {name_day(one.day)}" for one in found)


def _place(day: date, year: Period) -> float:
    return 100 * (day - year.start).days / year.days


def _dot(one: Occurrence, year: Period) -> str:
    was = date(one.day.year, one.before.month, min(one.before.day, 28) if one.before.month == 2 else one.before.day)
    ring = (
        f'<i class="was" style="left:{_place(was, year):.2f}%" title="{escaped(f"{one.name}, {name_day(one.before)}")}"></i>'
        if one.moved
        else ""
    )
    return f'{ring}<i style="left:{_place(one.day, year):.2f}%" title="{escaped(f"{one.name}, {name_day(one.day)}")}"></i>'


def lanes_of(found: Sequence[Occurrence], year: Period) -> list[tuple[int, bool]]:
    """For the name of each event its lane, the lowest where it touches no other, and whether it stands at the left of its day, as it would
    pass the end of the year at the right."""
    taken: list[list[tuple[float, float]]] = []
    placed = []
    for one in found:
        day, width = (one.day - year.start).days, DAYS_A_LETTER * len(_words(one))
        left = day + width > year.days
        first, last = (day - width, day) if left else (day, day + width)
        lane = next(
            (n for n, spans in enumerate(taken) if all(last + DAYS_APART < a or b + DAYS_APART < first for a, b in spans)), len(taken)
        )
        taken += [[]] if lane == len(taken) else []
        taken[lane].append((first, last))
        placed.append((lane, left))
    return placed


def _words(one: Occurrence) -> str:
    return f"{one.event.name} {one.tradition.label} {_days_moved(one)}".strip()


def _name(one: Occurrence, lane: int, left: bool, year: Period) -> str:
    more = escaped(f"{one.tradition.label} {_days_moved(one)}".strip())
    style = f"left:{_place(one.day, year):.2f}%;bottom:{2.45 + 1.35 * lane:.2f}rem"
    return f'<em class="{"left" if left else ""}" style="{style}">{escaped(one.event.name)} <small>{more}</small></em>'


def _days_moved(one: Occurrence) -> str:
    return f"{one.moved:+d} d".replace("-", "−") if one.moved else ""


def events(found: Sequence[Effect], chosen_one: Effect | None, view: View, chosen: Choice) -> View:
    """All events of the period, now and before, aligned and not; a click chooses one."""
    with frame.card():
        with st.container(horizontal=True, key="cardhead_events", vertical_alignment="top", gap="small"):
            lead = "Net revenue around each event, € net; click one to see it in detail"
            st.html(f'<div class="card-title">Events</div><div class="card-sub">{lead}</div>', width="stretch")
            label = "Take the events away"
            with st.popover(label, icon=":material/download:", help=label, type="tertiary", key="icononly_events"):
                view_actions.exports(lambda: events_seen(found, chosen), f"events-{str(chosen.period).replace('/', '-')}", "events")
        if not found:
            frame.hint("No event lies in this period. Choose a longer one above.")
            return view
        rows = pl.DataFrame([_row(one, chosen_one) for one in found], infer_schema_length=None)
        formats = {name: (lambda value: format_money(value).replace("€\u202f", "")) for name in ("Now €", "Before €")}
        formats |= {name: (lambda value: stating.arrow(format_change(value), value)) for name in ("Δ aligned", "Δ same dates")}
        picked = stating.table(rows, formats, key="events", select=True, signs=("Δ aligned", "Δ same dates"), most=14)
        slug = next((one.occurrence.slug for one in found if picked in (one.occurrence.name, f"▸ {one.occurrence.name}")), None)
        frame.hint(ALIGNED)
    return _follow(view, slug)


def events_seen(found: Sequence[Effect], chosen: Choice) -> Shown:
    """The events as a file says them."""
    units = dict.fromkeys(("sales_eur_net", "sales_eur_net_before"), "EUR net")
    about = (("Period", name_period(chosen.period)), ("Filters", filters_in_words(chosen.where)), ("Aligned", ALIGNED))
    titles = {"change_aligned": "Change aligned", "change_same_dates": "Change same dates"}
    return Shown("Events", event_effects.effects_frame(found).rename(titles), about, {}, units | dict.fromkeys(titles.values(), CHANGE))


def _follow(view: View, slug: str | None) -> View:
    """A click chooses its event once."""
    before = session.recall("calendar.clicked", None)
    session.remember("calendar.clicked", slug)
    return dating.with_event(view, slug) if slug and slug != before else view


def _row(one: Effect, chosen_one: Effect | None) -> dict[str, Any]:
    day, before = one.occurrence.day, one.occurrence.before
    known = bool(one.parts)
    return {
        "Event": one.occurrence.name if one is not chosen_one else f"▸ {one.occurrence.name}",
        "Δ aligned": one.aligned,
        "Δ same dates": one.same_dates,
        "Now €": one.now if known else None,
        "Before €": one.before if known else None,
        "Day (was)": f"{day:%-d %b}" + (f" ({before:%-d %b})" if one.occurrence.moved else ""),
    }


def detail_query(found: Effect, chosen: Choice) -> SalesQuery:
    """The engine's own question for one event: its window against the same window of the year before, where lines state days or weeks."""
    by_day = [part for part in found.parts if part.grain == "day"] or list(found.parts)
    part = by_day[0]
    where = (*chosen.where, Filter("reseller", tuple(one.reseller for one in by_day)))
    return SalesQuery(("sales_eur_net",), ("reseller",), where, part.window, part.window_before)


def detail(found: Effect, calendar: Calendar, view: View, result: Result, chosen: Choice, known: Known) -> View:
    """One event: the sentence, its days on those of the year before, and its resellers."""
    lead = f"{name_period(found.window)} against {name_period(found.window_before)}"
    units = {"Δ aligned": CHANGE, "Δ same dates": CHANGE, "Now €": "EUR net", "Before €": "EUR net"}
    seen = Shown(event_effects.says(found), _parts(found), (*about(result), ("Windows", lead)), {}, units)
    name, code = found.occurrence.name, events_code(found, chosen)
    with card(name, lead, Menu("event", result, chosen, known, shown=seen, code=code, title=name, leave_out=PLAIN)):
        st.markdown(f"**{frame.plain(event_effects.says(found))}**")
        charts.draw(calendar_charts.around_chart(found, event_effects.by_distance(calendar, found)), key="around", height=230)
        by_day = [part.reseller for part in found.parts if part.grain == "day"]
        if by_day and len(by_day) < len(found.parts):
            frame.hint(frame.plain(f"Day by day: {name_list(by_day, 8)}; the others state weeks."))
        formats = {name: (lambda value: format_money(value).replace("€\u202f", "")) for name in ("Now €", "Before €")}
        formats |= {name: (lambda value: stating.arrow(format_change(value), value)) for name in ("Δ aligned", "Δ same dates")}
        stating.table(_parts(found), formats, key="event_parts", signs=("Δ aligned", "Δ same dates"))
        left_out = event_effects.left_out_words(found)
        frame.hint(frame.plain(f"Left out: {left_out}." if left_out else ""))
        return _window(found, view)


def events_code(found: Effect, chosen: Choice) -> str:
    """The notebook's line: the events of the period, this one with the days that are looked at."""
    day, window = found.occurrence.day, found.window
    where = conditions(chosen.where)
    own = {found.occurrence.event.key: ((day - window.start).days, (window.end - day).days)}
    return f"wb.events({str(chosen.period)!r}{f', {where!r}' if where else ''}, windows={own!r})"


def _parts(found: Effect) -> pl.DataFrame:
    rows = [(p.reseller, p.aligned, p.same_dates, p.now, p.before, f"by {p.grain}") for p in found.parts]
    money, change = pl.Decimal(38, 9), pl.Decimal(38, 9)
    schema: dict[str, Any] = {"Reseller": pl.String, "Δ aligned": change, "Δ same dates": change}
    schema |= {"Now €": money, "Before €": money, "States": pl.String}
    rounded = [tuple(round(v, 9) if isinstance(v, Decimal) else v for v in row) for row in rows]
    return pl.DataFrame(rounded, schema=schema, orient="row")


def _window(found: Effect, view: View) -> View:
    own = (found.occurrence.day - found.window.start).days, (found.window.end - found.occurrence.day).days
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = _days("Days before", "calendar_before", own[0])
        after = _days("Days after", "calendar_after", own[1])
    usual = (found.occurrence.event.before, found.occurrence.event.after)
    if (before, after) == own:
        return view
    return replace(view, event=found.occurrence.slug, window=None if (before, after) == usual else (before, after))


def _days(label: str, key: str, value: int) -> int:
    session.show_in(key, value)
    return int(st.number_input(label, min_value=0, max_value=dating.MOST_DAYS, step=1, key=key, width=150))


EQUAL = {
    "trading_days": "Trading days",
    "trading_days_before": "Trading days before",
    "change": "Change",
    "change_on_equal_days": "Change on equal days",
    "basis": "How the days are counted",
}


def trading(found: Equalised, result: Result, chosen: Choice, known: Known) -> None:
    """The asked comparison on equally many trading days, by reseller and in all."""
    rows = equal_days.equalised_frame(found).rename(EQUAL)
    units = {name: NUMBER if "days" in column and "change" not in column else CHANGE for column, name in EQUAL.items() if column != "basis"}
    units |= dict.fromkeys(("sales_eur_net", "sales_eur_net_before"), "EUR net")
    seen = Shown("Trading days", rows, (*about(result), ("Method", METHOD)), {}, units)
    code = stating.call("trading_days", str(chosen.period), replace(result.query, period=None))
    with card(
        "On equally many trading days",
        _against(result),
        Menu("trading-days", result, chosen, known, shown=seen, code=code, title="Trading days", leave_out=PLAIN),
    ):
        if not found.rows:
            frame.hint("Nothing can be compared in this period yet.")
            return
        st.markdown(f"**{frame.plain(headline(found))}**")
        rows = pl.DataFrame(
            [(r.reseller, _rounded(r.change), _rounded(r.adjusted), r.now, f"{format_number(r.days, 1)} / {format_number(r.days_before, 1)}") for r in found.rows]
            + [("Total", _rounded(found.change), _rounded(found.adjusted), found.now, "")],
            schema={"Reseller": pl.String, "Δ": pl.Decimal(38, 9), "Δ on equal days": pl.Decimal(38, 9), "Now €": pl.Decimal(38, 9), "Days now / before": pl.String},
            orient="row",
        )  # fmt: skip
        formats = {"Now €": lambda value: format_money(value).replace("€\u202f", "")}
        formats |= {name: (lambda value: stating.arrow(format_change(value), value)) for name in ("Δ", "Δ on equal days")}
        stating.table(rows, formats, key="trading", signs=("Δ", "Δ on equal days"), most=14)
        with st.expander("How the days are counted"):
            st.caption(frame.plain(METHOD))
            st.caption("  \n".join(frame.plain(f"{r.reseller}: {r.basis}.") for r in found.rows))


def headline(found: Equalised) -> str:
    """`+16.1 % as reported, +15.2 % on equally many trading days: the calendar gave 0.9 points.`"""
    if found.change is None or found.adjusted is None:
        return f"{change_words('sales_eur_net', None, found.now, found.before)} as reported: there is no percentage to put on equal days."
    points = abs(found.change - found.adjusted) * 100
    side = "gave" if found.change > found.adjusted else "took"
    effect = "the calendar hardly matters" if points < Decimal("0.05") else f"the calendar {side} {format_number(points, 1)} points"
    return f"{format_change(found.change)} as reported, {format_change(found.adjusted)} on equally many trading days: {effect}."


def _against(result: Result) -> str:
    now, before = result.period, result.compared_with
    return f"{name_period(now)} against {name_period(before)}, over what both cover" if now and before else ""


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 9)


def weekday_query(chosen: Choice) -> SalesQuery:
    """What was sold on each weekday of the period: what the menu of the weekdays explores and traces."""
    return SalesQuery(("sales_eur_net",), ("reseller", "weekday"), chosen.where, chosen.period)


def weekdays(weights: dict[str, DayWeights], result: Result, chosen: Choice, known: Known) -> None:
    """What each weekday is worth, where files state days. `result`: the answer to `weekday_query`."""
    lead = "Share of each weekday in an ordinary week, where lines state their day"
    menu = Menu("weekdays", result, chosen, known, shown=lambda: _weekdays_seen(weights, result), leave_out=(*PLAIN, "notebook"))
    with card("Weekdays", lead, menu):
        spec = calendar_charts.weekday_chart(weights)
        charts.draw(spec, key="weekdays", height=230)
        learned = [f"{name} from {one.weeks} weeks" for name, one in weights.items() if one.learned]
        frame.hint(frame.plain(f"Learned of {', '.join(learned)}; weeks with holidays or Black Friday teach nothing." if spec else NO_DAYS))


def _weekdays_seen(weights: dict[str, DayWeights], result: Result) -> Shown:
    """The shares as a file says them: a row a reseller, a column a weekday, which add up to 1."""
    rows = [(name, *(weight / Decimal(7) for weight in one.weekdays), one.weeks) for name, one in weights.items() if one.learned]
    money = pl.Decimal(38, 9)
    schema: dict[str, Any] = {"Reseller": pl.String, **dict.fromkeys(WEEKDAYS, money), "Weeks learned of": pl.Int64}
    rounded = [tuple(round(value, 9) if isinstance(value, Decimal) else value for value in row) for row in rows]
    told = (
        "Method",
        "Learned of ordinary weeks of the two years before and the period; weeks with holidays or Black Friday teach nothing.",
    )
    return Shown("Weekdays", pl.DataFrame(rounded, schema, orient="row"), (told, *about(result)), {}, dict.fromkeys(WEEKDAYS, "ratio"))


NO_DAYS = "No reseller here states the day of its sales in enough weeks, so every selling day counts alike."
