"""Every shared vendor file of every format in the registry, read cold: the same facts, cell by cell, as its truth states."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.ingest import recognising
from core.ingest.formats import registry
from core.ingest.shapes import ReadOptions, SalesFrame
from tests.ingest.formats import truth

pytestmark = pytest.mark.shared

# Judged on placed lines or against what is loaded: not while reading.
JUDGED = {
    "same_file_again",
    "zero_unit_money",
    "refund_lines",
    "gift_not_flagged",
    "sign_mismatch",
    "no_amount_per_month",
    "no_amount_per_product",
}
FILES = [path for form in registry.FORMATS for path in truth.files_of(form.KEY)]
COPIES = {path for path in FILES if truth.load(path).get("must_not_load") or not truth.load(path)["rows"]}


def read(path: Path, options: ReadOptions | None = None) -> SalesFrame:
    book = truth.book_of(path)
    form = registry.format_of(str(truth.load(path)["vendor"]))
    assert form is not None
    return form.read(book, options or ReadOptions())


def answered(path: Path) -> ReadOptions:
    """What a person says where the file does not: the period."""
    stated = truth.load(path)
    asked = "no_period_in_name" in {warning["code"] for warning in stated["expected_warnings"]}
    first, last = stated["period"]["start"], stated["period"]["end"]
    return ReadOptions(period=(date.fromisoformat(first), date.fromisoformat(last)) if asked else None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_sender_is_recognised_by_a_margin(path: Path) -> None:
    assert recognising.recognise(truth.book_of(path)).vendor == truth.load(path)["vendor"]


@pytest.mark.parametrize("path", [path for path in FILES if path not in COPIES], ids=lambda path: path.name)
def test_every_fact_stands_where_the_truth_says(path: Path) -> None:
    found, stated = truth.facts_of(read(path, answered(path))), truth.facts_in(truth.load(path))
    missing, surplus = stated - found, found - stated
    assert not missing and not surplus, "\n".join(
        [f"{len(list(missing.elements()))} missing, {len(list(surplus.elements()))} too many"]
        + [f"missing {fact}" for fact in list(missing)[:5]]
        + [f"surplus {fact}" for fact in list(surplus)[:5]]
    )


@pytest.mark.parametrize("path", [path for path in FILES if path not in COPIES], ids=lambda path: path.name)
def test_currency_basis_and_channel_are_as_stated(path: Path) -> None:
    frame, stated = read(path), truth.load(path)
    assert (frame.currency, frame.vat_basis, frame.living) == (stated["currency"], stated["vat_basis"], stated["living"])
    words = {row["source_row"]: row["vendor_channel"] for row in stated["rows"] if row.get("vendor_channel")}
    assert words == {row: word for row, word in frame.rows.select("source_row", "vendor_channel").iter_rows() if row in words}


@pytest.mark.parametrize("path", [path for path in FILES if path not in COPIES], ids=lambda path: path.name)
def test_printed_totals_are_found_and_judged(path: Path) -> None:
    frame, stated = read(path), truth.load(path)
    assert truth.printed_in(stated) <= truth.printed(frame)
    wrong = [control for control in stated["control_totals"] if not control["reconciles"]]
    assert bool(truth.disagreeing(frame)) == bool(wrong), truth.disagreeing(frame)


@pytest.mark.parametrize("path", [path for path in FILES if path not in COPIES], ids=lambda path: path.name)
def test_rows_set_aside_are_exactly_those_of_the_truth(path: Path) -> None:
    heights = {sheet.name: sheet.height for sheet in truth.book_of(path).sheets}
    stated = {(sheet, row) for sheet, row in truth.skipped_in(truth.load(path)) if row <= heights[sheet]}
    assert truth.skipped(read(path)) == stated


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_expected_warnings_arise_while_reading(path: Path) -> None:
    missing = truth.expected_rules(truth.load(path)) - JUDGED - truth.rules(read(path))
    assert not missing


@pytest.mark.parametrize("path", [path for path in FILES if path not in COPIES], ids=lambda path: path.name)
def test_the_period_is_the_nominal_one_or_asked(path: Path) -> None:
    period, stated = read(path).period, truth.load(path)
    codes = {warning["code"] for warning in stated["expected_warnings"]}
    if "no_period_in_name" in codes:
        assert period.start is None
        return
    assert (period.start, period.end) == (date.fromisoformat(stated["period"]["start"]), date.fromisoformat(stated["period"]["end"]))
    assert period.conflict == ("period_conflict" in codes)
    assert (period.history_start and str(period.history_start)) == stated["period"].get("history_start")
