"""Random questions against an independent calculation in plain Python, from the facts and from the rollup."""

from __future__ import annotations

import importlib
import random
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import tables as t
from core.sales.dimensions import NOT_STATED
from core.sales.measures import MEASURES as ALL
from core.sales.measures import PARTS
from core.sales.query import build_query
from core.sales.running import run
from tests.sales.conftest import CANDLE, PRODUCTS, SAUNA, TUNDRA, VIAL, Market

TODAY = date(2025, 12, 31)
READS_SUMS = re.compile(r"readable\.sales_(totals|months|days|store_months|rollup)")
NAMES = {ean: f"{code} · {name}" for ean, code, name, *_ in PRODUCTS}
CATEGORY = {ean: category for ean, *_, category in PRODUCTS}
Line = dict[str, Any]


def make_lines(market: Market, count: int = 160) -> list[Line]:
    """Write random lines and return them as the oracle sees them."""
    dice = random.Random(7)
    sellout: list[Line] = []
    orders: list[Line] = []
    seen: list[Line] = []
    for number in range(count):
        shop = number % 2 == 0
        month, day = dice.randint(1, 12), dice.randint(1, 28)
        on = date(dice.choice((2024, 2025)), month, day)
        quantity = dice.choice((1, 1, 2, 3, -1, 0, None))
        net = None if dice.random() < 0.1 else Decimal(dice.randint(-500, 20000)).scaleb(-2)
        kind = dice.choice(("sale", "sale", "sale", "return", "adjustment", "sample", "tester"))
        ean = dice.choice((TUNDRA, SAUNA, CANDLE, VIAL, None))
        fact: Line = {"product_ean": ean, "quantity": quantity, "sales_eur_net": net, "line_kind": kind, "bulk": dice.random() < 0.1}
        fact |= {"amount_local": net, "currency": "EUR", "upload_batch_id": market.batch, "source_row": number, "live": True}
        fact |= {"channel": dice.choice(("online", "offline")), "sales_eur_gross": net, "valued": False}
        if shop:
            fact |= {"reseller_id": market.resellers["online"], "order_id": f"O{dice.randint(1, 30)}", "order_date": on, "country": "DE"}
            fact |= {"cost_of_goods": dice.choice((None, Decimal(10))), "payment_fee": dice.choice((None, Decimal("0.30")))}
            orders.append(fact)
            seen.append(fact | {"reseller": "Online", "on": on, "told": on})
        else:
            key, name = dice.choice((("galilu", "Galilu"), ("skins_sa", "Skins SA")))
            first = on.replace(day=1)
            fact |= {"reseller_id": market.resellers[key], "view": "main", "primary_view": True, "period_start": first}
            told = on if dice.random() < 0.3 else None
            fact |= {"period_end": on.replace(day=28), "year": on.year, "month": on.month, "sale_date": told}
            sellout.append(fact)
            seen.append(fact | {"reseller": name, "on": told or on.replace(day=28), "told": told})
    with market.database.write() as c:
        c.execute(t.sellout_entries2.insert(), sellout)
        c.execute(t.ecommerce_orders.insert(), orders)
    return seen


def total(values: list[Any]) -> Any:
    known = [v for v in values if v is not None]
    return sum(known) if known else None


def figure(measure: str, every: list[Line], kinds: tuple[str, ...], of_all: list[Line]) -> Any:
    """The measure by its definition, one loop over the lines of a group."""
    lines = [x for x in every if x["line_kind"] in kinds]
    sale = [x for x in lines if x["line_kind"] == "sale"]
    back = [x for x in lines if x["line_kind"] == "return"]
    units = total([x["quantity"] for x in lines if x["line_kind"] != "adjustment"])
    net = total([x["sales_eur_net"] for x in lines])
    costed = [x for x in lines if x.get("cost_of_goods") is not None and x["sales_eur_net"] is not None]
    orders = {x["order_id"] for x in sale if "order_id" in x}
    priced = [x for x in sale if x["quantity"] is not None and x["sales_eur_net"] is not None]
    match measure:
        case "sales_eur_net":
            return net
        case "units":
            return units
        case "units_sold":
            return None if units is None else total([x["quantity"] for x in sale]) or 0
        case "returns_rate":
            return ratio(-(total([x["quantity"] for x in back]) or 0), total([x["quantity"] for x in sale]))
        case "orders":
            return len(orders) if any("order_id" in x for x in lines) else None
        case "aov":
            return ratio(total([x["sales_eur_net"] for x in lines if "order_id" in x]), len(orders))
        case "average_unit_price":
            return ratio(total([x["sales_eur_net"] for x in priced]), total([x["quantity"] for x in priced]))
        case "gross_profit":
            return total([x["sales_eur_net"] - x["cost_of_goods"] for x in costed])
        case "share":
            return ratio(net, total([x["sales_eur_net"] for x in of_all if x["line_kind"] in kinds]))
        case "active_products":
            named = any(x["product_ean"] for x in lines)
            return len({x["product_ean"] for x in sale if x["product_ean"]}) if named else None
        case "lines":
            return len(lines)
    raise AssertionError(measure)


def ratio(above: Any, below: Any) -> Any:
    return None if above is None or not below else round(Decimal(above) / Decimal(below), 9)


def group_of(line: Line, dimension: str) -> Any:
    on = line["on"]
    values = {
        "month": on.replace(day=1),
        "quarter": date(on.year, (on.month - 1) // 3 * 3 + 1, 1),
        "year": date(on.year, 1, 1),
        "day": line["told"],
        "week": line["told"] and line["told"] - timedelta(days=line["told"].weekday()),
        "weekday": line["told"].strftime("%A") if line["told"] else NOT_STATED,
        "reseller": line["reseller"],
        "channel": line["channel"],
        "product": NAMES.get(line["product_ean"], NOT_STATED),
        "category": CATEGORY.get(line["product_ean"], NOT_STATED),
        "line_kind": line["line_kind"],
    }
    return values[dimension]


MEASURES = ("sales_eur_net", "units", "units_sold", "returns_rate", "orders", "aov", "average_unit_price", "gross_profit", "share", "active_products", "lines")  # fmt: skip
DIMENSIONS = ("day", "week", "weekday", "month", "quarter", "year", "reseller", "channel", "product", "category", "line_kind")
questions = st.fixed_dictionaries(
    {
        "measures": st.lists(st.sampled_from(MEASURES), min_size=1, max_size=4, unique=True),
        "by": st.lists(st.sampled_from(DIMENSIONS), max_size=2, unique=True),
        "period": st.sampled_from((None, "2025", "2024-Q3", "2025-03/2025-08", "2025-05-10/2025-09-28")),
        "reseller": st.sampled_from((None, "Galilu", "online", "not Skins SA")),
        "line_kinds": st.sampled_from((None, ("sale",), ("sale", "return", "adjustment", "sample", "tester"))),
        "without_bulk": st.booleans(),
    }
)


def answer_by_hand(lines: list[Line], asked: dict[str, Any]) -> tuple[dict[tuple[Any, ...], tuple[Any, ...]], tuple[Any, ...]]:
    kinds = asked["line_kinds"] or ("sale", "return", "adjustment")
    query = as_query(asked)
    kept = [x for x in lines if query.period is None or query.period.start <= x["on"] <= query.period.end]
    kept = [x for x in kept if not (asked["without_bulk"] and x["bulk"]) and x["line_kind"] in kinds]
    if asked["reseller"]:
        name = asked["reseller"].removeprefix("not ")
        kept = [x for x in kept if (x["reseller"].lower() == name.lower()) != asked["reseller"].startswith("not ")]
    groups: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for line in kept:
        groups[tuple(group_of(line, name) for name in asked["by"])].append(line)
    rows = {key: tuple(figure(m, group, kinds, kept) for m in asked["measures"]) for key, group in groups.items()}
    return rows, tuple(figure(m, kept, kinds, kept) for m in asked["measures"])


def as_query(asked: dict[str, Any]):
    reseller = asked["reseller"]
    where = {}
    if reseller:
        where = {"not reseller" if reseller.startswith("not ") else "reseller": reseller.removeprefix("not ")}
    options = {"line_kinds": asked["line_kinds"], "without_bulk": asked["without_bulk"]}
    return build_query(asked["measures"], asked["by"], where, asked["period"], None, **options)


@pytest.mark.parametrize("rollup", [False, True], ids=["facts", "rollup"])
def test_random_questions_agree_with_a_loop_over_the_lines(market, rollup):
    lines = make_lines(market)
    if rollup:
        market.fill_rollup()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(questions)
    def check(asked):
        rows, totals = answer_by_hand(lines, asked)
        result = run(market.database, as_query(asked), None, TODAY)
        width = len(asked["by"])
        found = {row[:width]: row[width:] for row in result.frame.rows()}
        assert tuple(result.totals.values()) == totals
        if width:
            assert found == rows
        else:
            assert found[()] == totals

    check()


def test_periods_that_split_the_calendar_count_every_line_once(market):
    make_lines(market)
    ask = lambda period: run(market.database, build_query("lines", (), {}, period), None, TODAY).totals["lines"]  # noqa: E731
    parts = ["2024-01-01/2024-05-13", "2024-05-14/2024-05-20", "2024-05-21/2025-02-27", "2025-02-28/2025-12-31"]
    assert sum(ask(part) for part in parts) == ask("2024-01/2025-12") == ask(None)


@pytest.mark.parametrize(
    ("by", "period", "compare"),
    [
        (["quarter", "reseller", "category", "country"], "2025", None),
        (["day", "source"], "2025-03-05/2025-04-11", "prior_year"),
        (["week", "product"], "2025-06-02/2025-08-03", "prior_year_weeks"),
        ([], "2025-01-01/2025-11-11", "prior_year"),
        (["month", "channel"], "2025", "prior_year"),
        (["product", "reseller", "currency", "vat_basis", "country"], "2025-02/2025-10", "prior_year"),
        (["fiscal_quarter", "size"], "2025-02-11/2025-10-17", "prior_period"),
        (["reseller", "line_kind"], "2025-03", "prior_year_weeks"),
        (["month", "category"], None, None),
    ],
)
def test_every_measure_is_the_same_from_rollup_and_facts(market, by, period, compare):
    make_lines(market)
    names = [*ALL, *PARTS]
    query = build_query(names, by, {}, period, compare)
    market.covers("online", "2024-01-01/2025-12-31")
    market.covers("galilu", "2024-01-01/2025-12-31")
    facts = run(market.database, query, None, TODAY)
    market.fill_rollup()
    rolled = run(market.database, query, None, TODAY)
    assert READS_SUMS.search(rolled.sql) and not READS_SUMS.search(facts.sql) and facts.frame.height
    assert facts.frame.equals(rolled.frame)
    assert (facts.totals, facts.caveats) == (rolled.totals, rolled.caveats)


@pytest.mark.parametrize("period", ["2025", "2025-01/2025-09", "2025-02-10/2025-12-31", "2024-11/2025-12"])
@pytest.mark.parametrize("alike", [None, "products"])
def test_quarters_and_years_say_what_their_lines_say(market, period, alike):
    make_lines(market)
    market.covers("online", "2024-01-01/2025-12-31")
    market.covers("galilu", "2024-01-01/2025-05-31")
    measures = ["sales_eur_net", "units", "active_products", "average_unit_price", "returns_rate"]
    query = build_query(measures, ["product", "reseller"], {}, period, "prior_year", like_for_like=alike)
    facts = run(market.database, query, None, TODAY)
    market.fill_rollup()
    rolled = run(market.database, query, None, TODAY)
    assert facts.frame.equals(rolled.frame) and (facts.totals, facts.caveats) == (rolled.totals, rolled.caveats)
    assert "readable.sales_quarters" in rolled.sql and facts.totals["units_comparable"]


@pytest.mark.parametrize("period", ["2025", "2025-02-10/2025-11-20"])
@pytest.mark.parametrize("alike", [None, "stores"])
def test_stores_sell_what_their_lines_say(market, period, alike):
    make_lines(market)
    places = {"first": market.store("galilu", "Warsaw"), "second": market.store("galilu", "Vilnius", country="LT")}
    with market.database.write() as c:
        placed = "update sellout_entries2 set store_id = case id % 3 when 1 then cast(:first as bigint) when 2 then :second end where reseller_id = :galilu"
        c.execute(sa.text(placed), places | {"galilu": market.resellers["galilu"]})
    market.covers("online", "2024-01-01/2025-12-31")
    market.covers("galilu", "2024-01-01/2025-05-31")
    measures = ["sales_eur_net", "units", "active_stores", "orders", "average_unit_price", "contribution"]
    query = build_query(measures, ["store", "currency"], {}, period, "prior_year", like_for_like=alike)
    facts = run(market.database, query, None, TODAY)
    market.fill_rollup()
    rolled = run(market.database, query, None, TODAY)
    assert facts.frame.equals(rolled.frame) and (facts.totals, facts.caveats) == (rolled.totals, rolled.caveats)
    assert "readable.sales_store_months" in rolled.sql and facts.totals["active_stores"] > 1


@pytest.mark.parametrize("over", ["stores", "products"])
def test_what_is_alike_is_the_same_from_sums_and_facts(market, over):
    make_lines(market)
    market.covers("online", "2024-01-01/2025-12-31")
    market.covers("galilu", "2024-01-01/2025-12-31")
    query = build_query(["orders", "sales_eur_net", "units"], ["month"], {}, "2025-02/2025-11", "prior_year", like_for_like=over)
    facts = run(market.database, query, None, TODAY)
    market.fill_rollup()
    rolled = run(market.database, query, None, TODAY)
    assert facts.frame.equals(rolled.frame) and (facts.totals, facts.base) == (rolled.totals, rolled.base) and facts.base.kept


@pytest.mark.parametrize(
    ("measures", "by", "where", "reads"),
    [
        ("units", ["month", "product"], {"country": "DE"}, "sales_months"),
        ("price_realisation", ["category"], {}, "sales_months"),
        ("price_realisation", ["reseller", "quarter"], {}, "sales_totals"),
        ("active_products", ["reseller"], {}, "sales_months"),
        ("units", ["week"], {}, "sales_day_totals"),
        ("units", ["week", "category"], {}, "sales_days"),
        ("price_realisation", ["day", "reseller"], {}, "sales_day_totals"),
        ("active_stores", ["reseller"], {}, "sales_store_months"),
        ("units", [], {"store": "Nordlys Webshop"}, "sales_store_months"),
        ("units", ["store", "product"], {}, "sales_rollup"),
        ("units", ["store", "week"], {}, "sales_rollup"),
        ("price_realisation", ["store"], {}, "sales_rollup"),
        ("orders", ["month", "country"], {"channel": "online"}, "order_days"),
        ("orders", ["product"], {}, "sales"),
    ],
)
def test_each_question_reads_the_coarsest_sums_that_answer_it(market, measures, by, where, reads):
    make_lines(market)
    market.fill_rollup()
    sql = run(market.database, build_query(measures, by, where, "2025"), None, TODAY).sql
    assert re.search(rf"readable\.{reads}\b", sql)


def test_the_remainder_is_the_same_from_rollup_and_facts(market):
    make_lines(market)
    query = build_query(["orders", "aov", "units"], ["month", "product"], {}, "2025", limit=3, others=True)
    facts = run(market.database, query, None, TODAY)
    market.fill_rollup()
    assert facts.frame.equals(run(market.database, query, None, TODAY).frame)


def test_single_lines_are_read_where_only_they_can_answer(market):
    make_lines(market, 20)
    market.fill_rollup()
    for measure, by in (("units", "utm_source"), ("orders", "device"), ("units", "city")):
        assert "sales_rollup" not in run(market.database, build_query(measure, by, {}, "2025"), None, TODAY).sql
    with market.database.write() as c:
        assert c.execute(sa.text("select count(*) from sales_rollup")).scalar_one() > 0


def test_the_migration_sums_lines_as_the_product_does(market):
    make_lines(market)
    market.fill_rollup()
    columns = [c.name for c in t.sales_rollup.c if c.name != "id"]
    refill = importlib.import_module("core.db.migrations.versions.0005_sums_by_month").REFILL
    with market.database.write() as c:
        rows = lambda: Counter(c.execute(sa.select(*(t.sales_rollup.c[name] for name in columns))).all())  # noqa: E731
        by_product = rows()
        c.execute(sa.text("delete from sales_rollup"))
        c.exec_driver_sql(refill.replace("%", "%%"))
        assert rows() == by_product
