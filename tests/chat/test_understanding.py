"""Questions → readings: operation, measures, groups, filters, period, comparison, ranking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.chat.understanding import understand
from core.sales.fiscal import FiscalCalendar
from core.sales.query import Filter, Period, parse_period
from tests.chat.words import VOCABULARY, read

D2C, SELL_OUT = Filter("source", ("d2c",)), Filter("source", ("sell-out",))


@pytest.mark.parametrize(
    ("question", "operation", "measure", "by", "period"),
    [
        ("How much did we sell online in May 2024?", "total", "sales_eur_net", (), "2024-05"),
        ("gross revenue in Q3 2024", "total", "sales_eur_gross", (), "2024-Q3"),
        ("Online orders per month in 2024", "breakdown", "orders", ("month",), "2024"),
        ("sell-out by reseller last month", "breakdown", "sales_eur_net", ("reseller",), "2025-03"),
        ("units by category and month in 2024", "breakdown", "units", ("category", "month"), "2024"),
        ("average order value online by country", "breakdown", "aov", ("country",), None),
        ("Top 10 products by revenue in 2024", "ranking", "sales_eur_net", ("product",), "2024"),
        ("What was our best day online ever?", "best_period", "sales_eur_net", ("day",), None),
        ("Which weekday sells best online?", "ranking", "sales_eur_net", ("weekday",), None),
        ("Top product at each reseller", "per_group", "sales_eur_net", ("product", "reseller"), None),
        ("five biggest online orders", "orders", "sales_eur_net", ("order",), None),
        ("How many stores sold last month?", "total", "active_stores", (), "2025-03"),
        ("Which partner sells the widest range?", "ranking", "active_products", ("reseller",), None),
        ("share of each category in 2024", "share", "sales_eur_net", ("category",), "2024"),
        ("what percentage of sales is online", "share", "sales_eur_net", (), None),
        ("How concentrated are we? share of top 10 products", "concentration", "sales_eur_net", ("product",), None),
        ("Which 20 products make 80% of sales?", "pareto", "sales_eur_net", ("product",), None),
        ("Average monthly sales of Galilu in 2024", "average", "sales_eur_net", ("month",), "2024"),
        ("What is a typical month for Aromateque?", "average", "sales_eur_net", ("month",), None),
        ("How much does a store sell per month on average?", "average", "sales_eur_net", ("store", "month"), None),
        ("winners and losers this quarter", "movers", "sales_eur_net", ("product",), "2025-04-01/2025-04-15"),
        ("Year over year growth by month", "growth_series", "sales_eur_net", ("month",), "2024-04-01/2025-03-31"),
        ("quarterly growth by product", "stepwise", "sales_eur_net", ("product", "quarter"), "2024-04-01/2025-03-31"),
        ("products declining over three months", "streak", "sales_eur_net", ("product", "month"), None),
        ("Why did sales drop in February 2025?", "why", "sales_eur_net", (), "2025-02"),
        ("How have sales developed over the last 12 months?", "trend", "sales_eur_net", ("month",), "2024-04-01/2025-03-31"),
        ("moving average of daily online sales", "rolling", "sales_eur_net", ("day",), "2025-01-15/2025-04-14"),
        ("Cumulative sales this year", "cumulative", "sales_eur_net", ("month",), "2025-01-01/2025-04-15"),
        ("Stores that sold nothing in February 2025", "zero", "sales_eur_net", ("store",), "2025-02"),
        ("products not sold in six months", "zero", "sales_eur_net", ("product",), "2024-10-01/2025-03-31"),
        ("most volatile products", "volatility", "sales_eur_net", ("product", "month"), None),
        ("heat map product by month 2024", "heatmap", "sales_eur_net", ("product", "month"), "2024"),
        ("What will we sell next month?", "forecast", "sales_eur_net", ("month",), "2025-05"),
        ("Will BOXNOX reach 50,000 EUR this quarter?", "target", "sales_eur_net", ("month",), "2025-04-01/2025-04-15"),
        ("Sales before and after 1 September 2024", "split", "sales_eur_net", (), None),
        ("average price per month", "breakdown", "average_unit_price", ("month",), None),
    ],
)
def test_a_question_is_read_into_the_query_model(
    question: str, operation: str, measure: str, by: tuple[str, ...], period: str | None
) -> None:
    reading = read(question)
    assert reading.query is not None, reading
    assert (reading.operation, reading.query.measures[0], reading.query.by) == (operation, measure, by)
    assert reading.query.period == (parse_period(period) if period else None)
    assert reading.understood


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("online sales 2024", (D2C,)),
        ("retail sales 2024", (SELL_OUT,)),
        ("sales 2024", ()),
        ("sales in the resellers' web shops in 2024", (SELL_OUT, Filter("channel", ("online",)))),
        ("Liberty online in 2024", (Filter("channel", ("online",)), Filter("reseller", ("Liberty",)))),
        ("brick and mortar revenue in Poland this year", (SELL_OUT, Filter("country", ("PL",)))),
        ("sales 2024 without Galilu", (Filter("reseller", ("Galilu",), True),)),
        ("units in Poland and Germany in 2024", (Filter("country", ("PL", "DE")),)),
        ("candle sales in Kraków", (Filter("category", ("candle",)), Filter("city", ("Kraków",)))),
        ("Top products excluding testers", (Filter("category", ("tester",), True),)),
    ],
)
def test_filters(question: str, where: tuple[Filter, ...]) -> None:
    reading = read(question)
    assert reading.query is not None
    assert set(reading.query.where) == set(where)


@pytest.mark.parametrize(
    ("question", "period", "compare"),
    [
        ("May 2024 versus May 2023, sell-out", "2024-05", "2023-05"),
        ("How did week 10 compare with week 9?", "2025-W10", "2025-W09"),
        ("2023 vs 2024 growth", "2024", "2023"),
        ("By how many percent is Q1 2025 below Q4 2024?", "2025-Q1", "2024-Q4"),
        ("How did Liberty do in May against last year?", "2024-05", "prior_year"),
        ("How much did we grow in 2024?", "2024", "prior_year"),
        ("Why did sales drop in February 2025?", "2025-02", "prior_period"),
        ("Why did sales drop in February 2025 against last year?", "2025-02", "prior_year"),
        ("sales this year against the same period last year", "2025-01-01/2025-04-15", "prior_year"),
        ("did revenue grow between 2023 and 2024", "2024", "2023"),
        ("umsatz 2024 im vergleich zum vorjahr", "2024", "prior_year"),
        ("How is Selfridges doing?", "2025-01-01/2025-04-15", "prior_year"),
    ],
)
def test_comparisons(question: str, period: str, compare: str) -> None:
    query = read(question).query
    assert query is not None and query.period == parse_period(period)
    assert query.compare == (parse_period(compare) if compare[0].isdigit() else compare)


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("sales from January to March 2024", "2024-Q1"),
        ("sales January-March 2024", "2024-Q1"),
        ("between 1 May 2024 and 15 May 2024 online", "2024-05-01/2024-05-15"),
        ("Quarterly sell-out 2023 and 2024", "2023-01-01/2024-12-31"),
        ("revenue January, February and March 2025", "2025-Q1"),
        ("trend for Liberty since July 2024", "2024-07-01/2025-04-15"),
        ("sales until March 2024", "2023-11-01/2024-03-31"),
    ],
)
def test_ranges(question: str, period: str) -> None:
    query = read(question).query
    assert query is not None and query.period == parse_period(period)


@pytest.mark.parametrize(
    ("question", "limit", "descending", "nth"),
    [
        ("top 5 resellers", 5, True, None),
        ("top three stores in 2024", 3, True, None),
        ("5 worst products in Q1 2025", 5, False, None),
        ("Which reseller sells the most?", 1, True, None),
        ("best products", 10, True, None),
        ("second best reseller in 2024", 2, True, 2),
        ("third largest country", 3, True, 3),
        ("top 1000 products", 1000, True, None),
    ],
)
def test_rankings(question: str, limit: int, descending: bool, nth: int | None) -> None:
    reading = read(question)
    assert reading.query is not None
    assert (reading.query.limit, reading.query.descending, reading.slots.nth) == (limit, descending, nth)


@pytest.mark.parametrize("question", ["Top 0 products", "top -3 products"])
def test_a_ranking_needs_at_least_one_row(question: str) -> None:
    assert "at least 1" in (read(question).question_back or "")


def test_a_target_keeps_its_amount_and_a_threshold_its_side() -> None:
    assert read("Will Liberty hit 100k this year?").slots.amount == Decimal(100_000)
    assert read("products with sales above 10,000 EUR in 2024").slots.threshold == ("above", Decimal(10_000))
    assert read("stores with less than 50 units in 2024").slots.threshold == ("below", Decimal(50))


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("sales at Harrods in 2024", "Harrods"),
        ("revenue per moonphase", "moonphase"),
        ("sales of Velvet Thunder in 2024", "Velvet Thunder"),
        ("premium products in 2024", "premium"),
        ("asdf qwer", "asdf"),
    ],
)
def test_an_unknown_word_that_changes_the_answer_is_asked_about(question: str, named: str) -> None:
    reading = read(question)
    assert reading.query is None
    assert named in (reading.question_back or "")


def test_an_unknown_word_that_may_not_matter_is_named_beside_the_answer() -> None:
    reading = read("show sales by month in 2024 pronto")
    assert reading.query is not None
    assert reading.not_understood == ("pronto",)
    assert not reading.understood


def test_a_typing_slip_is_corrected_and_said() -> None:
    reading = read("revnue by resseler 2024")
    assert reading.query is not None and reading.query.by == ("reseller",)
    assert dict(reading.corrections) == {"revnue": "revenue", "resseler": "reseller"}


def test_a_near_name_is_suggested_in_a_whole_question() -> None:
    reading = read("sales of Libertina in 2024")
    assert "sales of Liberty in 2024" in reading.suggestions or (
        reading.query is not None and ("Libertina", "Liberty") in reading.corrections
    )


def test_names_side_by_side_are_compared() -> None:
    assert read("Liberty against Galilu last quarter").query.by == ("reseller",)  # type: ignore[union-attr]
    assert read("Compare Germany and France online in Q1 2025").query.by == ("country",)  # type: ignore[union-attr]
    assert read("Are we selling more in the web shop or in stores?").query.by == ("source",)  # type: ignore[union-attr]
    assert read("online vs offline month by month in 2024").query.by == ("month", "source")  # type: ignore[union-attr]


def test_resellers_against_the_web_shop_are_the_other_source() -> None:
    assert read("Sales by month, own web shop against resellers").query.by == ("month", "source")  # type: ignore[union-attr]
    assert read("web shop or resellers in 2024").query.by == ("source",)  # type: ignore[union-attr]


def test_the_past_is_not_forecast() -> None:
    first = read("What will we sell next month?")
    assert read("and last month?", first).operation == "total"


def test_the_fiscal_year_is_asked_about() -> None:
    assert "fiscal year start" in (read("fiscal year 2024 revenue").question_back or "")


def test_a_question_by_the_brands_fiscal_calendar_is_read() -> None:
    stated = replace(VOCABULARY, fiscal=FiscalCalendar(4))
    found = understand("Net revenue of Liberty in FY2025-Q2", stated, date(2025, 4, 15))
    assert found.question_back is None and found.query is not None
    assert found.query.period == parse_period("2024-07/2024-09") and found.query.where == (Filter("reseller", ("Liberty",)),)


def test_relative_periods_of_old_data_count_from_its_end_and_say_so() -> None:
    reading = read("sales last month", today=date(2026, 11, 22))
    assert reading.query is not None and reading.query.period == Period(date(2025, 3, 1), date(2025, 3, 31))
    assert any("13 April 2025" in note for note in reading.notes)


def test_figures_of_the_web_shop_alone_ask_the_web_shop() -> None:
    assert read("orders by utm source").query.where == (D2C,)  # type: ignore[union-attr]
    assert read("mean units per order").query.where == (D2C,)  # type: ignore[union-attr]


def test_samples_are_counted_when_they_are_asked_for() -> None:
    query = read("how many samples did we give away in 2024").query
    assert query is not None and query.line_kinds is not None and "sample" in query.line_kinds


def test_chips_say_the_reading_and_how_to_change_it() -> None:
    chips = read("Liberty in May 2024 against May 2023").chips
    assert [chip.text for chip in chips] == ["Net revenue", "all sources", "Liberty", "May 2024", "against May 2023"]
    assert ("Units", "in units") in chips[0].instead


@pytest.mark.parametrize("question", ["revenue on Monday", "last 5 orders", "sales in the next"])
def test_a_word_of_time_that_becomes_no_period_is_asked_about(question: str) -> None:
    assert "Which time" in (read(question).question_back or "")


def test_days_of_the_week_are_a_filter() -> None:
    assert Filter("weekday", ("Saturday",)) in read("sales on Saturdays online").query.where  # type: ignore[union-attr]
    assert Filter("weekday", ("Saturday", "Sunday")) in read("online sales at weekends in 2024").query.where  # type: ignore[union-attr]


def test_bulk_and_free_goods_are_switched_by_words() -> None:
    assert read("top 10 products by units without bulk").query.without_bulk  # type: ignore[union-attr]
    assert "tester" in (read("units in 2024 including samples and testers").query.line_kinds or ())  # type: ignore[union-attr]


def test_a_condition_on_an_order_is_no_ranking() -> None:
    reading = read("orders with more than 3 products")
    assert reading.operation == "multi" and reading.slots.threshold == ("above", Decimal(3))


def test_a_range_that_ends_before_it_starts_is_asked_about() -> None:
    assert "before it starts" in (read("sales from March 2025 to January 2025").question_back or "")


def test_the_week_of_a_day_is_its_iso_week() -> None:
    query = read("revenue in the week of Black Friday 2024").query
    assert query is not None and query.period == parse_period("2024-W48")


def test_counting_what_was_sold_is_not_counting_the_catalogue() -> None:
    assert read("how many products have we sold in 2024").operation == "total"
    assert read("how many products do we have").operation == "catalogue"


def test_an_unknown_word_before_a_period_is_asked_about() -> None:
    assert read("sales zzyx 2024").question_back is not None
