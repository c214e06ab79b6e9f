import io
from datetime import date
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from core.sales.files import column_title, csv_bytes, harmless, xlsx_bytes
from core.sales.query import Caveat, Period, Result, SalesQuery

EUR = pl.Decimal(38, 9)
FRAME = pl.DataFrame(
    {"product": ["=HYPERLINK(1)", "Łódź"], "sales_eur_net": [Decimal("12.340000000"), Decimal("-100.000000000")], "units": [1, None]},
    schema={"product": pl.String, "sales_eur_net": EUR, "units": pl.Int64},
)
RESULT = Result(
    SalesQuery(("sales_eur_net", "units"), ("product",)),
    FRAME,
    {"sales_eur_net": Decimal("-87.66"), "units": 1},
    "select 1",
    7,
    Period(date(2025, 1, 1), date(2025, 5, 31)),
    data_through={"Liberty": date(2025, 6, 8)},
    caveats=(Caveat("held", "2 rows wait in the inbox."),),
)


def test_csv_keeps_exact_numbers_and_letters() -> None:
    lines = csv_bytes(RESULT).decode("utf-8-sig").splitlines()
    assert lines == ["Product,Net revenue (EUR net),Units", "'=HYPERLINK(1),12.34,1", "Łódź,-100,"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_text_never_runs_as_a_formula(text: str) -> None:
    assert harmless(text).startswith("'")


def test_workbook_holds_figures_totals_and_what_must_be_known() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(RESULT, "By product")))
    rows = list(book["Figures"].iter_rows(values_only=True))
    assert rows[0][0] == "By product" and rows[2] == ("Product", "Net revenue (EUR net)", "Units")
    assert rows[3] == ("=HYPERLINK(1)", 12.34, 1) and rows[5] == ("Total", -87.66, 1)
    assert book["Figures"]["A4"].data_type == "s"
    about = dict(book["About"].iter_rows(values_only=True))
    assert about["Period"] == "Jan–May 2025" and about["Note"] == "2 rows wait in the inbox." and about["Data version"] == "7"


def test_headings_say_the_unit_once() -> None:
    assert column_title("sales_eur_net_change_pct") == "Net revenue, change %"
    assert column_title("units_before") == "Units, before"
