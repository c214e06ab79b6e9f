"""What was answered about a file holds for the next one like it: said, never against the file's own words, taken back and restored."""

from __future__ import annotations

from typing import Any

import pytest

from core.db.engine import Database
from core.errors import BadQuestion, NotAllowed, UnknownRecord
from core.ingest import families, importing, reading_back, undoing
from core.ingest.fingerprints import layout_of, pattern
from core.ingest.shapes import ImportReport
from core.people.permissions import Person
from core.settings import Settings
from tests.ingest.formats.unknown_files import CANDLE, OTHERS, TUNDRA
from tests.ingest.samples import fill_catalogue, live, rollup_gap
from tests.ingest.workbook_bytes import book_of, delimited

ANNA, VERA = Person("anna", "Anna", "analyst"), Person("vera", "Vera", "viewer")
HEADERS = ["Date", "Art", "EAN", "Pcs", "Betrag"]
SAID: dict[str, Any] = {"reseller": "Nordic Dist", "currency": "SEK", "vat_basis": "net", "amount_is": "line", "completeness": "complete"}


@pytest.fixture
def shop(database: Database) -> Database:
    fill_catalogue(database)
    return database


def sales(month: str, units: int = 2, headers: list[str] = HEADERS, ean: str = TUNDRA) -> bytes:
    rows = [headers, [f"13.{month}.2025", "Glow", ean, units, f"{units * 180},00"], [f"24.{month}.2025", "Candle", CANDLE, 3, "237,00"]]
    return delimited(rows, ";")


def bring(shop: Database, settings: Settings, data: bytes, name: str, **said: Any) -> ImportReport:
    return importing.import_file(shop, settings, data, file_name=name, uploaded_by="anna", **said)


def asked(report: ImportReport) -> set[str]:
    return {question.key for question in report.questions}


def rules(report: ImportReport) -> dict[str, str]:
    return dict(report.problems.select("rule", "message").iter_rows())


def first_file(shop: Database, settings: Settings) -> ImportReport:
    assert asked(bring(shop, settings, sales("05"), "dist May 2025.csv")) == set(SAID)
    report = bring(shop, settings, sales("05"), "dist May 2025.csv", **SAID)
    assert report.status == "stored" and (report.reseller, report.currency, report.vat_basis) == ("Nordic Dist", "SEK", "net")
    return report


def test_the_next_file_like_it_is_asked_nothing_and_says_who_answered(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    report = bring(shop, settings, sales("06", 4), "dist June 2025.csv")
    assert report.status == "stored" and report.reseller == "Nordic Dist" and report.units == 7
    said = [message for rule, message in report.problems.select("rule", "message").iter_rows() if rule == "remembered"]
    assert len(said) == len(SAID) and all("answered by anna on" in message and "for files like this" in message for message in said)
    assert not rollup_gap(shop)


def test_the_period_of_one_file_is_never_another_ones(shop: Database, settings: Settings) -> None:
    rows = [["EAN", "Pcs", "Betrag"], [TUNDRA, 1, "180,00"], [CANDLE, 1, "79,00"]]
    named = {key: SAID[key] for key in ("reseller", "currency", "vat_basis", "completeness")}
    assert bring(shop, settings, delimited(rows, ";"), "dist.csv", period="2025-05", **named).status == "stored"
    again = bring(shop, settings, delimited([*rows, [TUNDRA, 1, "181,00"]], ";"), "dist.csv")
    assert asked(again) == {"period"}


def test_a_file_of_the_same_headers_and_another_name_is_asked_whose_it_is(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    report = bring(shop, settings, sales("06", 4), "other shop June.csv")
    assert asked(report) == {"reseller", "currency", "vat_basis", "completeness"}
    reseller = next(question for question in report.questions if question.key == "reseller")
    assert reseller.choices[0].value == "Nordic Dist" and "has the same headers" in reseller.choices[0].reason


def test_what_the_file_says_itself_counts_more_than_what_was_said_before(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    data = sales("06", 4).replace(b"237,00", "237,00 £".encode()).replace(b"720,00", "720,00 £".encode())
    report = bring(shop, settings, data, "dist June 2025.csv")
    assert report.currency == "GBP" and "This file says GBP" in rules(report)["remembered_differs"]


def test_another_resellers_name_in_the_file_is_asked_about(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    rows = [["Liberty sell out"], HEADERS, ["13.06.2025", "Glow", TUNDRA, 2, "360,00"], ["14.06.2025", "Candle", CANDLE, 3, "237,00"]]
    report = bring(shop, settings, delimited(rows, ";"), "dist June 2025.csv")
    question = next(question for question in report.questions if question.key == "reseller")
    assert "Liberty" in [choice.value for choice in question.choices]


def test_a_reseller_the_file_names_too_is_not_asked_for_again(shop: Database, settings: Settings) -> None:
    assert bring(shop, settings, sales("05"), "Nordic Dist May 2025.csv", **SAID).status == "stored"
    report = bring(shop, settings, sales("06", 4), "Nordic Dist June 2025.csv")
    assert (report.status, report.reseller) == ("stored", "Nordic Dist")


def test_what_was_said_of_one_resellers_list_never_takes_in_the_lines_of_another(shop: Database, settings: Settings) -> None:
    def named(month: str, other: str) -> bytes:
        rows = [[*HEADERS, "Client"], [f"13.{month}.2025", "Glow", TUNDRA, 2, "360,00", "ND AB"]]
        return delimited([*rows, [f"24.{month}.2025", "Candle", CANDLE, 3, "237,00", other]], ";")

    assert bring(shop, settings, named("05", "ND AB"), "dist May 2025.csv", **SAID).status == "stored"
    report = bring(shop, settings, named("06", "Elsewhere"), "dist June 2025.csv")
    assert asked(report) == {"reseller"} and len(live(shop)) == 2
    assert bring(shop, settings, named("06", "Elsewhere"), "dist June 2025.csv", reseller="Nordic Dist").status == "needs_decision"


def test_a_changed_format_is_said_against_the_last_file(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    rows = [
        ["Date", "EAN", "Pcs", "Betrag", "Filiale"],
        ["13.06.2025", TUNDRA, 2, "360,00", "Sol"],
        ["14.06.2025", CANDLE, 3, "237,00", "Sol"],
    ]
    report = bring(shop, settings, delimited(rows, ";"), "dist June 2025.csv")
    assert (
        rules(report)["format_drift"]
        == "The format changed against “dist May 2025.csv”: column “filiale” is new and column “art” is missing."
    )


def test_taking_an_answer_back_asks_again_and_restoring_it_does_not(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    currency = next(line for line in families.listed(shop).iter_rows(named=True) if line["what"] == "Currency")
    assert (currency["answer"], currency["by"], currency["state"]) == ("SEK", "anna", "counts")
    families.revoke(shop, ANNA, currency["id"])
    assert asked(bring(shop, settings, sales("06"), "dist June 2025.csv")) == {"currency"}
    families.restore(shop, ANNA, currency["id"])
    assert bring(shop, settings, sales("06"), "dist June 2025.csv").status == "stored"
    with pytest.raises(NotAllowed):
        families.revoke(shop, VERA, currency["id"])
    with pytest.raises(UnknownRecord):
        families.restore(shop, ANNA, currency["id"])


def test_undoing_the_upload_forgets_its_answers(shop: Database, settings: Settings) -> None:
    report = first_file(shop, settings)
    undoing.undo(shop, int(report.upload_batch_id or 0))
    assert set(families.listed(shop)["state"]) == {"forgotten"} and not live(shop)
    assert asked(bring(shop, settings, sales("06"), "dist June 2025.csv")) == set(SAID)


def test_a_new_answer_takes_the_place_of_the_old_one(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    assert bring(shop, settings, sales("06"), "dist June 2025.csv", vat_basis="gross").status == "stored"
    states = {(line["answer"], line["state"]) for line in families.listed(shop).iter_rows(named=True) if line["what"] == "VAT"}
    assert states == {("amounts are without VAT", "replaced"), ("amounts include VAT", "counts")}


def test_columns_are_remembered_too(shop: Database, settings: Settings) -> None:
    rows = [["tag", "was", "viel", "geld"], ["01.05.2025", TUNDRA, 2, "360,00"], ["13.05.2025", CANDLE, 1, "79,00"]]
    columns = {"tag": "date", "was": "ean", "viel": "units", "geld": "amount_net"}
    said = {key: SAID[key] for key in ("reseller", "currency", "amount_is", "completeness")}
    assert bring(shop, settings, delimited(rows, ";"), "own May.csv", columns=columns, **said).status == "stored"
    later = [rows[0], ["02.06.2025", TUNDRA, 5, "900,00"], ["13.06.2025", CANDLE, 1, "79,00"]]
    report = bring(shop, settings, delimited(later, ";"), "own June.csv")
    assert report.status == "stored" and report.vat_basis == "net"
    assert {column.reason for column in report.columns} == {"same as last time for files like this"}


def test_a_complete_list_replaces_what_is_live_and_one_that_adds_does_not(shop: Database, settings: Settings) -> None:
    first_file(shop, settings)
    more = bring(shop, settings, sales("05", 9), "dist more May 2025.csv", **{**SAID, "completeness": "adds"})
    assert more.status == "stored" and sum(row[7] for row in live(shop).elements()) == 5 + 12
    report = bring(shop, settings, sales("05", 4), "dist May 2025 new.csv", accept_warnings=True, **SAID)
    assert report.status == "stored" and sum(row[7] for row in live(shop).elements()) == 7
    undoing.undo(shop, int(report.upload_batch_id or 0))
    assert sum(row[7] for row in live(shop).elements()) == 5 + 12 and not rollup_gap(shop)


def test_a_longer_figure_over_the_same_days_is_asked_about(shop: Database, settings: Settings) -> None:
    rows = [["Period", "EAN", "Units", "Turnover excl. VAT SEK"], ["Q2 2025", TUNDRA, 4, "720.00"], ["Q2 2025", CANDLE, 1, "79.00"]]
    said = {"reseller": "Nordic Dist", "completeness": "complete"}
    assert bring(shop, settings, delimited(rows, ";"), "quarter.csv", **said).status == "stored"
    report = bring(shop, settings, sales("05"), "dist May 2025.csv", **SAID)
    assert asked(report) == {"accept_warnings"} and "count the shared days twice" in report.questions[0].text


def test_another_brands_file_is_asked_about(shop: Database, settings: Settings) -> None:
    rows = [HEADERS, *([f"{day}.05.2025", "x", ean, 1, "10,00"] for day, ean in zip((13, 14, 15, 16), OTHERS, strict=True))]
    report = bring(shop, settings, delimited(rows, ";"), "dist May 2025.csv", **SAID)
    assert asked(report) == {"accept_warnings"} and "another brand's report" in report.questions[0].text


def test_a_remembered_vendor_never_overrules_the_file(shop: Database, settings: Settings) -> None:
    data = sales("05")
    layout = layout_of(book_of(data, "dist May 2025.csv"))
    with shop.write() as connection:
        families.remember(connection, layout, {"vendor": "galilu"}, "anna", None, "dist April.csv")  # type: ignore[arg-type]
    report = bring(shop, settings, data, "dist June 2025.csv")
    assert report.status == "needs_decision" and asked(report) == {"vendor"}
    assert "answered by anna" in report.reason and "a single sheet" in report.reason


def test_a_word_that_answers_no_question_is_said_at_once(shop: Database, settings: Settings) -> None:
    for wrong in ({"vat_basis": "both"}, {"amount_is": "each"}, {"columns": {"Pcs": "pieces"}}):
        with pytest.raises(BadQuestion):
            bring(shop, settings, sales("05"), "x.csv", **wrong)
    assert not reading_back.live_rows(shop).height


def test_names_are_compared_without_dates_and_layouts_without_order() -> None:
    assert pattern("Sell out June 2025 (2)") == pattern("sell_out-07.2025") == "sell out"
    one, other = (layout_of(book_of(delimited([headers, [1, 2]], ";"), "x.csv")) for headers in (["EAN", "Qty"], ["Qty", "EAN"]))
    assert one.fingerprint == other.fingerprint
