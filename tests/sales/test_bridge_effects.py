from __future__ import annotations

from fractions import Fraction as F

from hypothesis import given, settings
from hypothesis import strategies as st

from core.sales.bridge_effects import Amounts, Cell, Effects, effects_by_item, total_effects


def sold(units, net, **columns) -> Amounts:
    """Sale lines that state both units and money, in EUR and net of VAT unless said otherwise."""
    return Amounts(
        **{k: F(v) for k, v in ({"net": net, "priced_net": net, "units": units, "sold_net": net, "local": net} | columns).items()}
    )


def effects(*cells: Cell) -> dict[str, F]:
    total = total_effects(effects_by_item(cells))
    return {name: value for name, value in vars(total).items() if value}


def test_one_product_has_volume_and_price_only():
    assert effects(Cell("A", now=sold(20, 240), before=sold(10, 100))) == {"volume": 100, "price": 40}


def test_the_same_units_of_dearer_products_are_mix():
    dear = Cell("dear", now=sold(15, 300), before=sold(5, 100))
    cheap = Cell("cheap", now=sold(5, 50), before=sold(15, 150))
    assert effects(dear, cheap) == {"mix": 100}


def test_volume_is_all_units_at_the_average_price():
    dear = Cell("dear", now=sold(20, 440), before=sold(10, 200))
    cheap = Cell("cheap", now=sold(10, 100), before=sold(10, 100))
    assert effects(dear, cheap) == {"volume": 150, "mix": 50, "price": 40}


def test_items_of_one_period_are_new_or_lost_with_all_their_sales():
    assert effects(Cell("A", now=sold(5, 50)), Cell("B", before=sold(3, 30))) == {"new": 50, "lost": -30}


def test_a_new_place_of_an_old_product_is_mix_not_new():
    here = Cell("A", "Galilu", now=sold(10, 100), before=sold(10, 100))
    there = Cell("A", "Liberty", now=sold(10, 120))
    assert effects(here, there) == {"volume": 100, "mix": 20}


def test_the_same_local_prices_at_another_rate_are_currency_alone():
    before = sold(10, 110, local=100, sold_gross=132, net_with_gross=110)
    now = sold(10, 120, local=100, sold_gross=144, net_with_gross=120)
    assert effects(Cell("A", "Skins SA", "ZAR", "net", now=now, before=before)) == {"currency": 10}


def test_gross_amounts_take_their_rate_from_gross_money():
    before = sold(10, 100, local=100, sold_gross=120, net_with_gross=100)
    now = sold(10, 110, local=100, sold_gross=132, net_with_gross=110)
    assert effects(Cell("A", "Liberty", "GBP", "gross", now=now, before=before)) == {"currency": 10}


def test_a_higher_vat_rate_on_the_same_shelf_price_is_vat_alone():
    before = sold(10, 100, local=120, sold_gross=120, net_with_gross=100)
    now = sold(10, 96, local=120, sold_gross=120, net_with_gross=96)
    assert effects(Cell("A", "CDLC", "EUR", "gross", now=now, before=before)) == {"vat": -4}


def test_currency_vat_and_price_stand_apart_in_one_cell():
    before = sold(10, 100, local=120, sold_gross=120, net_with_gross=100)
    now = sold(10, 132, local=132, sold_gross=165, net_with_gross=132)
    found = effects(Cell("A", "Liberty", "GBP", "gross", now=now, before=before))
    assert found == {"currency": F("26.4"), "vat": F("-4.4"), "price": 10}


def test_a_rate_without_a_base_changes_nothing():
    assert effects(Cell("A", "Skins SA", "ZAR", "net", now=sold(10, 120), before=sold(10, 100, local=0))) == {"price": 20}


def test_gross_that_is_only_partly_stated_says_nothing_of_vat():
    before = sold(10, 100, sold_gross=20, net_with_gross=100)
    assert effects(Cell("A", now=sold(10, 110, sold_gross=132, net_with_gross=110), before=before)) == {"price": 10}


def test_returns_free_goods_and_money_without_units_stand_apart():
    now = Amounts(F(95), F(-20), F(9), F(100), F(10))
    before = Amounts(F(97), F(-10), F(0), F(100), F(10))
    assert effects(Cell("A", now=now, before=before)) == {"returns": -10, "free_goods": 9, "without_units": -1}


def test_units_that_do_not_count_up_have_no_price():
    assert effects(Cell("A", now=sold(0, 30), before=sold(5, 100))) == {"without_units": -70}


money = st.fractions(-1000, 100_000, max_denominator=100)
amounts = st.builds(Amounts, money, money, money, money, st.integers(-3, 400).map(F), money, money, money, money)
cells = st.builds(
    Cell,
    st.sampled_from("ABCD"),
    st.sampled_from(("Liberty", "Galilu")),
    st.sampled_from(("EUR", "GBP")),
    st.sampled_from(("net", "gross")),
    st.sampled_from(("GB", "PL")),
    st.one_of(st.just(Amounts()), amounts),
    st.one_of(st.just(Amounts()), amounts),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(cells, max_size=12))
def test_the_effects_add_up_to_the_change_exactly(some):
    by_item = effects_by_item(some)
    for item, own in by_item.items():
        assert sum(own.values) == sum(c.now.net - c.before.net for c in some if c.item == item)
    assert sum(total_effects(by_item).values) == sum(c.now.net - c.before.net for c in some)


positive = st.fractions(1, 1000, max_denominator=100)
lines = st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 90), positive, st.integers(1, 90), positive), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_volume_mix_and_price_follow_their_textbook_formulas(some):
    rows = {item: (F(q0), p0, F(q1), p1) for item, q0, p0, q1, p1 in some}.values()
    found = total_effects(
        effects_by_item(Cell(n, now=sold(q1, q1 * p1), before=sold(q0, q0 * p0)) for n, (q0, p0, q1, p1) in enumerate(rows))
    )
    all0, all1 = sum(q0 for q0, *_ in rows), sum(q1 for _, _, q1, _ in rows)
    average = sum(q0 * p0 for q0, p0, *_ in rows) / all0
    assert found == Effects(
        volume=(all1 - all0) * average,
        mix=sum(all1 * (q1 / all1 - q0 / all0) * p0 for q0, p0, q1, _ in rows),
        price=sum((p1 - p0) * q1 for _, p0, q1, p1 in rows),
    )


def test_another_currency_or_basis_on_the_same_shelf_leaves_the_price_a_price():
    """Ten of A and ten of B, each 10 % dearer, stated with VAT before and without it now."""
    before = [Cell(n, "Galilu", "PLN", "gross", before=sold(10, p), product=n) for n, p in (("A", 100), ("B", 200))]
    now = [Cell(n, "Galilu", "EUR", "net", now=sold(10, p), product=n) for n, p in (("A", 110), ("B", 220))]
    assert effects(*before, *now) == {"price": 30}
