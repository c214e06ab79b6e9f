from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from core.db.tables import audit_log, users
from core.errors import BadQuestion, BadSchedule, MailNotSent, NotAllowed, UnknownRecord
from core.people.permissions import SYSTEM, Person
from core.reports.definition import Block, ReportDefinition
from core.reports.records import (
    archive_report,
    ensure_monthly_report,
    give_report,
    list_reports,
    list_schedules,
    possible_owners,
    read_report,
    remove_schedule,
    save_report,
    save_schedule,
    switch_schedule,
)
from core.reports.rendering import build_report
from core.reports.schedules import Rule

NOW = datetime(2025, 6, 4, 12, tzinfo=UTC)
REPORT = ReportDefinition("Weekly", blocks=(Block("kpis"),))
ANNA, BEN = Person("anna", "Anna", "analyst"), Person("ben", "Ben", "analyst", (1,))


def plan(database, report, by=SYSTEM, **values):
    given = {"rule": Rule("week", time(8), "mon"), "time_zone": "Europe/Berlin", "recipients": ["a@example.com"], "formats": ["pdf"]}
    return save_schedule(database, by, report, **(given | values), now=NOW)


def test_a_report_is_kept_changed_and_listed(database):
    report = save_report(database, ANNA, REPORT)
    save_report(database, ANNA, ReportDefinition("Monthly", blocks=(Block("kpis"),)), report)
    with database.read() as connection:
        assert [(r.id, r.name, r.owner) for r in list_reports(connection)] == [(report, "Monthly", "anna")]
        actions = connection.execute(sa.select(audit_log.c.action, audit_log.c.subject)).all()
    assert actions == [("report saved", "Weekly"), ("report saved", "Monthly")]


def test_the_monthly_report_is_there_from_the_first_day_once(database):
    report = ensure_monthly_report(database)
    assert report is not None
    assert ensure_monthly_report(database) is None
    with database.read() as connection:
        assert read_report(connection, report).name == "Monthly sell-out report"


def test_what_can_not_be_built_is_not_kept(database):
    with pytest.raises(BadQuestion):
        save_report(database, ANNA, ReportDefinition("Bad", blocks=(Block("kpis", measures=("nothing",)),)))
    with database.read() as connection:
        assert list_reports(connection) == ()


def test_an_archived_report_leaves_the_list_and_its_schedules_rest(database):
    report = save_report(database, SYSTEM, REPORT)
    plan(database, report)
    archive_report(database, SYSTEM, report)
    with database.read() as connection:
        assert list_reports(connection) == list_schedules(connection) == ()
        assert not list_schedules(connection, report)


def test_a_schedule_says_its_rule_and_its_next_time(database):
    report = save_report(database, SYSTEM, REPORT)
    schedule = plan(database, report)
    with database.read() as connection:
        (kept,) = list_schedules(connection, report)
    assert (kept.id, kept.words) == (schedule, "Every Monday at 08:00 (Europe/Berlin)")
    assert kept.next_due == datetime(2025, 6, 9, 6, tzinfo=UTC)


def test_a_changed_schedule_is_due_by_its_new_rule(database):
    report = save_report(database, SYSTEM, REPORT)
    schedule = plan(database, report)
    assert plan(database, report, rule=Rule("day", time(9)), schedule_id=schedule) == schedule
    with database.read() as connection:
        assert list_schedules(connection)[0].next_due == datetime(2025, 6, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"recipients": []}, MailNotSent),
        ({"recipients": ["nobody"]}, MailNotSent),
        ({"formats": []}, BadSchedule),
        ({"formats": ["docx"]}, BadSchedule),
        ({"time_zone": "Mars/Olympus"}, BadSchedule),
        ({"rule": Rule("week", time(8))}, BadSchedule),
    ],
)
def test_a_schedule_that_can_not_be_kept_is_refused(database, values, error):
    report = save_report(database, SYSTEM, REPORT)
    with pytest.raises(error):
        plan(database, report, **values)


def test_a_paused_schedule_has_no_next_time_and_an_unused_one_can_go(database):
    report = save_report(database, SYSTEM, REPORT)
    schedule = plan(database, report)
    switch_schedule(database, SYSTEM, schedule, False, NOW)
    with database.read() as connection:
        assert list_schedules(connection)[0].next_due is None
    remove_schedule(database, SYSTEM, schedule, NOW + timedelta(days=1))
    with database.read() as connection:
        assert list_schedules(connection) == ()


def test_nobody_changes_a_report_that_shows_more_than_he_sees(database):
    report = save_report(database, SYSTEM, REPORT)
    with pytest.raises(NotAllowed):
        save_report(database, BEN, REPORT, report)
    with pytest.raises(NotAllowed):
        plan(database, report, by=BEN)
    assert save_report(database, BEN, REPORT) != report


def test_nobody_moves_the_schedule_of_a_report_he_does_not_reach(database):
    theirs, own = save_report(database, ANNA, REPORT), save_report(database, BEN, REPORT)
    with database.write() as connection:
        connection.execute(users.insert().values(username="anna", name="Anna", email="anna@example.com", password_hash="x", role="analyst"))
    schedule = plan(database, theirs)
    with pytest.raises(NotAllowed):
        plan(database, own, BEN, schedule_id=schedule)
    with database.read() as connection:
        assert [s.report_id for s in list_schedules(connection)] == [theirs]


def test_a_report_can_be_given_to_a_colleague(database):
    with database.write() as connection:
        connection.execute(sa.insert(users).values(username="anna", name="Anna", password_hash="x", role="analyst"))
    report = save_report(database, SYSTEM, REPORT)
    give_report(database, SYSTEM, report, "anna")
    with database.read() as connection:
        assert read_report(connection, report).owner == "anna"
    with pytest.raises(BadSchedule):
        give_report(database, SYSTEM, report, "nobody")


def test_a_report_may_be_given_to_those_who_make_reports_and_see_no_more(database):
    people = (("anna", "analyst", None), ("ben", "analyst", [1]), ("cleo", "admin", [1, 2]), ("vera", "viewer", [1]))
    with database.write() as connection:
        for name, role, scope in people:
            values = {"username": name, "name": name.title(), "password_hash": "x", "role": role, "reseller_scope": scope}
            connection.execute(sa.insert(users).values(**values))
        connection.execute(sa.update(users).where(users.c.username == "cleo").values(active=False))
        assert possible_owners(connection, SYSTEM) == {"anna": "Anna", "ben": "Ben"}
        assert possible_owners(connection, Person("dora", "Dora", "analyst", (1, 3))) == {"ben": "Ben"}
    report = save_report(database, SYSTEM, REPORT)
    with pytest.raises(NotAllowed):
        give_report(database, SYSTEM, report, "vera")


def test_a_viewer_reads_and_changes_nothing(database):
    with pytest.raises(NotAllowed):
        save_report(database, Person("vera", "Vera", "viewer"), REPORT)


def test_a_saved_report_is_built_in_each_format(database, settings):
    report = save_report(database, SYSTEM, REPORT)
    for form, start in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        assert build_report(database, settings, report, form, None, NOW.date()).startswith(start)
    with pytest.raises(UnknownRecord):
        build_report(database, settings, 999, "pdf", None, NOW.date())
