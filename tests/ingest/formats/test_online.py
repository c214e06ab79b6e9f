"""Order lines of the web shop: two templates, refunds, repeated lines, one fee for each order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotASalesReport
from core.ingest.formats import fees, online
from core.ingest.reading import read_book
from core.ingest.shapes import MONEY, RawBook, ReadOptions, SalesFrame
from tests.ingest.workbook_bytes import book_of, delimited

ORDERS = ["Order ID", "Product EAN", "Functional Name", "Product Name", "Quantity", "Sales EUR", "Cost of Goods", "Stripe Fee"]
ORDERS += ["Order Date", "Country", "City", "Reseller"]
EAN = "9524001001008"


def order(number: int, amount: float, fee: float | None = None, day: Any = "14/05/2025", quantity: int = 1, **cells: Any) -> list[Any]:
    line = {"ean": EAN, "code": "NLGOT100", "name": "GLOW OF TUNDRA - 100 ml", "cost": None, "seller": "Online", **cells}
    return [number, line["ean"], line["code"], line["name"], quantity, amount, line["cost"], fee, day, "SE", "Lund", line["seller"]]


def read(lines: list[list[Any]], name: str = "online_orders_may_2025.xlsx", **options: Any) -> SalesFrame:
    return online.read(book_of({"Orders": [ORDERS, *lines]}, name), ReadOptions(**options))


def export(
    rows: list[list[Any]], header: str = "id,order_id,product_ean,order_date,quantity,sales_eur,functional_name,is_gift,stripe_fee"
) -> RawBook:
    return read_book(delimited([header.split(","), *rows]), "wc-orders-export-2025-04-30.csv")


def test_each_line_is_a_fact_of_its_day_with_its_order_number() -> None:
    row = read([order(6402, 83.2, 1.5)]).rows.row(0, named=True)
    assert (row["order_id"], row["sale_date"], row["amount_local"], row["source_cells"]) == (
        "6402",
        date(2025, 5, 14),
        Decimal("83.2"),
        "E2|F2",
    )
    assert (row["store_text"], row["country"], row["sku_text"], row["vendor_key"]) == ("Online", "SE", "NLGOT100", EAN)


def test_the_fee_counts_once_an_order_and_is_shared_by_amount() -> None:
    frame = read([order(1, 100, 1.5), order(1, 50, 1.5), order(1, 0, None), order(2, 10, 0.45)])
    assert frame.rows["payment_fee"].to_list() == [Decimal("1.00"), Decimal("0.50"), Decimal(0), Decimal("0.45")]
    assert "fee_repeated_per_line" in {problem.rule for problem in frame.problems}


def test_lines_with_different_fees_in_one_order_are_mentioned() -> None:
    frame = read([order(1, 100, 1.5), order(1, 50, 1.7)])
    assert frame.rows["payment_fee"].sum() == Decimal("1.7")
    assert [p.cell for p in frame.problems if p.rule == "fee_conflict"] == ["H2"]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-500, 9999), st.integers(0, 999)), min_size=1, max_size=30))
def test_shares_add_up_to_each_orders_fee_to_the_cent(lines: list[tuple[int, int, int]]) -> None:
    orders = pl.Series([str(number) for number, _, _ in lines])
    amounts = pl.Series([Decimal(amount) / 100 for _, amount, _ in lines], dtype=MONEY)
    stated = pl.Series([Decimal(fee) / 100 for _, _, fee in lines], dtype=MONEY)
    shares = pl.DataFrame({"order": orders, "fee": stated, "share": fees.split_by_order(orders, amounts, stated)})
    for _, group in shares.group_by("order"):
        assert group["share"].sum() == group["fee"].max() and (group["share"] * 100 % 1 == 0).all()


def test_an_order_without_a_fee_has_none() -> None:
    assert read([order(1, 100), order(2, 50, 0.5)]).rows["payment_fee"].to_list() == [None, Decimal("0.5")]


def test_refunds_and_gifts_keep_their_sign_and_their_zero() -> None:
    frame = read([order(1, 100), order(1, -100, quantity=-1, day="20/05/2025"), order(1, 0)])
    assert frame.rows.select("quantity", "amount_local").rows() == [(1, Decimal(100)), (-1, Decimal(-100)), (1, Decimal(0))]


def test_the_same_line_id_twice_counts_once() -> None:
    first = ["a1", 7, EAN, "2025-04-01", 1, 83.2, "NLGOT100", "false", 1.5]
    book = export([first, first, ["a2", *first[1:]]])
    frame = online.read(book, ReadOptions())
    assert frame.rows["line_id"].to_list() == ["a1", "a2"] and [aside.row_start for aside in frame.set_aside] == [3]
    assert [p.severity for p in frame.problems if p.rule == "duplicate_line_id"] == ["info"]


def test_a_line_id_that_comes_again_with_other_contents_is_an_error() -> None:
    first = ["a1", 7, EAN, "2025-04-01", 1, 83.2, "NLGOT100", "false", 1.5]
    frame = online.read(export([first, [*first[:5], 99, *first[6:]]]), ReadOptions())
    assert frame.rows.height == 1 and [p.severity for p in frame.problems if p.rule == "duplicate_line_id"] == ["error"]


def test_campaign_numbers_stay_text_and_flags_are_read() -> None:
    header = "id,order_id,product_ean,order_date,quantity,sales_eur,functional_name,is_gift,utm_campaign,device_type"
    book = export([["a", 7, EAN, "2025-04-01", 1, 0, "NLGOT2", "true", "120000000000000017", None]], header)
    row = online.read(book, ReadOptions()).rows.row(0, named=True)
    assert (row["utm_campaign"], row["is_gift"], row["device_type"]) == ("120000000000000017", True, None)


def test_text_dates_are_read_in_the_order_their_column_proves() -> None:
    frame = read([order(1, 10, day="03/05/2025"), order(2, 10, day="24/05/2025")])
    assert frame.rows["sale_date"].to_list() == [date(2025, 5, 3), date(2025, 5, 24)]
    assert "prove" in next(p.message for p in frame.problems if p.rule == "ambiguous_dates")


def test_real_dates_and_times_count_on_the_shops_day() -> None:
    assert read([order(1, 10, day=date(2025, 5, 3))]).rows["sale_date"][0] == date(2025, 5, 3)
    assert read([order(1, 10, day="2025-05-03T23:30:00Z")]).rows["sale_date"][0] == date(2025, 5, 4)


def test_a_line_without_a_readable_date_is_held() -> None:
    assert read([order(1, 10, day="Invalid Date"), order(2, 10)]).rows["held_reason"].to_list() == ["missing_period", None]


def test_keys_go_from_ean_to_code_to_name_to_the_inbox() -> None:
    lines = [order(1, 10), order(2, 10, ean=None), order(3, 10, ean=None, code=None), order(4, 10, ean=None, code=None, name=None)]
    frame = read(lines)
    assert frame.rows["vendor_key"].to_list() == [EAN, "NLGOT100", "GLOW OF TUNDRA - 100 ml", ""]
    assert frame.rows["held_reason"].to_list() == [None, None, None, "ean_missing"]


def test_cost_is_of_the_line_or_of_the_unit_as_the_setting_says() -> None:
    lines = [order(1, 100, quantity=3, cost=8.84), order(2, 100)]
    assert read(lines).rows["cost_of_goods"].to_list() == [Decimal("8.84"), None]
    assert read(lines, cost_is="unit").rows["cost_of_goods"].to_list() == [Decimal("26.52"), None]


def test_an_export_that_begins_before_the_month_in_its_name_keeps_its_own_dates() -> None:
    frame = read([order(1, 10, day="14/04/2025"), order(2, 10)])
    assert (frame.period.start, frame.period.end, frame.period.conflict) == (date(2025, 4, 14), date(2025, 5, 14), False)


def test_dates_outside_the_month_of_the_name_are_a_conflict() -> None:
    assert read([order(1, 10, day="14/03/2025")]).period.conflict


def test_the_analytics_export_is_recognised_and_explained() -> None:
    header = ["Date", "Order #", "N. Revenue (formatted)", "Status", "Customer", "Product(s)", "Items sold", "Net Sales"]
    book = read_book(delimited([header, ["2025-05-01", 5000, "64,00 €", "completed", "A", "2× Cream", 2, 64]]), "orders.csv")
    assert online.recognise(book).confidence > 0.5
    with pytest.raises(NotASalesReport, match="analytics export"):
        online.read(book, ReadOptions())


def test_lines_of_another_reseller_speak_against_the_web_shop() -> None:
    book = book_of({"Orders": [ORDERS, order(1, 10, seller="Liberty")]}, "orders.xlsx")
    assert online.recognise(book).evidence_against and online.recognise(book).confidence < 0.75
