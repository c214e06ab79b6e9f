"""When a report goes to whom: each schedule in words with its next five times, pausing and removing it, and adding one."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import streamlit as st

from core.reports import records
from core.reports.records import Report, Schedule
from core.reports.schedules import EVERY, SPECIAL_DAYS, WEEKDAYS, Rule, clock_note, next_dates
from pages.components import cached, empty, errors, session
from pages.components.frame import plain
from pages.components.report_preview import addresses

TURN = "reports.schedule_turn"
EVERY_WORDS = {"day": "Every day", "workday": "Every workday", "week": "Every week", "month": "Every month", "quarter": "Every quarter"}


def edit(report: Report) -> None:
    with cached.database().read() as connection:
        schedules = records.list_schedules(connection, report.id)
    if not schedules:
        empty.say("Not scheduled", "Add a schedule below and the report goes out by itself.")
    for schedule in schedules:
        with st.container(border=True):
            _line(schedule)
    if session.may_do("edit_reports"):
        _add(report)


def _line(schedule: Schedule) -> None:
    zone = ZoneInfo(schedule.time_zone)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(schedule.words)}**" + ("" if schedule.enabled else " (paused)"), width="stretch")
        if session.may_do("edit_reports"):
            if st.button("Pause" if schedule.enabled else "Go on", key=f"switch_{schedule.id}"):
                records.switch_schedule(cached.database(), session.person(), schedule.id, not schedule.enabled, datetime.now(UTC))
                st.rerun()
            if st.button("Remove", key=f"remove_{schedule.id}"):
                records.remove_schedule(cached.database(), session.person(), schedule.id, datetime.now(UTC))
                st.rerun()
    st.caption(plain(f"To {', '.join(schedule.recipients)} as {', '.join(schedule.formats)}"))
    if schedule.enabled:
        dates = next_dates(schedule.rule, datetime.now(UTC), schedule.time_zone)
        st.caption("Next: " + " · ".join(f"{when.astimezone(zone):%a %-d %b %Y, %H:%M}" for when in dates))


def _add(report: Report) -> None:
    """The form for one more schedule, empty again after each."""
    zone, turn = cached.settings().time_zone, session.recall(TURN, 0)
    with st.expander("Add a schedule", icon=":material/add:", key=f"add_schedule_{report.id}_{turn}"):
        rule = _rule(turn)
        recipients = st.text_area("To", placeholder="one address a line", key=f"schedule_to_{turn}", height=90)
        formats = st.pills("Formats", records.FORMATS, selection_mode="multi", default=["pdf"], key=f"schedule_formats_{turn}")
        dates = next_dates(rule, datetime.now(UTC), zone)
        st.caption(f"Next five times ({zone}): " + " · ".join(f"{when.astimezone(ZoneInfo(zone)):%a %-d %b %Y, %H:%M}" for when in dates))
        if note := clock_note(rule, datetime.now(UTC), zone):
            st.caption(note)
        if st.button("Add this schedule", type="primary", key=f"schedule_add_{turn}"):
            with errors.boundary():
                records.save_schedule(
                    cached.database(), session.person(), report.id, rule, zone, addresses(recipients), formats, datetime.now(UTC)
                )
                session.remember(TURN, turn + 1)
                session.notify("The schedule is on.")
                st.rerun()


def _rule(turn: int) -> Rule:
    """How often, on which day, at what time."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        every = st.selectbox(
            "How often", EVERY, index=EVERY.index("month"), format_func=EVERY_WORDS.__getitem__, key=f"schedule_every_{turn}"
        )
        weekday = day = None
        if every == "week":
            weekday = st.selectbox("Weekday", list(WEEKDAYS), format_func=WEEKDAYS.__getitem__, key=f"schedule_weekday_{turn}")
        if every in ("month", "quarter"):
            days = ["first workday", "last workday", "last", *range(1, 29)]
            day = st.selectbox("Day", days, format_func=lambda d: SPECIAL_DAYS.get(d, str(d)), key=f"schedule_day_{turn}")
        at = st.time_input("Time", time(8), key=f"schedule_at_{turn}", step=900)
    return Rule(every, at, weekday, day)
