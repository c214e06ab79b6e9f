import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sales.files import column_title, csv_bytes, frame_csv, harmless, xlsx_bytes
from core.sales.query import Caveat, Filter, Period, Result, SalesQuery
from core.sales.shown import Shown, of_result

EUR = pl.Decimal(38, 9)
FRAME = pl.DataFrame(
    {"product": ["=HYPERLINK(1)", "Łódź"], "sales_eur_net": [Decimal("12.340000000"), Decimal("-100.000000000")], "units": [1, None]},
    schema={"product": pl.String, "sales_eur_net": EUR, "units": pl.Int64},
)
RESULT = Result(
    SalesQuery(("sales_eur_net", "units"), ("product",), (Filter("reseller", ("Liberty",), exclude=True),)),
    FRAME,
    {"sales_eur_net": Decimal("-87.66"), "units": 1},
    "select 1",
    7,
    Period(date(2025, 1, 1), date(2025, 5, 31)),
    data_through={"Galilu": date(2025, 6, 8)},
    caveats=(Caveat("held", "2 rows wait in the inbox."),),
)
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\tx",
    "\rx",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    '"=1',
]
DANGEROUS += ["x;=1+1", "x,=1", "x\t=1", "x\n=1", "x; @SUM(1)", 'x;"=1', "=cmd|' /C calc'!A0", "x|=1"]
RUNS = re.compile(r"""^[\s\x00-\x20"'\u200b\ufeff]*[=+\-@＝＋－＠]""")


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet(data: bytes, name: str = "Figures") -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))[name]


def test_csv_keeps_exact_numbers_and_letters() -> None:
    assert [[row[name] for name in ("Product", "Net revenue (EUR net)", "Units")] for row in rows_of(csv_bytes(RESULT))] == [
        ["'=HYPERLINK(1)", "12.34", "1"],
        ["Łódź", "-100", ""],
    ]


def test_csv_says_on_every_row_what_it_is_and_on_the_first_what_it_means() -> None:
    first, second = rows_of(csv_bytes(RESULT, "By product"))
    for row in (first, second):
        assert row["Period"] == "Jan–May 2025 (2025-01-01 to 2025-05-31)" and row["Data version"] == "7"
        assert row["Filters"] == "Reseller: all but Liberty"
    assert second["About"] == ""
    for part in (
        "By product",
        "Formula: Σ sales_eur_net",
        "Data through: Galilu 2025-06-08",
        "Total Net revenue (EUR net): -87.66",
        "2 rows",
    ):
        assert part in first["About"]


def test_a_plain_reader_finds_plain_types_in_the_csv() -> None:
    frame = pl.read_csv(csv_bytes(of_result(RESULT, "By product")))
    assert frame.schema["Net revenue (EUR net)"] == pl.Float64 and frame.schema["Units"] == pl.Int64 and frame.height == 2


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_never_runs_as_a_formula(text: str) -> None:
    written = harmless(text)
    assert "'" in written and not any(RUNS.match(part) and not part.startswith("'") for part in re.split(r"[;,\t\r\n|]", written))


@given(st.text(st.sampled_from("=+-@＝＋－＠'\";,|\t\r\n \u00a0\ufeffa1"), max_size=12))
def test_no_cell_runs_however_a_spreadsheet_splits_the_line(text: str) -> None:
    data = frame_csv(pl.DataFrame({"product": [text], "units": [-5]}))
    ((written, number),) = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    assert number == "-5"
    parts = re.split(r"[;,\t\r\n|]", written)
    assert not any(RUNS.match(part) and not part.startswith("'") for part in parts)
    assert re.sub("'", "", written) == re.sub("'", "", text)


@pytest.mark.parametrize("text", ["Liberty", "Rose 50 ml", "L'Eau", "9524001001008", "a-b", "5 = five", ""])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_workbook_holds_figures_totals_and_what_must_be_known() -> None:
    data = xlsx_bytes(RESULT, "By product")
    rows = list(sheet(data).iter_rows(values_only=True))
    assert rows[0][0] == "By product" and rows[2] == ("Product", "Net revenue (EUR net)", "Units")
    assert rows[3] == ("=HYPERLINK(1)", 12.34, 1) and rows[5] == ("Total", -87.66, 1)
    assert sheet(data)["A4"].data_type == "s"
    about = dict(sheet(data, "About").iter_rows(values_only=True))
    assert about["Period"].startswith("Jan–May 2025") and about["Note"] == "2 rows wait in the inbox." and about["Data version"] == "7"
    assert about["Net revenue (EUR net)"].endswith("Formula: Σ sales_eur_net.") and about["SQL"] == "select 1"


@given(st.text(st.sampled_from("=+-@'\";,{\t\n a1http:/"), min_size=1, max_size=12))
def test_no_text_of_a_workbook_is_a_formula_or_a_link(text: str) -> None:
    cell = sheet(xlsx_bytes(Shown(text, pl.DataFrame({"product": [text], "units": [1]}))))["A4"]
    assert cell.data_type == "s" and cell.hyperlink is None


def test_the_workbook_shows_the_page_s_digits_and_holds_exact_values() -> None:
    frame = pl.DataFrame(
        {"quarter": [date(2025, 4, 1)], "aov": [Decimal("61.405")], "returns_rate": [Decimal("0.0421")], "class": [["A", "B"]]},
        schema_overrides={"aov": EUR, "returns_rate": EUR},
    )
    units = {"quarter": "quarter", "aov": "EUR per order", "returns_rate": "ratio"}
    day, aov, rate, listed = sheet(xlsx_bytes(Shown("x", frame, units=units)))[4]
    assert (aov.value, aov.number_format) == (61.405, "#,##0.00") and (rate.value, rate.number_format) == (0.0421, "0.0 %")
    assert day.value.date() == date(2025, 4, 1) and day.number_format == '"Q2 "yyyy' and listed.value == "A, B"


def test_headings_say_the_unit_once() -> None:
    assert column_title("sales_eur_net_change_pct") == "Net revenue, change %"
    assert column_title("sales_eur_net_before") == "Net revenue, before (EUR net)"
    assert column_title("units_before") == "Units, before" and column_title("Class") == "Class"
