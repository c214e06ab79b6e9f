"""Every vendor file of the shared fixtures against its truth, through the whole importer."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from core.catalogue.storing import load_folder
from core.ingest import importing, reading_back, undoing
from core.ingest.formats.registry import FORMATS
from core.ingest.shapes import ImportReport
from tests.conftest import SHARED

pytestmark = pytest.mark.shared
LANDED = {format_.KEY for format_ in FORMATS}


def index() -> dict[str, Any]:
    return json.loads((SHARED / "index.json").read_text()) if SHARED.is_dir() else {"files": [], "final_state": {}}


FILES = [SHARED / f["file"] for f in index()["files"] if f["vendor"] in LANDED]
VENDORS = sorted({path.parent.name for path in FILES})


def truth_of(path: Path) -> dict[str, Any]:
    return json.loads(path.with_name(path.name + ".truth.json").read_text())


@pytest.fixture
def master(database):
    load_folder(database, SHARED / "master")
    return database


def bring_in(database, settings, path: Path) -> ImportReport:
    """As a person would: the file, and the truth's period where it is asked for."""
    report = importing.import_file(database, settings, path)
    truth = truth_of(path)
    if report.status != "needs_decision" or truth.get("must_not_load"):  # a person asks the reseller instead of answering
        return report
    asked = {question.key for question in report.questions}
    span = f"{truth['period']['start']}/{truth['period']['end']}"
    return importing.import_file(database, settings, path, accept_warnings=True, period=span if "period" in asked else None)


def key(view, store, channel, ean, start, end, quantity, amount, kind) -> tuple[Any, ...]:
    return view, store, channel, ean, str(start), str(end), quantity, None if amount is None else Decimal(amount), kind


def stated(rows: Iterable[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(
        key(
            r["view"],
            r["store"],
            r["channel"],
            r["ean"],
            r["period_start"],
            r["period_end"],
            r["quantity"],
            r["amount_local"],
            r["line_kind"],
        )
        for r in rows
    )


def stored(rows: pl.DataFrame) -> Counter[tuple[Any, ...]]:
    columns = ("view", "store", "channel", "product_ean", "period_start", "period_end", "quantity", "amount_local", "line_kind")
    return Counter(key(*row) for row in rows.select(columns).iter_rows())


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}: {p.name}")
def test_rows_and_proof_equal_the_truth(master, settings, path):
    truth = truth_of(path)
    if truth.get("must_not_load"):
        pytest.skip("is no report of its own: judged beside the file it repeats")
    report = bring_in(master, settings, path)
    assert (report.vendor, report.currency, report.vat_basis) == (truth["vendor"], truth["currency"], truth["vat_basis"])
    assert (str(report.period_start), str(report.period_end)) == (truth["period"]["start"], truth["period"]["end"])
    rows = reading_back.rows(master, report.upload_batch_id)
    assert stored(rows) == stated(truth["rows"])
    held = rows.filter("held").height
    assert held == sum(truth["sums"][name]["rows"] for name in ("unmatched_product", "unmatched_store"))
    places = Counter((r["source_sheet"], r["source_row"]) for r in truth["rows"])
    assert Counter(rows.select("source_sheet", "source_row").rows()) == places
    alone = {"same_file_again", "same_period_again", "history_restated", "store_missing"}
    expected = {w["code"] for w in truth["expected_warnings"]} - alone
    assert expected <= set(report.problems["rule"])
    judge_controls(report, truth)


def judge_controls(report: ImportReport, truth: dict[str, Any]) -> None:
    """Every printed total is found at its cell and judged as the truth says."""
    found = {(row["sheet"], row["cell"], row["measure"]): row for row in report.controls.iter_rows(named=True)}
    for control in truth["control_totals"]:
        for measure, place, value in zip(
            ("units", "amount"), control["cell"].split("|"), (control["units"], control["amount"]), strict=True
        ):
            if value is None or ":" in place:
                continue
            sheet, cell = place.rsplit("!", 1) if "!" in place else (None, place)
            row = found.get((sheet or None, cell, measure)) or found.get((None, cell, measure))
            assert row is not None, f"{control['what']} at {place} was not found"
            assert row["file_value"] == Decimal(str(value)) and row["agrees"] == control["reconciles"], control
    assert report.controls["agrees"].all() == all(c["reconciles"] for c in truth["control_totals"])


@pytest.mark.parametrize("order", ["as sent", "newest first", "shuffled", "twice", "with undo between"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_every_order_ends_in_the_same_state(master, settings, vendor, order):
    for path in in_order([p for p in FILES if p.parent.name == vendor], order):
        report = bring_in(master, settings, path)
        if order == "with undo between" and report.status == "stored":
            undoing.undo(master, report.upload_batch_id)
            bring_in(master, settings, path)
    final = index()["final_state"][vendor]
    assert by_month(reading_back.live_rows(master, vendor)) == {
        month: (f["rows"], f["units"], Decimal(f["amount"] or 0)) for month, f in final["by_month_of_period_end"].items()
    }
    assert_rollup_equals_facts(master)


def in_order(paths: list[Path], order: str) -> list[Path]:
    if order == "newest first":
        return list(reversed(paths))
    if order == "shuffled":
        return random.Random(7).sample(paths, len(paths))
    return [*paths, *paths] if order == "twice" else paths


def by_month(rows: pl.DataFrame) -> dict[str, tuple[int, int, Decimal]]:
    grouped = rows.group_by(pl.col("period_end").dt.strftime("%Y-%m").alias("month")).agg(
        pl.len(), pl.col("quantity").sum(), pl.col("amount_local").sum()
    )
    return {month: (lines, units or 0, Decimal(amount or 0)) for month, lines, units, amount in grouped.iter_rows()}


def assert_rollup_equals_facts(database) -> None:
    names = "reseller_id, store_id, channel, product_ean, view, year, month, line_kind, bulk, valued, currency"
    sums = "count(*), sum(quantity), sum(sales_eur_net), sum(sales_eur_gross), sum(amount_local), sum(payment_fee)"
    rolled = sums.replace("count(*)", "sum(lines)")
    with database.reader() as connection:
        facts = connection.execute(f"select {names}, {sums} from sales group by {names}").fetchall()
        rollup = connection.execute(f"select {names}, {rolled} from sales_rollup group by {names}").fetchall()
    assert Counter(facts) == Counter(rollup)


@pytest.mark.parametrize("vendor", VENDORS)
def test_eur_follows_the_formulas_to_the_cent(master, settings, vendor):
    path = next(p for p in FILES if p.parent.name == vendor)
    report = bring_in(master, settings, path)
    rates = {(r["currency"], r["month"]): Decimal(r["rate_to_eur"]) for r in csv("fx_rates")}
    reseller = next(r for r in csv("resellers") if r["name"] == report.reseller)
    if not reseller["vat_rate"]:
        pytest.skip("VAT by destination: see test_valuing")
    vat = 1 + Decimal(reseller["vat_rate"])
    for row in reading_back.rows(master, report.upload_batch_id).filter(pl.col("amount_local").is_not_null()).iter_rows(named=True):
        rate = rates[row["currency"], f"{row['period_end']:%Y-%m}"]
        net = row["amount_local"] / vat if row["vat_basis"] == "gross" else row["amount_local"]
        gross = row["amount_local"] if row["vat_basis"] == "gross" else row["amount_local"] * vat
        six = Decimal("0.000001")
        assert row["sales_eur_net"] == (net * rate).quantize(six, ROUND_HALF_UP)
        assert row["sales_eur_gross"] == (gross * rate).quantize(six, ROUND_HALF_UP)


def csv(name: str) -> list[dict[str, str]]:
    return pl.read_csv(SHARED / "master" / f"{name}.csv", infer_schema=False).rows(named=True)


def changes_in(report: ImportReport) -> Counter[tuple[Any, ...]]:
    return Counter(report.changes.select("change", "view", "product", "period_start", "after_units", "after_lines").iter_rows())


@pytest.mark.parametrize("vendor", VENDORS)
def test_difference_list_equals_the_truth(master, settings, vendor):
    compared = 0
    for path in (p for p in FILES if p.parent.name == vendor):
        report, truth = bring_in(master, settings, path), truth_of(path)
        if "diff_vs_previous" not in truth:
            continue
        diff = truth["diff_vs_previous"]
        counts = dict(report.changes["change"].value_counts().iter_rows())
        assert {kind: counts.get(kind, 0) for kind in ("added", "changed", "vanished")} == diff["counts"]
        for cell in diff["changed"]:
            same = pl.col("period_start") == date.fromisoformat(cell["period_start"])
            for name in {"store", "product"} & cell.keys():
                same &= pl.col(name) == cell[name]
            rows = report.changes.filter(same & (pl.col("change") == "changed") & (pl.col("view") == cell["view"]))
            assert (cell["old_quantity"], cell["quantity"]) in rows.select("before_units", "after_units").rows()
        compared += 1
    if not compared:
        pytest.skip("no file of this vendor restates another")


def test_one_file_under_the_next_months_name_changes_no_figure(master, settings):
    april = SHARED / "vendors/skins_nl/NORDLYSPARF_ReportPeriod04-2025__1_.xlsx"
    may = SHARED / "vendors/skins_nl/NORDLYSPARF_ReportPeriod05-2025.xlsx"
    if "skins_nl" not in LANDED:
        pytest.skip("the format is not here yet")
    bring_in(master, settings, april)
    before = stored(reading_back.live_rows(master))
    asked = importing.import_file(master, settings, may)
    assert asked.status == "needs_decision" and "same_content_other_period" in set(asked.problems["rule"])
    for answer in ({"accept_warnings": True}, {"period": "2025-05"}, {"period": "2025-05", "accept_warnings": True}, {"period": "2025-04"}):
        assert importing.import_file(master, settings, may, **answer).status in ("duplicate", "refused")
        assert stored(reading_back.live_rows(master)) == before


@pytest.mark.parametrize("name", ["q2 numbers.csv", "NORDLYS total by country.csv", "sales report.xlsx", "sell out june.xlsx"])
def test_nobodys_files_store_nothing(master, settings, name):
    path = SHARED / "vendors/unknown" / name
    report = importing.import_file(master, settings, path)
    assert report.status == {"ask_user": "needs_decision", "reject": "refused"}[truth_of(path)["expected"]]
    assert {w["code"] for w in truth_of(path)["expected_warnings"]} <= set(report.problems["rule"])
    assert not reading_back.live_rows(master).height
