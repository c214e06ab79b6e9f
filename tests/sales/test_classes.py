from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales.classes import (
    Cuts,
    Moved,
    classes_query,
    classify,
    concentration,
    find_classes,
    moves_in_words,
    pareto_chart,
    sensitivity,
    summary,
    table,
)
from core.sales.dimensions import NOT_STATED, OTHERS
from core.sales.query import SalesQuery, parse_period
from core.sales.running import run
from core.sales.vega import to_vega
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

TODAY = date(2025, 7, 15)
D = Decimal
TUNDRA_NAME, SAUNA_NAME, CANDLE_NAME = "NLGOT100 · Glow of Tundra 100 ml", "NLMS100 · Midnight Sauna 100 ml", "NLWSC3 · Woolen Storm candle"
MAY = SalesQuery(("sales_eur_net",), (), (), parse_period("2025-05"), "prior_year")
figures = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.decimals(-50, 1000, places=2), max_size=15)


def grouped(**values: float) -> dict[str, str]:
    return {row.name: row.group for row in classify({name: D(str(value)) for name, value in values.items()}, Cuts())}


def test_the_item_that_crosses_a_cut_belongs_to_the_class_before_it() -> None:
    assert grouped(a=70, b=20, c=6, d=4) == {"a": "A", "b": "A", "c": "B", "d": "C"}
    assert grouped(a=80, b=15, c=5) == {"a": "A", "b": "B", "c": "C"}  # exactly at a cut: the next item begins the next class


def test_equal_figures_are_never_parted() -> None:
    assert grouped(a=50, b=10, c=10, d=10, e=10, f=10) == dict.fromkeys("abcdef", "A")
    assert grouped(a=85, b=5, c=5, d=5) == {"a": "A", "b": "B", "c": "B", "d": "B"}


def test_one_item_is_class_a() -> None:
    assert grouped(a=3) == {"a": "A"} and grouped() == {}


@given(figures)
def test_classes_follow_the_order_and_shares_make_the_whole(values: dict[str, Decimal]) -> None:
    rows = classify(values, Cuts())
    assert [row.group for row in rows] == sorted(row.group for row in rows)
    assert {row.name for row in rows} == {name for name, value in values.items() if value > 0}
    by_value = {}
    for row in rows:
        by_value.setdefault(row.value, set()).add(row.group)
    assert all(len(groups) == 1 for groups in by_value.values())
    if rows:
        assert rows[-1].running == 1 and rows[0].group == "A"
        larger = sum(row.value for row in rows if row.group == "A" and row.value > min(r.value for r in rows if r.group == "A"))
        assert larger < D("0.8") * sum(row.value for row in rows)


@given(figures)
def test_concentration_lies_between_equal_shares_and_one(values: dict[str, Decimal]) -> None:
    found = concentration(values.values())
    if found is None:
        assert all(value <= 0 for value in values.values())
    else:
        tiny = D("0.00000001")
        assert 1 / D(found.items) - tiny <= found.herfindahl <= 1 + tiny and -tiny <= found.gini < 1 and 0 < found.top <= 1


def test_concentration_by_hand() -> None:
    """Shares ½, ¼, ¼: Σ s² = 0.375; Gini = (−2·1 + 0·1 + 2·2) ÷ (3 · 4) = 1/6."""
    found = concentration((D(2), D(1), D(1), D(-9)))
    assert found is not None and (found.items, found.top, found.herfindahl) == (3, 1, D("0.375"))
    assert found.gini == D("0.166666667")
    assert concentration((D(0),)) is None


def asked(market: Market, query: SalesQuery = MAY, item: str = "product", **options: object):
    return run(market.database, classes_query(replace(query, **options), item), None, TODAY)


@pytest.fixture
def two_years(market: Market) -> Market:
    """Galilu states both Mays. The candle was everything and fell, Tundra rose to A, Sauna is new; Skins SA's vial can not be compared."""
    for reseller, month, ean, net in (
        ("galilu", "2024-05", CANDLE, 900), ("galilu", "2024-05", TUNDRA, 20), ("galilu", "2025-05", CANDLE, 30), ("galilu", "2025-05", TUNDRA, 950),
        ("galilu", "2025-05", SAUNA, 200), ("galilu", "2025-05", None, 44), ("skins_sa", "2025-05", "9524001001022", 5),
    ):  # fmt: skip
        market.line(reseller, month, ean, 1, net)
    market.line("galilu", "2024-05", SAUNA, -1, -10)
    market.covers("galilu", "2024-05", "2025-05")
    market.covers("skins_sa", "2025-05")
    return market


def test_who_changed_class_is_over_what_both_periods_cover(two_years: Market) -> None:
    found = find_classes(asked(two_years))
    assert [(one.name, one.before, one.now) for one in found.moved] == [
        (TUNDRA_NAME, "C", "A"), (CANDLE_NAME, "A", "C"), (SAUNA_NAME, "new", "B"),
    ]  # fmt: skip
    assert found.matrix() == {("C", "A"): 1, ("A", "C"): 1, ("new", "B"): 1} and found.uncompared == 1
    assert found.went("C", "A") == (Moved(TUNDRA_NAME, "C", "A", D(20), D(950)),)
    assert moves_in_words(found)[0] == f"1 rose: {TUNDRA_NAME} (C → A)."


def test_classes_are_what_a_direct_sum_says(two_years: Market) -> None:
    with two_years.database.raw() as connection:
        rows = connection.execute(
            "with items as (select p.product_name as name, sum(f.sales_eur_net) as net from sellout_entries2 f"
            " join products p on p.ean = f.product_ean where f.year = 2025 group by 1),"
            " ranked as (select name, net, coalesce(sum(net) over (order by net desc rows between unbounded preceding and 1 preceding), 0)"
            " / sum(net) over () as larger from items) select name, case when larger < 0.8 then 'A' when larger < 0.95 then 'B' else 'C' end"
            " from ranked order by net desc"
        ).fetchall()
    found = find_classes(asked(two_years))
    assert [(row.name.split(" · ")[1], row.group) for row in found.rows] == rows


def test_what_has_no_positive_figure_is_listed_apart_and_said(two_years: Market) -> None:
    two_years.line("galilu", "2025-05", CANDLE, -9, -100)
    found = find_classes(asked(two_years))
    assert dict(found.apart) == {CANDLE_NAME: D(-70), NOT_STATED: D(44)} and found.whole == 1155
    assert table(found).filter(table(found)["Class"] == "no class")["Product"].to_list() == [CANDLE_NAME, NOT_STATED]
    assert [one.now for one in found.moved if one.name == CANDLE_NAME] == ["gone"]


def test_the_class_table_adds_up(two_years: Market) -> None:
    rows = summary(find_classes(asked(two_years)))
    assert rows.select("class", "items", "items_before").rows() == [("A", 1, 1), ("B", 1, 0), ("C", 2, 1), ("All", 4, 2)]
    assert rows["value"][:3].sum() == rows["value"][3] == 1185
    assert summary(find_classes(asked(two_years, compare=None)))["items_before"].to_list() == [None] * 4


def test_sensitivity_names_what_hangs_on_the_cut() -> None:
    from core.sales.classes import Classes

    values = {"a": D(76), "b": D(6), "c": D(5), "d": D(13)}
    rows = classify(values, Cuts())
    cuts, unsteady = sensitivity(Classes("product", "sales_eur_net", Cuts(), rows, ()))
    assert [one.a for one in cuts] == [D("0.75"), D("0.80"), D("0.85")]
    assert unsteady.rows() == [("d", "B", "A", "A")]


def test_the_chart_carries_classes_cuts_and_the_others(two_years: Market) -> None:
    result = asked(two_years)
    found = find_classes(result)
    spec = pareto_chart(found, result, most=2)
    assert spec is not None and spec.categories == (TUNDRA_NAME, SAUNA_NAME, OTHERS) and spec.groups == ("A", "B", "")
    assert sum(spec.series[0].values) == found.whole and spec.series[1].values[-1] == 1
    assert spec.value_texts[1][0] == "80.2\u202f%" and spec.title == "1 of 4 products makes 80\u202f% of net revenue"
    svg = vl_convert.vegalite_to_svg(to_vega(spec), vl_version="5.20")
    assert "NaN" not in svg and "Running share" in svg
    assert pareto_chart(replace(found, rows=()), result) is None


def test_cuts_must_rise() -> None:
    for a, b in (("0.95", "0.8"), ("0", "0.5"), ("0.8", "1")):
        with pytest.raises(BadQuestion, match="cuts must rise"):
            Cuts(D(a), D(b))
    assert Cuts().words == "A to 80\u202f%, B to 95\u202f%"


def test_what_does_not_add_up_has_no_classes(two_years: Market) -> None:
    with pytest.raises(BadQuestion, match="do not add up"):
        classes_query(MAY, "product", "aov")
    with pytest.raises(BadQuestion, match="too many to rank"):
        find_classes(replace(asked(two_years), rows_in_all=10**7))
