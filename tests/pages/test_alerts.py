from dataclasses import replace
from decimal import Decimal

from core.people.permissions import SYSTEM
from core.reports.alerts import AlertDefinition, list_alerts, save_alert
from core.sales.query import Filter
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

LATE = AlertDefinition("missing_report", Decimal(3))
ALERTS = "reports/alerts.py"


def kept(market: Market) -> list[tuple[str, bool]]:  # noqa: F811
    with market.database.read() as connection:
        return [(alert.name, alert.enabled) for alert in list_alerts(connection)]


def words(page: object) -> str:
    return "\n".join(part.value.replace("\\", "") for part in (*page.markdown, *page.caption))  # type: ignore[attr-defined]


def test_an_alert_stands_in_words_and_can_be_paused_and_removed(open_page: Open, market: Market) -> None:  # noqa: F811
    number = save_alert(market.database, SYSTEM, "", LATE, ["anna@example.com"])
    page = open_page(ALERTS)
    assert "A reseller's report is 3 or more days late" in words(page) and "Not looked at yet." in words(page)
    page.button(key=f"switch_{number}").click().run()
    assert kept(market) == [("A reseller's report is 3 or more days late", False)] and "(paused)" in words(page)
    page.button(key=f"remove_{number}").click().run()
    assert kept(market) == []


def test_a_new_alert_says_beforehand_what_it_would_say_today(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page(ALERTS)
    page.number_input(key="alert_limit_measure_False").set_value(999.5)
    page.selectbox(key="alert_period").select("last_12_months").run()
    assert "Net revenue, last 12 complete months, is below €\u202f1\u202f000" in words(page) and "Today it would say" in words(page)
    page.text_area(key="alert_to").set_value("anna@example.com; ben@example.com").run()
    page.button(key="alert_add").click().run()
    with market.database.read() as connection:
        (alert,) = list_alerts(connection)
    assert (alert.definition.limit, alert.owner, len(alert.recipients)) == (Decimal("999.5"), "admin", 2)


def test_a_fall_is_typed_in_per_cent_and_kept_as_a_ratio(open_page: Open, market: Market) -> None:  # noqa: F811
    page = open_page(ALERTS)
    page.selectbox(key="alert_condition").select("falls_by").run()
    page.text_area(key="alert_to").set_value("anna@example.com").run()
    page.button(key="alert_add").click().run()
    with market.database.read() as connection:
        assert list_alerts(connection)[0].definition.limit == Decimal("0.1")


def test_an_alert_is_changed_in_place_and_keeps_what_nobody_touched(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    where = (Filter("channel", ("offline",)), Filter("reseller", ("Liberty",)), Filter("product", (TUNDRA,), True))
    watched = AlertDefinition("measure", Decimal("0.2"), "units", "falls_by", "last_month", where)
    number = save_alert(market.database, SYSTEM, "Fall", watched, ["anna@example.com"])
    page = open_page(ALERTS)
    page.session_state[f"alert_edit_{number}"] = True
    page.run()
    assert page.number_input(key=f"alert_limit_measure_True_{number}").value == 20.0
    page.number_input(key=f"alert_limit_measure_True_{number}").set_value(25.0).run()
    page.text_input(key=f"alert_name_{number}").set_value("Fall of units").run()
    page.button(key=f"alert_keep_{number}").click().run()
    assert not page.exception
    with market.database.read() as connection:
        (alert,) = list_alerts(connection)
    assert (alert.id, alert.name, alert.recipients) == (number, "Fall of units", ("anna@example.com",))
    assert alert.definition == replace(watched, limit=Decimal("0.25"))


def test_a_fiscal_year_is_watched_and_a_word_that_is_no_period_is_explained(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page(ALERTS)
    page.selectbox(key="alert_period").select("own").run()
    page.text_input(key="alert_own_period").set_value("someday").run()
    assert "“someday” is no period" in words(page) and not page.exception
    page.text_input(key="alert_own_period").set_value("FY2025-Q2").run()
    assert "Net revenue, FY2025-Q2, is below" in words(page) and "Today it would say" in words(page)
    page.text_area(key="alert_to").set_value("anna@example.com").run()
    page.button(key="alert_add").click().run()
    with market.database.read() as connection:
        assert list_alerts(connection)[0].definition.period == "FY2025-Q2"


def test_a_wrong_address_is_said_and_nothing_kept(open_page: Open, market: Market) -> None:  # noqa: F811
    page = open_page(ALERTS)
    page.button(key="alert_add").click().run()
    assert page.warning[0].value and kept(market) == []


def test_a_narrowed_analyst_does_not_see_what_others_watch(open_page: Open, market: Market) -> None:  # noqa: F811
    save_alert(market.database, SYSTEM, "Everything", LATE, ["anna@example.com"])
    page = open_page(ALERTS, role="analyst", scope=(market.resellers["liberty"],))
    assert "Everything" not in words(page) and not page.exception
