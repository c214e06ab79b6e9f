"""What is watched for whom: each alert in words with its last result, pausing, editing and removing it, and “tell me when …” to add one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import streamlit as st

from core.errors import WorkbenchError
from core.reports import alerts
from core.reports.alerts import CONDITIONS, KINDS, Alert, AlertDefinition, Kind
from core.reports.definition import PERIOD_RULES
from core.sales.measures import MEASURES
from core.sales.query import Filter
from pages.components import cached, cached_analyses, choosing, empty, errors, frame, session
from pages.components.frame import plain
from pages.components.report_list import moment
from pages.components.report_preview import addresses

CHANGES = ("falls_by", "rises_by")
STARTS: dict[Kind, Decimal] = {
    "measure": Decimal(10_000),
    "missing_report": Decimal(1),
    "held_money": Decimal(500),
    "anomaly": Decimal(500),
}
UNITS: dict[Kind, str] = {
    "missing_report": "By at least, days",
    "held_money": "At least, € net of one reseller",
    "anomaly": "At least, € net at stake",
}
OWN = "own"


def listed() -> None:
    """The alerts this person may see."""
    with cached.database().read() as connection:
        found = alerts.alerts_for(connection, session.person())
    if not found:
        empty.say("Nothing is watched yet", "Say below what you want to be told, and a mail comes when it becomes true.")
    for alert in found:
        with st.container(border=True):
            _line(alert)


def _line(alert: Alert) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(alert.name)}**" + ("" if alert.enabled else " (paused)"), width="stretch")
        if st.button("Pause" if alert.enabled else "Go on", key=f"switch_{alert.id}"):
            alerts.switch_alert(cached.database(), session.person(), alert.id, not alert.enabled)
            st.rerun()
        _edit(alert)
        if st.button("Remove", key=f"remove_{alert.id}"):
            alerts.remove_alert(cached.database(), session.person(), alert.id)
            session.notify(f"“{alert.name}” is removed.")
            st.rerun()
    words = alerts.in_words(alert.definition)
    parts = [words if words != alert.name else "", f"to {', '.join(alert.recipients)}", f"kept by {alert.owner}"]
    st.caption(plain(" · ".join(part for part in parts if part)))
    st.markdown(plain(_last(alert)))


def _last(alert: Alert) -> str:
    """`Sun 22 Nov 2026, 10:00: Galilu's report for May 2025 is 10 days late.`"""
    if alert.last_checked is None or alert.last_result is None:
        return "Not looked at yet."
    return f"{moment(alert.last_checked)}: {alert.last_result}"


def _edit(alert: Alert) -> None:
    """The same form with what the alert says now, and what it would say today."""
    with st.popover("Edit", key=f"alert_edit_{alert.id}", on_change="rerun") as box:
        if not box.open:
            return
        definition = _definition(alert.definition, f"_{alert.id}")
        with errors.boundary():
            _today(definition)
        recipients = st.text_area("To", "\n".join(alert.recipients), key=f"alert_to_{alert.id}", height=80)
        automatic = alert.name == alerts.in_words(alert.definition)
        name = st.text_input(
            "Name", "" if automatic else alert.name, placeholder="as it reads, if left empty", key=f"alert_name_{alert.id}"
        )
        if st.button("Keep the changes", type="primary", key=f"alert_keep_{alert.id}"):
            with errors.boundary():
                alerts.save_alert(cached.database(), session.person(), name, definition, addresses(recipients), alert.id)
                session.notify("The alert is changed.")
                st.rerun()


def add() -> None:
    """The form “tell me when …”, with what it would say today."""
    with st.container(border=True, key="add_alert"):
        frame.section("Tell me when …")
        definition = _definition()
        with errors.boundary():
            _today(definition)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            recipients = st.text_area("To", placeholder="one address a line", key="alert_to", height=80)
            name = st.text_input("Name", placeholder="as it reads, if left empty", key="alert_name")
        if st.button("Watch this", type="primary", key="alert_add"):
            with errors.boundary():
                alerts.save_alert(cached.database(), session.person(), name, definition, addresses(recipients))
                session.notify("It is watched from now on.")
                st.rerun()


def _definition(begin: AlertDefinition | None = None, suffix: str = "") -> AlertDefinition:
    """What the fields say. `begin`: what they say at first; `suffix`: of their keys."""
    now = begin or AlertDefinition("measure", STARTS["measure"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = list(KINDS)
        kind: Kind = st.selectbox(
            "What", kinds, kinds.index(now.kind), format_func=lambda kind: KINDS[kind], key=f"alert_kind{suffix}", width=250
        )
        start = now.limit if begin is not None and kind == now.kind else None
        if kind != "measure":
            return AlertDefinition(kind, _limit(UNITS[kind], kind, start, suffix, whole=kind == "missing_report"))
        measures, conditions = list(MEASURES), list(CONDITIONS)
        measure = st.selectbox(
            "Figure",
            measures,
            measures.index(now.measure),
            format_func=lambda name: MEASURES[name].label,
            key=f"alert_measure{suffix}",
            width=210,
        )
        condition = st.selectbox(
            "Condition",
            conditions,
            conditions.index(now.condition),
            format_func=CONDITIONS.__getitem__,
            key=f"alert_condition{suffix}",
            width=190,
        )
        per_cent = _in_per_cent(measure, condition)
        if per_cent:
            start = start * 100 if start is not None and _in_per_cent(now.measure, now.condition) else Decimal(10)
        elif _in_per_cent(now.measure, now.condition):
            start = None
        limit = _limit("Per cent" if per_cent else f"Line, {MEASURES[measure].unit}", f"{kind}_{per_cent}", start, suffix)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = _period(now.period, suffix)
        where = _where(now.where, suffix)
    return AlertDefinition(kind, limit / 100 if per_cent else limit, measure, condition, period, where)


def _in_per_cent(measure: str, condition: str) -> bool:
    return condition in CHANGES or MEASURES[measure].unit == "ratio"


def _period(now: str, suffix: str) -> str:
    """A rule that moves with time, or a period of one's own: a month, a quarter, a year, a fiscal year or a part of it."""
    rules = [*PERIOD_RULES, OWN]
    chosen = st.selectbox(
        "Period",
        rules,
        rules.index(now) if now in PERIOD_RULES else len(PERIOD_RULES),
        format_func=lambda rule: "A period of its own" if rule == OWN else PERIOD_RULES[rule].capitalize(),
        key=f"alert_period{suffix}",
        width=250,
    )
    if chosen != OWN:
        return str(chosen)
    begin = now if now not in PERIOD_RULES else str(date.today().year)
    typed = st.text_input("Which", begin, placeholder="2026, 2026-Q2, FY2026, FY2026-P03", key=f"alert_own_period{suffix}", width=210)
    return typed.strip() or begin


def _where(now: tuple[Filter, ...], suffix: str) -> tuple[Filter, ...]:
    """Which part of the sales: a channel, some resellers; nothing chosen means all. Other filters of an alert stay as they are."""
    places = list(choosing.CHANNELS)
    begin = next((name for name, filters in choosing.CHANNEL_FILTERS.items() if filters and set(filters) <= set(now)), places[0])
    channel = st.selectbox(
        "Channel", places, places.index(begin), format_func=choosing.CHANNELS.__getitem__, key=f"alert_channel{suffix}", width=210
    )
    named = next((one for one in now if one.dimension == "reseller" and not one.exclude), None)
    known = list(dict.fromkeys((*cached.known(session.scope()).resellers, *(named.values if named else ()))))
    picked = st.multiselect(
        "Resellers", known, list(named.values) if named else None, placeholder="All resellers", key=f"alert_resellers{suffix}"
    )
    other = tuple(one for one in now if one != named and one not in choosing.CHANNEL_FILTERS.get(begin, ()))
    chosen = (Filter("reseller", tuple(picked)),) if picked else ()
    return (*choosing.CHANNEL_FILTERS.get(channel, ()), *chosen, *other)


def _limit(label: str, key: str, start: Decimal | None, suffix: str, *, whole: bool = False) -> Decimal:
    """The number a person typed, exactly. One field for each unit, so that no limit is carried from euros to per cent."""
    begin = start if start is not None else STARTS.get(key.removesuffix("_False"), STARTS["measure"])  # type: ignore[call-overload]
    typed = (
        st.number_input(label, min_value=1, value=max(1, int(begin)), step=1, key=f"alert_limit_{key}{suffix}", width=210)
        if whole
        else st.number_input(label, value=float(begin), step=1.0, format="%0.2f", key=f"alert_limit_{key}{suffix}", width=210)
    )
    return Decimal(str(typed))


def _today(definition: AlertDefinition) -> None:
    """The alert in words and, beneath, what it would say now."""
    try:
        found, not_judged = cached_analyses.findings(alerts.check(definition), session.scope(), date.today())
    except WorkbenchError as error:
        frame.hint(plain(error.message))
        return
    st.markdown(plain(f"{alerts.in_words(definition)}."))
    more = f" And {len(found) - 3} more." if len(found) > 3 else ""
    frame.hint(plain(f"Today it would say: {' '.join(found[:3])}{more}" if found else f"Today it would say nothing. {not_judged}".strip()))
