"""Random questions over random markets: the engine from sums, the engine from single lines, and a count by hand say the same."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from core.sales.bridging import bridge, bridge_items, bridge_query
from core.sales.dimensions import DIMENSIONS as DIMENSION
from core.sales.dimensions import NOT_STATED
from core.sales.measures import LINE_KINDS
from core.sales.pivot_query import PivotQuery
from core.sales.query import Filter, SalesQuery, as_comparison, parse_period
from core.sales.running import run_all
from core.sales.running_pivots import run_pivot
from tests.sales.conftest import TUNDRA
from tests.sales.random_market import CATEGORY, NAMES, RATE, Line, World, make_world, match, price_of

MEASURES = ("sales_eur_net", "units", "units_sold", "returns_rate", "orders", "aov", "units_per_order", "average_unit_price", "share", "lines",
            "active_products", "active_stores", "resellers", "gross_profit", "margin", "cost_coverage", "payment_fee", "contribution", "units_returned", "average_unit_price_without_bulk", "price_realisation")  # fmt: skip
RATIOS = (
    "price_realisation",
    "returns_rate",
    "aov",
    "units_per_order",
    "average_unit_price",
    "average_unit_price_without_bulk",
    "share",
    "margin",
    "cost_coverage",
)
DIMENSIONS = ("month", "quarter", "year", "week", "day", "weekday", "reseller", "store", "channel", "product", "category", "country", "currency", "line_kind", "source", "vat_basis")  # fmt: skip
PERIODS = ("2025", "2025-05", "2025-02", "2025-Q2", "2024-02", "2025-01/2025-05", "2025-06-09/2025-06-15", "2024-12-30/2025-02-02", "2025-05-10/2025-06-20",
           "2025-03-31/2025-05-18", "2025-08", "2025-07/2025-08", "2024-11/2025-02", "2025-01-01/2025-04-24", "2024-02-15/2024-02-29")  # fmt: skip
COMPARISONS = ("prior_year", "prior_period", "prior_year_days", "prior_year_weeks", "2024-03", "2024-Q2", "2024-06-01/2024-06-15", "2025-05-05/2025-06-01", "2023-12/2024-04", None)  # fmt: skip
FILTERS = (
    (Filter("reseller", ("Galilu", "online")),), (Filter("reseller", ("liberty",), True),), (Filter("channel", ("online",)),),
    (Filter("product", (TUNDRA,)),), (Filter("product", ("", "NLWSC3")),), (Filter("store", ("Flagship",)),), (Filter("store", ("",), True),),
    (Filter("category", ("perfume",), True),), (Filter("country", ("PL", "de")),), (Filter("currency", ("GBP",)),), (Filter("source", ("d2c",)),),
    (Filter("month", ("2025-05",)),), (Filter("quarter", ("2025-Q2",), True),), (Filter("weekday", ("Monday", "")),), (Filter("vat_basis", ("gross",)), Filter("channel", ("offline",))),
    (Filter("line_kind", ("return",)),), (Filter("line_kind", ("return",), True),),
)  # fmt: skip


def draw(dice: random.Random) -> SalesQuery:
    by = tuple(dice.sample(DIMENSIONS, dice.choice((0, 1, 1, 2, 3))))
    kinds = dice.choice((None, None, None, ("sale",), LINE_KINDS, ("sample", "tester")))
    return SalesQuery(
        tuple(dice.sample(MEASURES, dice.randint(1, 5))),
        by,
        dice.choice(((), (), *FILTERS)),
        parse_period(dice.choice(PERIODS)),
        as_comparison(dice.choice(COMPARISONS)),
        line_kinds=kinds,
        without_bulk=dice.random() < 0.2,
    )


# By hand -----------------------------------------------------------------------------------------------------------------


def value_of(line: Line, name: str, on: date, told: date | None) -> Any:
    match name:
        case "month":
            return on.replace(day=1)
        case "quarter":
            return date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(on.year, 1, 1)
        case "week":
            short = (line["whole"].end - line["whole"].start).days < 7
            return on - timedelta(days=on.weekday()) if told or short else None
        case "day":
            return told
        case "weekday":
            return line["told"].strftime("%A") if line["told"] else NOT_STATED  # the day it was sold on, whatever stands opposite
        case "product":
            return NAMES.get(line["product_ean"], NOT_STATED)
        case "category":
            return CATEGORY.get(line["product_ean"], NOT_STATED)
        case "source":
            return "d2c" if line["key"] == "online" else "sell-out"
        case "store":
            twice = line["store"] == "Flagship"
            return (
                NOT_STATED
                if line["store"] is None and line["key"] != "online"
                else f"{line['store']} ({line['reseller']})"
                if twice
                else line["store"] or NOT_STATED
            )
    return line[name]


def passes(line: Line, one: Filter, on: date, told: date | None) -> bool:
    value = value_of(line, one.dimension, on, told)
    wanted = {v.lower() for v in one.values}
    texts = {str(value).lower()}
    if one.dimension == "product":
        texts |= {str(line["product_ean"]).lower(), str(value).lower().split(" · ")[0]}
    if one.dimension == "reseller":
        texts |= {line["key"]}
    if one.dimension == "store" and line["store"]:
        texts |= {line["store"].lower()}
    if one.dimension == "month":
        texts = {f"{on:%Y-%m}"}
    if one.dimension == "quarter":
        texts = {f"{on.year}-q{(on.month + 2) // 3}"}
    if value in (None, NOT_STATED):
        texts = {""}
    return bool(texts & wanted) != one.exclude


def total(values: Any) -> Any:
    known = [v for v in values if v is not None]
    return sum(known) if known else None


def ratio(above: Any, below: Any) -> Any:
    return None if above is None or not below else round(Decimal(above) / Decimal(below), 9)


def figure(name: str, every: list[Line], kinds: tuple[str, ...], all_kinds: bool, of_all: list[Line]) -> Any:
    """By definition; None where nothing is stated."""
    lines = [x for x in every if x["line_kind"] in kinds]
    sale = [x for x in lines if x["line_kind"] == "sale"]
    back = [x for x in lines if x["line_kind"] == "return"]
    shop = [x for x in lines if x["key"] == "online"]
    units = total(x["quantity"] for x in lines if x["line_kind"] != "adjustment")
    net = total(x["sales_eur_net"] for x in lines)
    costed = [x for x in lines if x.get("cost_of_goods") is not None and x["sales_eur_net"] is not None]
    fee = total(x.get("payment_fee") for x in (every if all_kinds else lines))
    orders = {x["order_id"] for x in sale if x["key"] == "online"}
    profit = total(x["sales_eur_net"] - x["cost_of_goods"] for x in costed)
    cost_net = total(x["sales_eur_net"] for x in costed)
    priced = [x for x in sale if x["quantity"] is not None and x["sales_eur_net"] is not None]
    loose = [x for x in priced if not x["bulk"]]
    match name:
        case "sales_eur_net":
            return net
        case "units":
            return units
        case "units_sold":
            return None if units is None else total(x["quantity"] for x in sale) or 0
        case "units_returned":
            return None if units is None else -(total(x["quantity"] for x in back) or 0)
        case "returns_rate":
            return ratio(-(total(x["quantity"] for x in back) or 0), total(x["quantity"] for x in sale))
        case "orders":
            return len(orders) if shop else None
        case "aov":
            return ratio(total(x["sales_eur_net"] for x in shop), len(orders))
        case "units_per_order":
            return ratio(total(x["quantity"] for x in shop if x["line_kind"] != "adjustment"), len(orders))
        case "average_unit_price":
            return ratio(total(x["sales_eur_net"] for x in priced), total(x["quantity"] for x in priced))
        case "average_unit_price_without_bulk":
            return ratio(total(x["sales_eur_net"] for x in loose), total(x["quantity"] for x in loose))
        case "price_realisation":
            listed = [x for x in priced if price_of(x) is not None]
            return ratio(
                total(x["sales_eur_gross"] for x in listed), total(x["quantity"] * price_of(x) * RATE[x["currency"]] for x in listed)
            )
        case "share":
            return ratio(net, max(0, total(x["sales_eur_net"] for x in of_all if x["line_kind"] in kinds) or 0))  # returns have no shares
        case "lines":
            return len(lines)
        case "active_products":
            return len({x["product_ean"] for x in sale if x["product_ean"]}) if any(x["product_ean"] for x in lines) else None
        case "active_stores":
            return len({(x["key"], x["store"]) for x in sale if x["store"]}) if any(x["store"] for x in lines) else None
        case "resellers":
            return len({x["key"] for x in lines})
        case "gross_profit":
            return profit
        case "margin":
            return ratio(profit, cost_net)
        case "cost_coverage":
            return ratio(cost_net or 0, net)
        case "payment_fee":
            return fee
        case "contribution":
            return None if profit is None else profit - (fee or 0)
    raise AssertionError(name)


def by_hand(
    world: World, query: SalesQuery, listed: set[tuple[Any, ...]] | None = None, until: tuple[str, date] | None = None
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """All figures of each group, and under ('total',) of all. `listed`: the groups that stand on their own; the rest is one, ('rest',)."""
    kinds = query.line_kinds
    if kinds is None:
        kinds = next((f.values for f in query.where if f.dimension == "line_kind" and not f.exclude), ("sale", "return", "adjustment"))
    reads_all = any(m in ("payment_fee", "contribution") for m in query.measures) and query.line_kinds is None
    both = match(world, query)
    eras: dict[str, list[tuple[tuple[Any, ...], Line]]] = {}
    skip_kind = reads_all
    for era, placed in (
        ("", [(x, x["on"], x["told"]) for x in both.now]),
        ("_comparable", [(x, x["on"], x["told"]) for x in both.alike]),
        ("_before", both.before),
    ):
        keep = []
        for x, on, told in placed:
            if until is not None and value_of(x, until[0], on, told) > until[1]:
                continue
            where = [f for f in query.where if not (skip_kind and f.dimension == "line_kind" and not f.exclude)]
            if all(passes(x, f, on, told) for f in where) and not (query.without_bulk and x["bulk"]):
                counted = x["line_kind"] in kinds or (
                    reads_all and (x.get("payment_fee") is not None or x.get("cost_of_goods") is not None)
                )
                keep += [(tuple(value_of(x, d, on, told) for d in query.by), x)] if counted else []
        eras[era] = keep
    used = eras if query.compare is not None else {"": eras[""]}
    if listed is not None:
        used = {era: [(key if key in listed else ("rest",), x) for key, x in placed] for era, placed in used.items()}
    keys = {key for name in ("", "_before") if name in used for key, _ in used[name]}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for key in [*keys, ("total",)]:
        row: dict[str, Any] = {}
        for name in query.measures:
            values, silent = {}, {}
            for era, placed in used.items():
                group = [x for k, x in placed if key == ("total",) or k == key]
                values[era] = figure(name, group, kinds, query.line_kinds is None, [x for _, x in placed])
                silent[era] = not name.startswith("active_") or not any(x["line_kind"] in kinds for x in group)
            row |= changes(name, values, query.compare is not None, silent)
        found[key] = row
    return found


def _but_share(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("share")}


def changes(name: str, values: dict[str, Any], compared: bool, silent: dict[str, bool]) -> dict[str, Any]:
    """`silent`: eras in which nothing was said at all, so that a figure of the other one is against 0."""
    if not compared:
        return {name: values[""]}
    now, alike, before = (values[era] for era in ("", "_comparable", "_before"))
    if name not in RATIOS:
        zero = lambda era, one, other: 0 if one is None and other is not None and silent[era] else one  # noqa: E731
        now, alike, before = zero("", now, before), zero("_comparable", alike, before), zero("_before", before, alike)
    change = None if alike is None or before is None else alike - before
    pct = None if change is None or before <= 0 else round(Decimal(change) / Decimal(before), 9)
    return {name: now, f"{name}_comparable": alike, f"{name}_before": before, f"{name}_change": change, f"{name}_change_pct": pct}


SEEDS = range(int(os.environ.get("RANDOM_MARKETS", "2")))


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_lines_and_a_count_by_hand_agree(market, seed):
    world = make_world(market, seed)
    market.fill_rollup()
    dice = random.Random(seed * 1000)
    for number in range(int(os.environ.get("RANDOM_QUESTIONS", "15"))):
        query = draw(dice)
        (summed,) = run_all(market.database, (query,), None, world.today)
        (lined,) = run_all(market.database, (query,), None, world.today, by_line=True)
        where = f"seed {seed}, question {number}: {query}"
        assert summed.frame.rows() == lined.frame.rows(), where
        assert (summed.totals, summed.caveats) == (lined.totals, lined.caveats), where
        expected = by_hand(world, query)
        assert summed.totals == expected.pop(("total",)), where
        width = len(query.by)
        names = summed.frame.columns[width:]
        if width:
            assert {row[:width]: dict(zip(names, row[width:], strict=True)) for row in summed.frame.rows()} == expected, where


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_shortened_seen_by_some_or_kept_alike_agrees_too(market, seed):
    world = make_world(market, seed + 50)
    market.fill_rollup()
    dice = random.Random(seed * 1000 + 50)
    for number in range(int(os.environ.get("RANDOM_QUESTIONS", "8"))):
        query = replace(draw(dice), like_for_like=None)
        where = f"seed {seed}, question {number}: {query}"
        if query.by:
            short = replace(query, limit=dice.randint(1, 4), others=True)
            (answer,) = run_all(market.database, (short,), None, world.today)
            width = len(query.by)
            rows = [(row[:width], dict(zip(answer.frame.columns[width:], row[width:], strict=True))) for row in answer.frame.rows()]
            shown = rows[: short.limit]
            expected = by_hand(world, query, {key for key, _ in shown})
            assert answer.totals == expected.pop(("total",)), where
            rest = expected.pop(("rest",), None)
            assert ([row for _, row in rows[short.limit :]] or [None]) == [rest], where
            assert dict(shown) == expected, where
        keys = dice.sample(sorted(world.slices), 2)
        ids, own = [market.resellers[key] for key in keys], replace(query, where=(*query.where, Filter("reseller", tuple(keys))))
        (seen,) = run_all(market.database, (query,), ids, world.today)
        (filtered,) = run_all(market.database, (own,), None, world.today)
        # Whoever sees one Flagship only needs no reseller beside its name.
        plain = [
            frame.with_columns(pl.col(pl.String).str.replace(r"^Flagship \(.*\)$", "Flagship")) for frame in (seen.frame, filtered.frame)
        ]
        assert plain[0].equals(plain[1]) or sorted(map(str, plain[0].rows())) == sorted(map(str, plain[1].rows())), where
        assert (seen.totals, seen.caveats) == (filtered.totals, filtered.caveats), where
        if query.compare is not None:
            alike = replace(query, like_for_like=dice.choice(("stores", "products")))
            (summed,) = run_all(market.database, (alike,), None, world.today)
            (lined,) = run_all(market.database, (alike,), None, world.today, by_line=True)
            assert (summed.frame.rows(), summed.totals, summed.base) == (lined.frame.rows(), lined.totals, lined.base), where


@pytest.mark.parametrize("seed", SEEDS)
def test_every_subtotal_and_running_figure_of_a_pivot_agrees_with_a_count_by_hand(market, seed):
    world = make_world(market, seed + 90)
    market.fill_rollup()
    dice = random.Random(seed * 1000 + 90)
    for number in range(int(os.environ.get("RANDOM_QUESTIONS", "6"))):
        query = draw(dice)
        names = dice.sample([d for d in DIMENSIONS if d != "day"], 2)
        time = dice.choice(("month", "quarter", None))
        names = [*(n for n in names if n not in ("month", "quarter", "year", "week")), *([time] if time else [])] or ["month"]
        asked = PivotQuery(replace(query, by=tuple(names[:1])), tuple(names[1:]), running=any(n in ("month", "quarter") for n in names))
        where = f"seed {seed}, question {number}: {asked}"
        cells = run_pivot(market.database, asked, None, world.today)
        for one in asked.sets:
            expected = by_hand(world, replace(query, by=one))
            total = expected.pop(("total",))
            expected = expected if one else {(): total}
            found = {}
            for pair, figures in cells.figures.items():
                members = {m.dimension: m.value for side in pair for m in side}
                if tuple(members) == one or set(members) == set(one):
                    found[tuple(NOT_STATED if members[n] is None and DIMENSION[n].kind == "text" else members[n] for n in one)] = dict(
                        figures
                    )
            assert found == expected, f"{one}; {where}"
            moment = next((n for n in ("month", "quarter") if n in one), None)
            so_far = {p: f for p, f in cells.so_far.items() if {m.dimension for side in p for m in side} == set(one)} if moment else {}
            for pair, figures in so_far.items():
                members = {m.dimension: m.value for side in pair for m in side}
                until = members[moment]
                key = tuple(NOT_STATED if members[n] is None else members[n] for n in one if n != moment)
                rows = by_hand(world, replace(query, by=tuple(n for n in one if n != moment)), until=(moment, until))
                figures = {name: value for name, value in figures.items() if not name.startswith("share")}  # of a moment there is no whole
                assert dict(figures) == _but_share(rows[key] if key else rows[("total",)]), f"so far {one} {members}; {where}"


@pytest.mark.parametrize("seed", SEEDS)
def test_bridges_of_random_markets_close_and_know_what_is_new_and_lost(market, seed):
    """New and lost: items with priced sales in one of the compared periods only, counted by hand; all steps close to the cent."""
    world = make_world(market, seed + 130)
    market.fill_rollup()
    dice = random.Random(seed * 1000 + 130)
    for number in range(int(os.environ.get("RANDOM_QUESTIONS", "6"))):
        item = dice.choice(("product", "store", "reseller", "category", "country"))
        query = replace(draw(dice), compare=dice.choice(("prior_year", "prior_period", "prior_year_weeks")), where=(), line_kinds=None)
        where = f"seed {seed}, question {number}, {item}: {query}"
        (answer,) = run_all(market.database, (bridge_query(query, item),), None, world.today)
        found = bridge(answer)
        both = match(world, query)
        counts = (
            [x for x in both.alike if not (query.without_bulk and x["bulk"])],
            [x for x, *_ in both.before if not (query.without_bulk and x["bulk"])],
        )
        sides = [{}, {}]
        for side, lines in zip(sides, counts, strict=True):
            for x in lines:
                if x["line_kind"] == "sale" and x["quantity"] is not None and x["sales_eur_net"] is not None:
                    key = value_of(x, item, x["on"], x["told"])
                    side[key] = side.get(key, 0) + x["sales_eur_net"]
        population = ("sale", "return", "adjustment")
        before, now = (total(x["sales_eur_net"] for x in lines if x["line_kind"] in population) or 0 for lines in reversed(counts))
        cent = Decimal("0.01")
        assert abs(found.before - before) < cent and abs(found.now - now) < cent, where
        assert found.before + sum(value for _, value in found.steps) == found.now, where
        assert abs(found.new - sum(v for k, v in sides[0].items() if k not in sides[1])) <= cent, where
        assert abs(found.lost + sum(v for k, v in sides[1].items() if k not in sides[0])) <= cent, where
        rows = bridge_items(answer)
        effects = sum((rows[name].sum() for name in rows.columns[1:] if name not in ("before", "change", "now")), Decimal(0))
        assert abs(rows["change"].sum() - effects) < Decimal("0.0000001") and rows["change"].sum() == now - before, where
