"""The search for anomalies: silent over markets that only fluctuate, and finding each thing that is broken by its right name."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.sales import anomalies
from core.sales.anomaly_reading import read_evidence
from core.sales.anomaly_shapes import Anomaly, Cell, Evidence, month_number, month_period
from core.sales.calendar_checks import counted_spans
from core.sales.covered import Sender
from core.sales.query import Period
from core.sales.restated import Restated
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market, market  # noqa: F401
from tests.sales.generated_market import FIRST, INJECTIONS, JUDGED, LAST, Injected, clean, scaled

STATED_RATE = 0.01  # as `core.sales.expecting` says
DATA = {"missing_report", "partial_file", "held_money", "same_figures", "empty_month", "missing_store", "tax_basis", "currency", "unit_switch",
        "scale", "units_and_money", "without_money"}  # fmt: skip


def found_as(injected: Injected, found: tuple[Anomaly, ...]) -> list[Anomaly]:
    return [
        one
        for one in found
        if one.kind == injected.kind
        and injected.reseller in ("", one.reseller)
        and month_number(one.period.start) <= injected.month <= month_number(one.period.end)
    ]


def test_a_market_that_only_fluctuates_is_left_alone() -> None:
    tested, alarms = 0, []
    for seed in range(100, 106):
        evidence = clean(seed)
        tested += len(evidence.books) * JUDGED + 12 * JUDGED
        alarms += anomalies.find(evidence).anomalies
    assert len(alarms) <= STATED_RATE * tested
    assert not [one for one in alarms if one.reason == "data"]


@pytest.mark.parametrize("name", INJECTIONS)
def test_what_is_broken_is_found_by_its_name(name: str) -> None:
    injected = INJECTIONS[name](clean(7), random.Random(7))
    found = anomalies.find(injected.evidence).anomalies
    told = found_as(injected, found)
    assert len(told) == 1, [one.title for one in found]
    assert told[0].reason == ("data" if injected.kind in DATA else "business")
    assert told[0].title and told[0].why.endswith(".") and all(text.endswith(".") for text in told[0].evidence)


def test_a_data_problem_is_not_told_again_as_business() -> None:
    injected = INJECTIONS["money times 1000"](clean(3), random.Random(3))
    same = [one for one in anomalies.find(injected.evidence).anomalies if month_number(one.period.end) == injected.month]
    assert [one.reason for one in same] == ["data"]


def test_a_basis_that_stays_changed_is_one_anomaly_with_its_first_month_as_key() -> None:
    evidence = clean(5)
    book = evidence.books[0]
    cells = {m: {n: scaled(c, Decimal("1.21")) if m >= LAST - 2 else c for n, c in own.items()} for m, own in book.cells.items()}
    changed = replace(evidence, books=(replace(book, cells=cells), *evidence.books[1:]))
    (one,) = (a for a in anomalies.find(changed).anomalies if a.kind == "tax_basis")
    assert one.period == Period(month_period(LAST - 2).start, month_period(LAST).end)
    assert str(month_period(LAST - 2).start) in one.key and "for 3 months" in one.evidence[-1]


def test_sizes_are_the_exact_difference_to_the_expected_value() -> None:
    injected = INJECTIONS["revenue times 2.5"](clean(7), random.Random(7))
    (one,) = found_as(injected, anomalies.find(injected.evidence).anomalies)
    assert one.value is not None and one.expected is not None and one.size == (one.value - one.expected).quantize(Decimal("0.01"))
    assert one.high is not None and one.value > one.high and one.points[-1].value == one.value


def test_the_largest_money_comes_first() -> None:
    injected = INJECTIONS["złoty taken as euro"](clean(2), random.Random(2))
    stakes = [anomalies.at_stake(one) for one in anomalies.find(injected.evidence).anomalies]
    assert stakes == sorted(stakes, reverse=True) and stakes


def test_a_new_reseller_is_named_as_too_young_and_raises_no_alarm() -> None:
    evidence = clean(1)
    book = evidence.books[0]
    young = replace(
        book, whole=frozenset(m for m in book.whole if m > LAST - 9), cells={m: c for m, c in book.cells.items() if m > LAST - 9}
    )
    found = anomalies.find(replace(evidence, books=(young,)))
    assert [(one.reseller, one.months, one.needed) for one in found.short] == [("Reseller 1", 9, 20)]
    assert not [one for one in found.anomalies if one.kind in ("level", "product")]


def easter_moved(evidence: Evidence) -> Evidence:
    """€ 30 000 more in the month of Easter: March 2024 and April 2025, for the second reseller."""
    book = evidence.books[1]
    extra = {
        month_number(date(2024, 3, 1)): Cell(net=Decimal(30000), regular_net=Decimal(30000)),
        month_number(date(2025, 4, 1)): Cell(net=Decimal(30000), regular_net=Decimal(30000)),
    }
    cells = {m: {**own, **({"Easter eggs": extra[m]} if m in extra else {})} for m, own in book.cells.items()}
    return replace(evidence, books=(evidence.books[0], replace(book, cells=cells), *evidence.books[2:]))


def test_easter_in_another_month_is_explained_by_the_calendar() -> None:
    found = [
        one
        for one in anomalies.find(easter_moved(clean(11))).anomalies
        if one.reseller == "Reseller 2" and one.kind in ("calendar", "level")
    ]
    told = {month_number(one.period.end): (one.reason, one.why) for one in found}
    april = told[month_number(date(2025, 4, 1))]
    assert april[0] == "calendar" and "Easter moved from 31 March 2024 to 20 April 2025" in april[1]


def test_weeks_count_in_the_month_their_last_day_lies_in() -> None:
    evidence = clean(1)
    weekly = replace(evidence.books[0], sender=Sender(1, "Weekly", "weekly", "weekly"), slices=())
    assert [len(counted_spans(weekly, month_number(date(2025, m, 1)))) for m in (5, 6, 7, 8)] == [4, 5, 4, 5]  # Sundays of 2025


def test_money_in_the_inbox_explains_a_low_month() -> None:
    injected = INJECTIONS["revenue times 0.2"](clean(7), random.Random(7))
    book = injected.evidence.books[0]
    row = {"status": "partial", "held_lines": 9, "held_eur_net": Decimal(9000)}
    slices = tuple(s | row if month_number(s["period_end"]) == injected.month else s for s in book.slices)
    found = anomalies.find(replace(injected.evidence, books=(replace(book, slices=slices), *injected.evidence.books[1:]))).anomalies
    (level,) = (one for one in found if one.kind == "level" and one.reseller == book.name)
    assert level.reason == "data" and "wait in the inbox" in level.why


def test_a_restatement_of_more_than_a_hundredth_is_told_with_old_and_new() -> None:
    month = month_period(LAST)
    small, large = (Restated("Reseller 1", 1, month, 4, "b.xlsx", None, 10, 11, Decimal(1000), Decimal(net)) for net in (1005, 1200))
    told = [a for a in anomalies.find(replace(clean(1), restated=(small, large))).anomalies if a.kind == "restated"]
    assert [(a.size, a.batch) for a in told] == [(Decimal("200.00"), 4)] and "€\u202f1\u202f000 → €\u202f1\u202f200" in told[0].evidence[0]


def test_what_is_asked_of_one_reseller_or_period_is_kept() -> None:
    found = anomalies.find(INJECTIONS["złoty taken as euro"](clean(2), random.Random(2)).evidence)
    assert {one.reseller for one in anomalies.within(found, Period(date(2020, 1, 1), date(2030, 1, 1)), ("Reseller 2",)).anomalies} == {
        "Reseller 2"
    }
    assert anomalies.within(found, Period(date(2020, 1, 1), date(2020, 1, 31))).anomalies == ()
    assert anomalies.anomalies_frame(found.anomalies).height == len(found.anomalies)


# From the database ----------------------------------------------------------------------------------------------------

TODAY = date(2025, 7, 25)


def test_evidence_is_what_the_query_model_says(market: Market) -> None:  # noqa: F811
    market.covers("galilu", "2025-05", "2025-06")
    market.line("galilu", "2025-06", TUNDRA, 4, 400)
    market.line("galilu", "2025-06", TUNDRA, 500, 900, bulk=True)
    market.line("galilu", "2025-06", TUNDRA, -1, -100)
    market.line("galilu", "2025-06", SAUNA, 2, 300, store=None)
    market.fill_rollup()
    (book,) = read_evidence(market.database, None, TODAY).books
    cell = book.cells[month_number(date(2025, 6, 1))]["NLGOT100 · Glow of Tundra 100 ml"]
    assert (cell.net, cell.units, cell.returned, cell.bulk_net, cell.bulk_units) == (1200, 503, 1, 900, 500)
    assert (cell.sold, cell.priced_net, cell.priced_units) == (4, 400, 4)
    assert book.whole == {month_number(date(2025, 5, 1)), month_number(date(2025, 6, 1))} and book.country == "PL"


def test_late_partial_and_held_are_found_in_the_database(market: Market) -> None:  # noqa: F811
    for month in range(1, 6):
        market.line("galilu", f"2025-{month:02}", CANDLE, 10, 1000)
        market.covers("galilu", f"2025-{month:02}")
    market.held("galilu", "2025-05", 2, 320)
    market.fill_rollup()
    found = anomalies.find(read_evidence(market.database, None, TODAY)).anomalies
    assert [(one.kind, one.size, month_number(one.period.end) % 12 + 1) for one in found] == [
        ("missing_report", Decimal("-1000.00"), 6),
        ("held_money", Decimal("-320.00"), 5),
    ]


def test_a_narrow_scope_finds_nothing_of_others(market: Market) -> None:  # noqa: F811
    for month in range(1, 6):
        market.covers("galilu", f"2025-{month:02}")
    market.held("galilu", "2025-05", 2, 320)
    evidence = read_evidence(market.database, (market.resellers["liberty"],), TODAY)
    assert evidence.books == () and anomalies.find(evidence) == anomalies.Found(())


def test_judged_months_end_before_the_running_one(market: Market) -> None:  # noqa: F811
    evidence = read_evidence(market.database, None, TODAY)
    assert (evidence.last, evidence.last - evidence.first) == (month_number(date(2025, 6, 1)), 23) and FIRST < LAST


def test_questions_asked_together_give_the_evidence_of_questions_asked_one_by_one(market: Market) -> None:  # noqa: F811
    market.covers_weeks("liberty", "2025-01-05", "2025-05-25")
    market.line("liberty", "2025-05-19/2025-05-25", TUNDRA, 3, 330)
    market.covers("galilu", "2025-04", "2025-05")
    market.line("galilu", "2025-05", CANDLE, 2, 60)
    market.line("galilu", "2025-05", SAUNA, 200, 9000, bulk=True)
    market.fill_rollup()
    one_by_one = read_evidence(
        market.database, None, TODAY, lambda queries: [run(market.database, query, None, TODAY) for query in queries]
    )
    together = read_evidence(market.database, None, TODAY)
    assert [book.name for book in together.books] == ["Galilu", "Liberty"] and repr(together) == repr(one_by_one)
