"""The development questions of the shared fixtures, slot by slot, at a frozen clock of 15 April 2025."""

from __future__ import annotations

import csv
import json
from datetime import date
from functools import cache
from typing import Any

import pytest

from core.chat.reading import Reading
from core.chat.times import months_back
from core.chat.understanding import understand
from core.chat.vocabulary import KnownProduct, KnownReseller, KnownStore, Vocabulary
from core.sales.query import Period, parse_period
from tests.conftest import SHARED

pytestmark = pytest.mark.shared
TODAY = date(2025, 4, 15)
MEASURES = {
    "sales": "sales_eur_net",
    "units": "units",
    "stores": "active_stores",
    "asp": "average_unit_price",
    "aov": "aov",
    "units_per_order": "units_per_order",
    "products": "active_products",
    "returns": "units_returned",
    "margin": "margin",
}
OPERATIONS = {
    "why": "why",
    "pareto": "pareto",
    "rolling7": "rolling",
    "cumulative": "cumulative",
    "forecast": "forecast",
    "target": "target",
    "runrate": "runrate",
    "trend": "trend",
}
BY_MEASURE = {
    "pairs": "pairs",
    "share_multi": "multi",
    "unmatched": "held",
    "list": "catalogue",
    "resellers": "catalogue",
    "rows": "upload",
}
PERIODS = {
    "ytd": Period(date(2025, 1, 1), TODAY),
    "last_month": parse_period("2025-03"),
    "last_quarter": parse_period("2025-Q1"),
    "last_year": parse_period("2024"),
    "this_quarter": Period(date(2025, 4, 1), TODAY),
    "this_month": Period(date(2025, 4, 1), TODAY),
    "last_12m": months_back(TODAY, 12, 12),
    "last_90d": Period(date(2025, 1, 15), date(2025, 4, 14)),
    "last_7d": Period(date(2025, 4, 8), date(2025, 4, 14)),
    "yesterday": parse_period("2025-04-14"),
    "next_month": parse_period("2025-05"),
    "next_quarter": parse_period("2025-Q3"),
    "next_december": parse_period("2025-12"),
    "2023..2024": parse_period("2023-01-01/2024-12-31"),
    "2024-01..": Period(date(2024, 1, 1), TODAY),
    "since:easter": Period(date(2024, 3, 31), TODAY),
}
LEFT_OPEN = {"all", "symmetric", "invalid", "last_3m"}  # the reading chooses, and says what it chose


def rows() -> list[dict[str, Any]]:
    path = SHARED / "chat" / "questions.tsv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [{**row, "slots": json.loads(row["slots"])} for row in csv.DictReader(file, delimiter="\t")]


@cache
def vocabulary() -> Vocabulary:
    master = SHARED / "master"

    def read(name: str) -> list[dict[str, str]]:
        with (master / name).open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    key = {"Creme de la Creme": "cdlc"}
    stores = (KnownStore(s["store"], s["reseller"], s["channel"], s["city"] or None, s["country"] or None) for s in read("stores.csv"))
    return Vocabulary(
        resellers=tuple(
            KnownReseller(r["name"], key.get(r["name"], r["name"].lower()), r["country"] or None, r["name"] == "Online")
            for r in read("resellers.csv")
        ),
        stores=tuple(dict.fromkeys(stores)),
        products=tuple(
            KnownProduct(p["ean"], p["functional_name"], p["product_name"], p["category"], p["kind"]) for p in read("products.csv")
        ),
        countries=("DE", "ES", "FR", "GB", "LT", "LV", "NL", "PL", "UA", "ZA"),
        first_day=date(2023, 11, 1),
        last_day=date(2025, 4, 13),
        brand="NORDLYS Parfum",
    )


ALONE = [row for row in rows() if not row["slots"].get("inherit")]
IDS = [row["id"] for row in ALONE]
NO_SUCH_DAY = ("q082", "q083")  # a date that does not exist: the answer says so


def read(question: str) -> Reading:
    return understand(question, vocabulary(), TODAY)


@pytest.mark.parametrize("row", ALONE, ids=IDS)
def test_asked_back_refused_or_answered_as_it_should_be(row: dict[str, Any]) -> None:
    reading, ask = read(row["question"]), row["slots"].get("ask") or row["id"] in NO_SUCH_DAY
    declines = reading.question_back is not None or reading.refusal is not None
    harmless = reading.operation in ("help", "overview", "stock")  # answered without a figure that was not asked for
    assert declines or harmless if ask else not declines, reading


ANSWERED = [row for row in ALONE if not row["slots"].get("ask") and row["id"] not in NO_SUCH_DAY]


@pytest.mark.parametrize("row", ANSWERED, ids=[row["id"] for row in ANSWERED])
def test_slots(row: dict[str, Any]) -> None:
    reading, slots = read(row["question"]), row["slots"]
    if slots["m"] in BY_MEASURE if isinstance(slots["m"], str) else False:
        assert reading.operation == BY_MEASURE[slots["m"]]
        return
    assert reading.query is not None, reading
    wrong = [
        *_source(reading, slots),
        *_measure(reading, slots),
        *_groups(reading, slots),
        *_period(reading, slots),
        *_filters(reading, slots),
    ]
    expected = OPERATIONS.get(slots.get("kind", ""))
    by_time = expected == "trend" and reading.operation == "breakdown"  # the same rows
    wrong += [f"operation {reading.operation}"] if expected and reading.operation != expected and not by_time else []
    wrong += _places(reading, slots)
    assert not wrong, reading


def _source(reading: Reading, slots: dict[str, Any]) -> list[str]:
    asked = {"": "both"}.get(reading.slots.source, reading.slots.source)
    stated = reading.slots.chosen and any(c.dimension == "reseller" for c in reading.slots.chosen)
    return [] if asked == slots["ch"] or (stated and asked == "both") else [f"source {asked}"]


def _measure(reading: Reading, slots: dict[str, Any]) -> list[str]:
    wanted = slots["m"] if isinstance(slots["m"], list) else [slots["m"]]
    names = {MEASURES[name] for name in wanted if name in MEASURES} | {"orders"} & set(wanted)
    either = reading.operation == "zero"  # neither units nor revenue
    return [] if either or names <= set(reading.query.measures) else [f"measures {reading.query.measures}"]  # type: ignore[union-attr]


def _groups(reading: Reading, slots: dict[str, Any]) -> list[str]:
    wanted = {{"channel": "source", "order_id": "order"}.get(name, name) for name in slots.get("by", [])}
    by = set(reading.query.by)  # type: ignore[union-attr]
    if slots["m"] in ("avg_month", "median_month"):
        wanted |= {"month"}
    if slots["m"] == "avg_store_month":
        wanted = {"store", "month"}
    free = reading.operation in ("forecast", "target", "runrate", "against_rest") or (
        not wanted and reading.operation in ("movers", "breakdown")
    )
    return [] if by == wanted or free else [f"by {by}"]


def _period(reading: Reading, slots: dict[str, Any]) -> list[str]:
    token = slots["p"]
    unsaid = slots["m"] in ("growth", "aov") and token in ("ytd", "last_12m", "2024") and "20" not in reading.question
    if token in LEFT_OPEN or unsaid:
        return []
    wanted = PERIODS.get(token) or parse_period(token)
    return [] if reading.query.period == wanted else [f"period {reading.query.period}, not {wanted}"]  # type: ignore[union-attr]


def _filters(reading: Reading, slots: dict[str, Any]) -> list[str]:
    wrong = []
    for dimension, value in slots.get("f", {}).items():
        dimension = "reseller" if dimension == "focus" else dimension
        names = value["not"] if isinstance(value, dict) else value
        listed = [names] if isinstance(names, str) else names
        found = next((c for c in reading.slots.chosen if c.dimension == dimension and c.exclude == isinstance(value, dict)), None)
        if found is None or not all(_names(name, found.values, found.label) for name in listed):
            wrong.append(f"filter {dimension}: {found}")
    return wrong


def _names(name: str, values: tuple[str, ...], label: str) -> bool:
    words = name.lower().lstrip("~").removeprefix("the ").split()
    return any(all(word in value.lower() for word in words) for value in (*values, label))


def _places(reading: Reading, slots: dict[str, Any]) -> list[str]:
    if "rank" in slots:
        return [] if reading.slots.nth == slots["rank"] else [f"place {reading.slots.nth}"]
    if "top" not in slots or reading.operation in ("per_group", "movers", "concentration", "best_period", "orders"):
        return []
    return [] if reading.query.limit == slots["top"] else [f"limit {reading.query.limit}"]  # type: ignore[union-attr]
