"""Anomalies as cards: what, why, how much, the small chart with its usual range, the evidence, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from core.sales import dismissing
from core.sales.anomalies import ANOMALIES, anomalies_frame, at_stake
from core.sales.anomaly_charts import chart_of
from core.sales.anomaly_shapes import KINDS, REASONS, Anomaly, Found
from core.sales.dismissing import Dismissal
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_list, name_period
from core.sales.query import Filter, SalesQuery
from core.sales.shown import Shown
from pages.components import (
    cached,
    cached_analyses,
    card_menu,
    charts,
    choosing,
    empty,
    errors,
    frame,
    oddities,
    session,
    source_rows,
    stating,
    view_actions,
)
from pages.components.choosing import Choice, Known
from pages.components.frame import escaped, plain
from pages.components.oddities import View

RECENT = timedelta(days=100)  # older data problems are listed, but carry no badge
SIGNS = {"data": "bad", "business": "mind", "calendar": "off"}
QUIET = {
    "data": "The files look right in this period.",
    "business": "No figure left its usual range.",
    "calendar": "Nothing that the calendar explains.",
}
METHOD = (
    "A month is odd when it leaves its range: last year's month times the median growth of the twelve months before, plus or minus "
    "3.5 · (1 + 4 ÷ n) robust deviations (median absolute deviation of the square roots; Iglewicz and Hoaglin 1993). A product should keep its "
    "share of the same resellers. Files are asked first, then the calendar, then the business. On markets that only fluctuate fewer than one "
    "in a hundred months raises an alarm."
)


def controls(stated: View, found: Sequence[Anomaly], dismissed: int, channel: str) -> View:
    """The switch between the groups, and which of them; returns the view and writes it into the URL."""
    with st.container(horizontal=True, key="anomaly_controls", vertical_alignment="bottom", gap="small"):
        show = stating.segments("Show", "anomaly_show", oddities.counted(found, dismissed), stated.show)
        kinds = {name: label for name, label in oddities.KIND_LABELS.items() if name in ("", stated.kind, *(one.kind for one in found))}
        kind = stating.select("Kind", "anomaly_kind", kinds, stated.kind, 230)
        labels = {str(number): f"From {format_money(number)}" if number else "Any amount" for number in oddities.LEAST}
        least = int(stating.select("At stake", "anomaly_least", labels, str(stated.least), 150))
    view = replace(stated, show=show, kind=kind, least=least)
    stating.write(oddities.NAMES, oddities.written(view))
    frame.hint(oddities.channel_words(channel))
    return view


def count(whole: Found, put_aside: Sequence[Dismissal]) -> None:
    """Keep the number of open data problems for the badge in the navigation."""
    still, _ = dismissing.sort_out(whole.anomalies, put_aside)
    recent = date.today() - RECENT
    cached_analyses.remember_odd(session.person().username, sum(one.reason == "data" and one.period.end >= recent for one in still))


def groups(view: View, found: Sequence[Anomaly], chosen: Choice, known: Known) -> None:
    """Data problems, business changes, what the calendar explains: each the largest first."""
    for reason, ones in oddities.grouped(view, found).items():
        worth = sum(at_stake(one) for one in ones)
        frame.section(f"{REASONS[reason]} ({len(ones)})", f"{format_money(worth)} at stake" if ones else QUIET[reason])  # type: ignore[index]
        _pairs([(one, None) for one in ones[: view.most]], chosen, known)
        _more(reason, len(ones), view)


def _more(key: str, count: int, view: View) -> None:
    """The way to the cards that are not drawn, or how to reach them where a page holds no more."""
    more = next((number for number in oddities.MOST if number > view.most), None)
    if count > view.most and more is not None:
        st.button(f"Show more of {format_number(count)}", key=f"more_{key}", on_click=_write, args=(replace(view, most=more),))
    elif count > view.most:
        frame.hint(f"The first {view.most} of {format_number(count)}. Choose a kind or a higher amount at stake to see the others.")


def dismissed(view: View, aside: Sequence[tuple[Anomaly, Dismissal]], chosen: Choice, known: Known) -> None:
    """What was put aside, by whom and why, with the way back."""
    frame.section(f"Dismissed ({len(aside)})", "" if aside else "Nothing is dismissed in this period.")
    _pairs(list(aside[: view.most]), chosen, known)
    _more("dismissed", len(aside), view)


def _pairs(ones: Sequence[tuple[Anomaly, Dismissal | None]], chosen: Choice, known: Known) -> None:
    for start in range(0, len(ones), 2):
        for column, (one, aside) in zip(st.columns(2), ones[start : start + 2], strict=False):
            with column:
                _card(one, aside, chosen, known)


def _card(one: Anomaly, aside: Dismissal | None, chosen: Choice, known: Known) -> None:
    with frame.card(key=f"anomaly_{one.key}"):
        stake = f"{'−' if one.size < 0 else '+' if one.size > 0 else ''}{format_money(at_stake(one))}"
        st.html(
            f'<div style="display:flex;justify-content:space-between;gap:0.8rem"><div class="card-title">{escaped(one.title)}</div>'
            f'<div class="card-title" style="white-space:nowrap">{escaped(stake)}</div></div>'
            f'<div class="card-sub"><span class="state {SIGNS[one.reason]}">{escaped(_reason(one))}</span> · {escaped(one.why)}</div>'
        )
        charts.draw(chart_of(one), key=f"anomaly_{one.key}", height=150)
        st.html('<div class="caveats">' + "".join(f"<div>{escaped(text)}</div>" for text in one.evidence) + "</div>")
        if aside is not None:
            who = "everybody" if aside.shared else f"{aside.owner} alone"
            note = f": “{aside.note}”" if aside.note else "."
            frame.hint(plain(f"Dismissed by {aside.owner} on {aside.dismissed_at:%-d %b %Y} for {who}{note}"))
        _ways(one, aside, chosen, known)


def _reason(one: Anomaly) -> str:
    """`Data: report missing or late`"""
    kind = KINDS[one.kind]
    return f"{one.reason.capitalize()}: {kind[:1].lower()}{kind[1:]}"


def _ways(one: Anomaly, aside: Dismissal | None, chosen: Choice, known: Known) -> None:
    with st.container(horizontal=True, key=f"ways_{one.key}", gap="small", vertical_alignment="center"):
        if one.kind == "held_money":
            empty.link("inbox", "Inbox", ":material/inbox:")
        if one.batch is not None:
            empty.link("history", "File", ":material/history:", {"upload": str(one.batch)})
        if one.reason == "data":
            empty.link("coverage", "Coverage", ":material/grid_on:")
        if one.value is not None:
            query = question(one)
            empty.link("explore", "Explore", ":material/pivot_table_chart:", card_menu.parameters(query, _own(chosen, one), known))  # type: ignore[arg-type]
            source_rows.button(query, key=f"anomaly_{one.key}", label="Trace")
        if aside is None:
            _dismiss(one)
        elif aside.own or session.may_do("edit_alerts"):
            st.button("Show again", key=f"restore_{one.key}", icon=":material/undo:", type="tertiary", on_click=_restore, args=(aside.id,))


def question(one: Anomaly) -> SalesQuery:
    """The figures behind an anomaly: its reseller, product and store, by what may explain it."""
    named = (("reseller", one.reseller), ("product", one.product), ("store", one.store))
    where = tuple(Filter(name, (value,)) for name, value in named if value)
    by = ("reseller",) if one.product and not one.reseller else ("store",) if one.product else ("product",)
    return SalesQuery(("sales_eur_net", "units"), by, where, one.period, "prior_year")


def _own(chosen: Choice, one: Anomaly) -> Choice:
    """The page's choice as the anomaly sees it: whole files, its own period."""
    return replace(chosen, period=one.period, channel="", resellers=(), filters=())


def _dismiss(one: Anomaly) -> None:
    if not session.may_do("save_views"):
        return
    with st.popover("Dismiss", icon=":material/check:", type="tertiary"), st.form(f"dismiss_{one.key}", border=False):
        note = st.text_input("Why?", placeholder="Known: the store was being rebuilt", max_chars=dismissing.MOST_NOTE)
        everybody = st.checkbox("For everybody") if session.may_do("edit_alerts") else False
        if st.form_submit_button("Dismiss"):
            with errors.boundary():
                dismissing.dismiss(cached.database(), session.person(), one, note, everybody=everybody)
                session.notify("Dismissed. It is listed under “Dismissed” and can be shown again.")
                st.rerun()


def _restore(dismissal_id: int) -> None:
    with errors.boundary():
        dismissing.restore(cached.database(), session.person(), dismissal_id)
        session.notify("Shown again.")


def _write(view: View) -> None:
    stating.write(oddities.NAMES, oddities.written(view))


def notes(found: Found, inside: Sequence[Anomaly], chosen: Choice) -> None:
    """Who is too young for ranges, how it works, and the list to take away."""
    if found.short:
        young = name_list([f"{one.reseller} ({one.months} months)" for one in found.short], 10)
        frame.hint(
            plain(
                f"Not enough history for a range: {young}; {found.short[0].needed} whole months are needed. Their files are checked all the same."
            )
        )
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.expander("How it is found"):
            st.caption(plain(METHOD))
        with st.popover(
            "Take the list away", icon=":material/download:", help="Take the list away", type="tertiary", key="icononly_anomalies"
        ):
            view_actions.exports(
                lambda: seen(inside, chosen), f"anomalies-{choosing.period_text(chosen.period).replace('/', '-')}", "anomalies"
            )


def seen(inside: Sequence[Anomaly], chosen: Choice) -> Shown:
    """The list as a file says it."""
    units = dict.fromkeys(("size_eur_net", "sales_eur_net", "expected", "low", "high"), "EUR net") | {"units": "units"}
    about = (("Period", name_period(chosen.period)), ("Method", METHOD))
    return Shown("Anomalies", anomalies_frame(inside).select(list(ANOMALIES)), about, {}, units)
