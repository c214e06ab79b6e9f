"""What is watched for whom: each alert in words with its last result, pausing and removing it, and “tell me when …” to add one."""

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
from pages.components import cached, choosing, empty, errors, frame, session
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


def _definition() -> AlertDefinition:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind: Kind = st.selectbox("What", list(KINDS), format_func=lambda kind: KINDS[kind], key="alert_kind", width=250)
        if kind == "missing_report":
            return AlertDefinition(kind, _limit("By at least, days", kind, whole=True))
        if kind == "held_money":
            return AlertDefinition(kind, _limit("At least, € net of one reseller", kind))
        if kind == "anomaly":
            return AlertDefinition(kind, _limit("At least, € net at stake", kind))
        measure = st.selectbox("Figure", list(MEASURES), format_func=lambda name: MEASURES[name].label, key="alert_measure", width=210)
        condition = st.selectbox("Condition", list(CONDITIONS), format_func=CONDITIONS.__getitem__, key="alert_condition", width=190)
        per_cent = condition in CHANGES or MEASURES[measure].unit == "ratio"
        limit = _limit("Per cent" if per_cent else f"Line, {MEASURES[measure].unit}", f"{kind}_{per_cent}", 10 if per_cent else None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.selectbox(
            "Period", list(PERIOD_RULES), format_func=lambda r: PERIOD_RULES[r].capitalize(), key="alert_period", width=250
        )
        where = _where()
    return AlertDefinition(kind, limit / 100 if per_cent else limit, measure, condition, period, where)


def _where() -> tuple[Filter, ...]:
    """Which part of the sales: a channel, some resellers; nothing chosen means all."""
    channel = st.selectbox("Channel", list(choosing.CHANNELS), format_func=choosing.CHANNELS.__getitem__, key="alert_channel", width=210)
    known = cached.known(session.scope()).resellers
    resellers = st.multiselect("Resellers", known, placeholder="All resellers", key="alert_resellers")
    chosen = (Filter("reseller", tuple(resellers)),) if resellers else ()
    return (*choosing.CHANNEL_FILTERS.get(channel, ()), *chosen)


def _limit(label: str, key: str, start: int | None = None, *, whole: bool = False) -> Decimal:
    """The number a person typed, exactly. One field for each unit, so that no limit is carried from euros to per cent."""
    begin = start if start is not None else int(STARTS.get(key.removesuffix("_False"), STARTS["measure"]))  # type: ignore[call-overload]
    typed = (
        st.number_input(label, min_value=1, value=begin, step=1, key=f"alert_limit_{key}", width=210)
        if whole
        else st.number_input(label, value=float(begin), step=1.0, format="%0.2f", key=f"alert_limit_{key}", width=210)
    )
    return Decimal(str(typed))


def _today(definition: AlertDefinition) -> None:
    """The alert in words and, beneath, what it would say now."""
    try:
        found = cached.findings(alerts.check(definition), session.scope(), date.today())
    except WorkbenchError as error:
        frame.hint(plain(error.message))
        return
    st.markdown(plain(f"{alerts.in_words(definition)}."))
    more = f" And {len(found) - 3} more." if len(found) > 3 else ""
    frame.hint(plain(f"Today it would say: {' '.join(found[:3])}{more}" if found else "Today it would say nothing."))
