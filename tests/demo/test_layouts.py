"""The demo's writers and the importer's readers agree line by line: what was sold is what is read."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from core.ingest.formats.registry import FORMATS
from core.ingest.reading import ReadLimits, read_book
from core.ingest.recognising import recognise
from core.ingest.shapes import ReadOptions, SalesFrame
from demo.generator import write_demo
from demo.layouts import aromateque, boxnox, cdlc, galilu, liberty, online, selfridges, skins_nl, skins_sa
from demo.market import months_until

SPAN = months_until(date(2026, 11, 22), 4)
BY_KEY = {form.KEY: form for form in FORMATS}
RESELLER_LAYOUTS: list[ModuleType] = [liberty, cdlc, boxnox, skins_nl, skins_sa, selfridges]


def read(path: Path) -> SalesFrame:
    book = read_book(path, path.name, ReadLimits())
    vendor = recognise(book).vendor
    assert vendor, f"{path.name} is not recognised"
    return BY_KEY[vendor].read(book, ReadOptions())


@pytest.mark.parametrize("layout", RESELLER_LAYOUTS, ids=lambda m: m.__name__.rsplit(".", 1)[-1])
def test_every_written_line_is_read_back(layout: ModuleType, tmp_path: Path) -> None:
    for path, lines in layout.files(tmp_path, SPAN, seed=3):
        frame = read(path)
        assert frame.vendor == layout.__name__.rsplit(".", 1)[-1]
        day = [pl.coalesce("sale_date", name).alias(name) for name in ("period_start", "period_end")]
        rows = frame.rows.filter("primary_view").select("store_text", *day, "quantity", "amount_local").rows()
        found = Counter((store or "", start, end, units, Decimal(amount).normalize()) for store, start, end, units, amount in rows)
        assert found == Counter((line.store, line.start, line.end, line.units, line.amount.normalize()) for line in lines), path.name


@pytest.mark.parametrize("layout", RESELLER_LAYOUTS, ids=lambda m: m.__name__.rsplit(".", 1)[-1])
def test_every_file_carries_totals_that_agree(layout: ModuleType, tmp_path: Path) -> None:
    path, lines = layout.files(tmp_path, SPAN, seed=4)[-1]
    frame = read(path)
    totals = [control for control in frame.controls if not control.where and control.measure == "units"]
    assert frame.controls
    assert all(control.file_value == sum(line.units for line in lines) for control in totals)


def test_order_lines_and_their_fees_are_read_back(tmp_path: Path) -> None:
    for path, lines in online.files(tmp_path, SPAN, seed=3):
        rows = read(path).rows
        found = Counter(rows.select("order_id", "sale_date", "quantity").rows())
        assert found == Counter((str(line.order), line.day, line.units) for line in lines)
        assert rows["amount_local"].sum() == sum((line.amount for line in lines), Decimal(0))
        fees = {line.order: line.fee for line in lines if line.fee is not None}
        assert rows["payment_fee"].sum() == sum(fees.values(), Decimal(0))


def test_same_seed_gives_the_same_facts(tmp_path: Path) -> None:
    first, second = (read(liberty.files(tmp_path / name, SPAN, seed=9)[0][0]).rows for name in ("a", "b"))
    assert first.equals(second) and isinstance(first, pl.DataFrame)


@pytest.mark.parametrize("layout", [aromateque, galilu], ids=lambda m: m.__name__.rsplit(".", 1)[-1])
def test_cross_tabs_keep_every_unit_of_every_month(layout: ModuleType, tmp_path: Path) -> None:
    for path, lines in layout.files(tmp_path, SPAN, seed=3):
        rows = read(path).rows.filter("primary_view")
        found = dict(rows.filter(pl.col("quantity").is_not_null()).group_by("period_start").agg(pl.col("quantity").sum()).rows())
        assert found == {first: sum(line.units for line in lines if line.start == first) for first in {line.start for line in lines}}


def test_galilu_states_its_money_by_store_and_month(tmp_path: Path) -> None:
    path, lines = galilu.files(tmp_path, SPAN, seed=3)[-1]
    money = read(path).rows.filter(pl.col("amount_local").is_not_null())
    assert money["amount_local"].sum() == sum((line.amount for line in lines), Decimal(0))
    assert money["quantity"].null_count() == money.height


def test_the_whole_demo_speaks_for_every_vendor(tmp_path: Path) -> None:
    demo = write_demo(tmp_path, date(2026, 11, 22), months=2)
    assert all(path.exists() for path in (*demo.to_load, *demo.to_try))
    assert {read(path).vendor for path in demo.to_load} == set(BY_KEY) - {"generic"} and len(demo.to_try) == 2


def test_every_month_of_the_demo_and_the_running_one_has_a_rate(tmp_path: Path) -> None:
    files = write_demo(tmp_path, date(2028, 3, 10), months=2)
    rates = pl.read_csv(files.catalogue / "fx_rates.csv")
    assert set(rates.filter(pl.col("currency") == "GBP")["month"]) == {"2028-01-01", "2028-02-01", "2028-03-01"}
