"""VAT, EUR, months and kinds in exact decimals."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue.rates import FX
from core.catalogue.records import PRICES, VAT_RATES, Catalogue, Reseller
from core.ingest.matching import MATCHED
from core.ingest.shapes import complete_rows
from core.ingest.valuing import list_price_differences, value, value_from_price_list

BOTTLE = "9524001001008"
CATALOGUE = Catalogue(
    prices=pl.DataFrame(
        [(BOTTLE, "EUR", date(2023, 11, 1), 218, "gross"), (BOTTLE, "EUR", date(2025, 7, 1), 226, "gross")], schema=PRICES, orient="row"
    ),
    vat_rates=pl.DataFrame(
        [("EE", date(2024, 1, 1), Decimal("0.22")), ("EE", date(2025, 7, 1), Decimal("0.24")), ("NL", date(2012, 10, 1), Decimal("0.21"))],
        schema=VAT_RATES,
        orient="row",
    ),
)
SHOP = Reseller(1, "cdlc", "Creme de la Creme", "LT", "EUR", "gross", Decimal("0.21"))


def valued(rows: list[dict[str, Any]], reseller: Reseller = SHOP, rate: str | None = "1", **matched: Any) -> pl.DataFrame:
    base = {
        "period_start": date(2025, 6, 1),
        "period_end": date(2025, 6, 30),
        "currency": "EUR",
        "vat_basis": "gross",
        "product_ean": BOTTLE,
        "primary_view": True,
    }
    filled = [{**base, **matched, **row} for row in rows]
    frame = pl.DataFrame([{k: v for k, v in row.items() if k not in MATCHED} for row in filled], infer_schema_length=None)
    known = [pl.Series(name, [row.get(name) for row in filled], dtype) for name, dtype in MATCHED.items()]
    stated = complete_rows(frame).with_columns(known)
    days = stated.select("currency", "period_end").unique().rows()
    rates = [(c, d, Decimal(rate), d.replace(day=1), "override") for c, d in days] if rate else []
    return value(stated, CATALOGUE, reseller, pl.DataFrame(rates, schema=FX, orient="row"))


money = st.decimals(min_value=-(10**7), max_value=10**7, places=6)


@settings(deadline=None, max_examples=60)
@given(
    amount=money,
    vat=st.integers(0, 300),
    rate=st.decimals(min_value="0.0001", max_value="300", places=10),
    basis=st.sampled_from(["gross", "net"]),
)
def test_both_figures_are_exact_and_rounded_once(amount, vat, rate, basis):
    reseller = Reseller(1, "x", "X", "LT", "EUR", basis, Decimal(vat) / 1000)
    row = valued([{"quantity": 1, "amount_local": amount, "vat_basis": basis}], reseller, str(rate)).row(0, named=True)
    with localcontext(prec=80):
        with_vat = 1 + Decimal(vat) / 1000
        gross, net = (amount * rate, amount * rate / with_vat) if basis == "gross" else (amount * rate * with_vat, amount * rate)
        six = Decimal("0.000001")
        assert (row["sales_eur_gross"], row["sales_eur_net"]) == (gross.quantize(six, ROUND_HALF_UP), net.quantize(six, ROUND_HALF_UP))


def test_no_rate_leaves_eur_empty_and_never_one():
    row = valued([{"quantity": 1, "amount_local": Decimal("100")}], rate=None).row(0, named=True)
    assert (row["sales_eur_net"], row["sales_eur_gross"], row["fx_rate"], row["amount_local"]) == (None, None, None, 100)


def test_vat_follows_the_stores_country_and_the_day():
    june = valued([{"quantity": 1, "amount_local": Decimal("122"), "store_country": "EE"}]).row(0, named=True)
    july = {"period_start": date(2025, 7, 1), "period_end": date(2025, 7, 31)}
    later = valued([{"quantity": 1, "amount_local": Decimal("124"), "store_country": "EE", **july}]).row(0, named=True)
    home = valued([{"quantity": 1, "amount_local": Decimal("121"), "store_country": "LT"}]).row(0, named=True)
    assert [row["sales_eur_net"] for row in (june, later, home)] == [100, 100, 100]


def test_order_lines_take_the_destinations_vat_or_none():
    online = Reseller(2, "online", "Online", None, "EUR", "net", None)
    line = {"quantity": 1, "amount_local": Decimal("100"), "vat_basis": "net", "order_id": "1"}
    rows = valued([{**line, "country": "nl"}, {**line, "country": None}], online)
    assert rows["sales_eur_net"].to_list() == [100, 100] and rows["sales_eur_gross"].to_list() == [121, None]


@pytest.mark.parametrize(("rule", "month"), [("week_end", 6), ("week_start", 5), ("majority", 5)])
def test_a_week_belongs_to_the_month_its_rule_says(rule, month):
    week = {"period_start": date(2025, 5, 26), "period_end": date(2025, 6, 1), "quantity": 1, "amount_local": Decimal(1)}
    reseller = Reseller(1, "liberty", "Liberty", "GB", "GBP", "gross", Decimal("0.2"), period_rule=rule)
    assert valued([week], reseller).select("year", "month").row(0) == (2025, month)


def test_bulk_is_many_units_far_below_list_price():
    rows = valued([{"quantity": q, "amount_local": Decimal(a)} for q, a in ((100, "300"), (50, "150"), (100, "9000"), (100, "0"))])
    assert rows["bulk"].to_list() == [True, False, False, False] and rows["line_kind"].to_list() == ["sale", "sale", "sale", "sample"]


def span(amount: str) -> dict[str, Any]:
    whole = {"period_start": date(2025, 6, 1), "period_end": date(2025, 7, 31), "view": "product_span_euro", "primary_view": False}
    return {"vendor_key": "NLGOT100", "quantity": 3, "amount_local": Decimal(amount), **whole}


def test_units_are_valued_by_the_list_price_of_their_month():
    july = {"period_start": date(2025, 7, 1), "period_end": date(2025, 7, 31)}
    units = [{"vendor_key": "NLGOT100", "quantity": 2}, {"vendor_key": "NLGOT100", "quantity": 1, **july}]
    rows = value_from_price_list(valued([*units, span("662")]))
    assert rows["sales_eur_gross"].to_list()[:2] == [436, 226] and rows["valued"].to_list() == [True, True, False]
    assert rows["amount_local"].to_list()[:2] == [None, None] and not list_price_differences(rows).height


def test_units_whose_price_does_not_prove_itself_stay_without_money():
    units = [{"vendor_key": "NLGOT100", "quantity": 3}]
    rows = value_from_price_list(valued([*units, span("600")]))
    assert rows["sales_eur_gross"].to_list()[0] is None and rows["valued"].to_list()[0] is False
    assert list_price_differences(rows).select("stated", "derived").row(0) == (600, 654)
