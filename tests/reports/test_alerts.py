from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from core.db.tables import alerts as table
from core.errors import BadQuestion, BadSchedule, NotAllowed
from core.mail.outbox import entries
from core.people.permissions import SYSTEM, Person
from core.reports.alerts import (
    AlertDefinition,
    alert_from,
    alerts_for,
    check_alerts,
    crosses,
    ensure_late_alert,
    find,
    in_words,
    list_alerts,
    remove_alert,
    save_alert,
    switch_alert,
)
from core.sales import anomalies, dismissing
from core.sales.anomaly_reading import read_evidence
from core.sales.query import Filter
from tests.conftest import make_settings
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

TODAY = date(2025, 6, 20)
NOW = datetime(2025, 6, 20, 8, tzinfo=UTC)
TO = ["anna@example.com"]


def measure(condition, limit, **values):
    return AlertDefinition("measure", Decimal(limit), condition=condition, **values)


def alert(database):
    with database.read() as connection:
        return list_alerts(connection)[0]


@pytest.mark.parametrize(
    ("condition", "limit", "value", "change", "true"),
    [
        ("below", "100", Decimal(99), None, True),
        ("below", "100", Decimal(100), None, False),
        ("below", "100", None, None, False),
        ("above", "100", 101, None, True),
        ("falls_by", "0.10", 1, Decimal("-0.10"), True),
        ("falls_by", "0.10", 1, Decimal("-0.09"), False),
        ("falls_by", "0", 1, Decimal("0"), False),
        ("rises_by", "0.10", 1, Decimal("0.2"), True),
        ("rises_by", "0.10", 1, None, False),
    ],
)
def test_a_figure_crosses_a_line_or_not(condition, limit, value, change, true):
    assert crosses(measure(condition, limit), value, change) is true


def test_a_figure_below_its_line_is_told_with_period_and_gaps(filled, database):
    (found,) = find(database, measure("below", "100000"), None, TODAY)
    assert found.text == "Net revenue in May 2025 is €\u202f4\u202f607. Not complete yet: Galilu."
    assert find(database, measure("above", "100000"), None, TODAY) == ()


def test_a_fall_is_measured_where_both_years_are_covered(filled, database):
    (found,) = find(database, measure("falls_by", "0.10"), None, TODAY)
    assert "−12.0\u202f% against the year before" in found.text


def test_a_fiscal_period_is_the_brands_own(filled, database):
    april_on = replace(database, fiscal_year_start=4)
    (found,) = find(april_on, measure("below", "100000", period="FY2026-P02"), None, TODAY)
    assert found.key.endswith("2025-05-01/2025-05-31") and "in May 2025" in found.text
    (calendar_year,) = find(database, measure("below", "1000000", period="FY2025"), None, TODAY)
    assert "in 2025" in calendar_year.text


def test_a_changed_alert_forgets_what_it_told_and_stays_paused(filled, database, settings):
    number = save_alert(database, SYSTEM, "May", measure("below", "100000", period="2025-05"), TO)
    assert check_alerts(database, settings, NOW) == 1 and alert(database).told
    switch_alert(database, SYSTEM, number, False)
    save_alert(database, SYSTEM, "", measure("below", "90000", period="FY2025-Q2"), ["ben@example.com"], number)
    now = alert(database)
    assert (now.id, now.enabled, now.told, now.last_result, now.recipients) == (number, False, (), None, ("ben@example.com",))
    assert now.definition == measure("below", "90000", period="FY2025-Q2") and now.name == in_words(now.definition)


def test_another_name_alone_tells_nothing_twice(filled, database, settings):
    number = save_alert(database, SYSTEM, "May", measure("below", "100000", period="2025-05"), TO)
    assert check_alerts(database, settings, NOW) == 1
    save_alert(database, SYSTEM, "May again", measure("below", "100000", period="2025-05"), TO, number)
    assert check_alerts(database, settings, NOW) == 0 and alert(database).name == "May again"


def test_an_alert_sees_its_owners_resellers_only(filled, database):
    only = (filled.resellers["online"],)
    (found,) = find(database, measure("below", "100000"), only, TODAY)
    assert "€\u202f368" in found.text


def test_a_late_report_and_held_money_are_found(filled, database):
    (late,) = find(database, AlertDefinition("missing_report", Decimal(5)), None, TODAY)
    assert late.text == "Galilu's report for May 2025 is 10 days late."
    assert find(database, AlertDefinition("missing_report", Decimal(11)), None, TODAY) == ()
    (held,) = find(database, AlertDefinition("held_money", Decimal(100)), None, TODAY)
    assert held.text == "Skins SA holds €\u202f120.00 net in 1 row in the inbox."
    assert find(database, AlertDefinition("held_money", Decimal(121)), None, TODAY) == ()


def test_the_same_thing_is_told_once_and_again_when_it_comes_back(filled, database, settings):
    save_alert(database, SYSTEM, "Inbox", AlertDefinition("held_money", Decimal(100)), TO)
    assert [check_alerts(database, settings, NOW + timedelta(hours=h)) for h in range(3)] == [1, 0, 0]
    with database.write() as connection:
        connection.execute(sa.text("update held_rows set live = false"))
    assert check_alerts(database, settings, NOW + timedelta(hours=4)) == 0
    assert alert(database).last_result == "All quiet."
    with database.write() as connection:
        connection.execute(sa.text("update held_rows set live = true"))
    assert check_alerts(database, settings, NOW + timedelta(hours=5)) == 1
    assert [e.subject for e in entries(settings.outbox)] == ["NORDLYS Parfum: Inbox"] * 2


def test_a_change_without_a_percentage_is_not_called_quiet(market, database, settings):  # noqa: F811
    market.line("galilu", "2024-05", TUNDRA, -1, "-199")
    market.line("galilu", "2025-05", TUNDRA, 100, "19901")
    market.covers("galilu", "2024-05", "2025-05")
    save_alert(database, SYSTEM, "Rise", measure("rises_by", "0.10", period="2025-05"), TO)
    assert check_alerts(database, settings, NOW) == 0
    assert alert(database).last_result == (
        "Not judged: net revenue in May 2025 changed by +€\u202f20\u202f100 (the base is negative: returns outweigh sales) and so by no percentage."
    )


def test_a_change_over_nothing_in_common_is_not_called_quiet(market, database, settings):  # noqa: F811
    market.line("galilu", "2025-05", TUNDRA, 1, "10")
    market.covers("galilu", "2025-05")
    save_alert(database, SYSTEM, "Fall", measure("falls_by", "0.10", period="2025-05"), TO)
    assert check_alerts(database, settings, NOW) == 0
    assert alert(database).last_result == "Not judged: of net revenue in May 2025 nothing can be compared with the year before."


def test_an_alert_watches_the_last_fiscal_month(market, database):  # noqa: F811
    market.line("galilu", "2025-05", TUNDRA, 1, "10")
    (found,) = find(database, measure("below", "20", period="last_fiscal_month"), None, TODAY)
    assert found.text == "Net revenue in May 2025 is €\u202f10."
    assert in_words(measure("below", "20", period="last_fiscal_month")).startswith("Net revenue, last complete fiscal month, is below")


def test_what_could_not_be_mailed_is_told_at_the_next_look(filled, database, settings, tmp_path):
    save_alert(database, SYSTEM, "Inbox", AlertDefinition("held_money", Decimal(100)), TO)
    dead = make_settings(tmp_path, SMTP_HOST="127.0.0.1", SMTP_PORT=1, SMTP_SECURITY="none")
    check_alerts(database, dead, NOW)
    assert "tried again" in alert(database).last_result
    assert alert(database).last_fired is None
    check_alerts(database, settings, NOW)
    assert len(entries(settings.outbox)) == 1


def test_an_alert_that_can_not_be_checked_says_why_and_stops_nobody(filled, database, settings):
    save_alert(database, Person("gone", "Gone", "analyst"), "A", AlertDefinition("held_money", Decimal(100)), TO)
    save_alert(database, SYSTEM, "B", AlertDefinition("held_money", Decimal(100)), TO)
    assert check_alerts(database, settings, NOW) == 1
    assert "not active any more" in alert(database).last_result


def test_a_switched_off_alert_is_quiet_and_a_removed_one_gone(filled, database, settings):
    number = save_alert(database, SYSTEM, "", AlertDefinition("held_money", Decimal(100)), TO)
    assert alert(database).name == "€\u202f100 net or more of one reseller waits in the inbox"
    switch_alert(database, SYSTEM, number, False)
    assert check_alerts(database, settings, NOW) == 0
    remove_alert(database, SYSTEM, number)
    with database.read() as connection:
        assert list_alerts(connection) == ()


def test_late_reports_are_watched_from_the_first_day_where_somebody_listens(database, settings, tmp_path):
    assert ensure_late_alert(database, settings) is None
    listening = make_settings(tmp_path, WORKBENCH_NOTIFY="anna@example.com, ben@example.com")
    assert ensure_late_alert(database, listening) is not None
    assert ensure_late_alert(database, listening) is None
    assert alert(database).recipients == ("anna@example.com", "ben@example.com")


def test_alerts_read_as_sentences():
    words = in_words(measure("below", "10000", where=(Filter("reseller", ("Liberty",)),)))
    assert words == "Net revenue, last complete month, is below €\u202f10\u202f000 (Reseller: Liberty)"
    assert in_words(measure("falls_by", "0.1")).endswith("falls by at least 10.0\u202f% against the year before")
    assert in_words(AlertDefinition("missing_report", Decimal(3))) == "A reseller's report is 3 or more days late"


@pytest.mark.parametrize(
    "definition",
    [measure("below", "1.5", period="2025-05"), measure("above", "2", period="FY2026-P03"), AlertDefinition("held_money", Decimal("3"))],
)
def test_an_alert_survives_being_written_down(definition):
    assert alert_from(definition.to_dict()) == definition


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"kind": "weather"},
        {"kind": "measure", "limit": "much"},
        {"kind": "measure", "limit": "NaN"},
        {"kind": "measure", "measure": "luck"},
        {"kind": "measure", "period": "someday"},
        {"kind": "measure", "period": "FY2026-Q5"},
        {"kind": "measure", "condition": "near"},
        {"kind": "measure", "condition": "falls_by", "limit": "-0.1"},
    ],
)
def test_what_can_not_be_watched_is_refused(plain):
    with pytest.raises((BadSchedule, BadQuestion)):
        alert_from(plain)


def test_a_viewer_sets_no_alerts(database):
    with pytest.raises(NotAllowed):
        save_alert(database, Person("vera", "Vera", "viewer"), "x", AlertDefinition("held_money"), TO)
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


def test_a_narrowed_person_sees_and_changes_no_alert_beyond_the_own_reach(filled, database):
    narrow = Person("nora", "Nora", "analyst", (filled.resellers["galilu"],))
    whole = save_alert(database, SYSTEM, "Everything", AlertDefinition("held_money"), TO)
    save_alert(database, narrow, "Mine", AlertDefinition("held_money"), TO)
    with database.read() as connection:
        assert [alert.name for alert in alerts_for(connection, narrow)] == ["Mine"]
        assert len(alerts_for(connection, SYSTEM)) == 2
    for change in (
        lambda: switch_alert(database, narrow, whole, False),
        lambda: remove_alert(database, narrow, whole),
        lambda: save_alert(database, narrow, "Taken", AlertDefinition("held_money"), TO, whole),
    ):
        with pytest.raises(NotAllowed, match="do not see"):
            change()


def test_what_looks_odd_is_told_unless_everybody_dismissed_it(market: Market) -> None:  # noqa: F811
    for month in range(1, 6):
        market.line("galilu", f"2025-{month:02}", TUNDRA, 10, 1000)
        market.covers("galilu", f"2025-{month:02}")
    market.held("galilu", "2025-05", 2, 320)
    market.fill_rollup()
    today, definition = date(2025, 7, 25), AlertDefinition("anomaly", Decimal(300))
    told = find(market.database, definition, None, today)
    assert [finding.text.split(". ")[0] for finding in told] == [
        "Galilu, June 2025: no report",
        "Galilu, May 2025: €\u202f320 waits in the inbox",
    ]
    assert len(find(market.database, AlertDefinition("anomaly", Decimal(900)), None, today)) == 1
    held = next(one for one in anomalies.find(read_evidence(market.database, None, today)).anomalies if one.kind == "held_money")
    dismissing.dismiss(market.database, SYSTEM, held, everybody=True)
    assert len(find(market.database, definition, None, today)) == 1
    assert in_words(definition) == "Something looks odd for €\u202f300 or more"
