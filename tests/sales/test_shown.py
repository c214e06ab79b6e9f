from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl

from core.sales.fiscal import FiscalCalendar
from core.sales.query import Caveat, Filter, Period, Result, SalesQuery
from core.sales.shown import about, filters_in_words, of_result, unit_of

EUR = pl.Decimal(38, 9)
COLUMNS = ("sales_eur_net", "sales_eur_net_comparable", "sales_eur_net_before", "sales_eur_net_change", "sales_eur_net_change_pct")
RESULT = Result(
    SalesQuery(("sales_eur_net",), ("fiscal_month",), period=Period(date(2025, 7, 1), date(2025, 7, 31)), compare="prior_year"),
    pl.DataFrame([[date(2025, 7, 1), *[Decimal(n) for n in range(5)]]], schema=["fiscal_month", *COLUMNS], orient="row").with_columns(
        pl.col(COLUMNS).cast(EUR)
    ),
    {name: Decimal(n) for n, name in enumerate(COLUMNS)},
    "select 1",
    412,
    Period(date(2025, 7, 1), date(2025, 7, 31)),
    Period(date(2024, 7, 1), date(2024, 7, 31)),
    data_through={"Liberty": date(2025, 7, 27)},
    resellers_covered=("Liberty",),
    resellers_expected=("Galilu", "Liberty"),
    caveats=(Caveat("comparison", "Compared over 1 of 2 resellers."), Caveat("missing", "Not loaded yet: Galilu.")),
)


def test_the_table_is_the_one_on_the_page() -> None:
    seen = of_result(RESULT, "Net revenue")
    assert seen.frame.columns == ["fiscal_month", "sales_eur_net", *COLUMNS[2:]]
    assert seen.totals == {"sales_eur_net": 0, "sales_eur_net_before": 2, "sales_eur_net_change": 3, "sales_eur_net_change_pct": 4}
    assert of_result(RESULT, "x", COLUMNS[:2]).frame.columns == list(COLUMNS[:2])


def test_a_fiscal_month_carries_its_name_where_the_calendar_is_known() -> None:
    seen = of_result(RESULT, "x", calendar=FiscalCalendar(7))
    assert seen.frame["fiscal_month"].to_list() == ["FY2026 P01"] and "fiscal_month" not in seen.units


def test_a_single_figure_has_no_line_of_totals() -> None:
    assert not of_result(replace(RESULT, query=SalesQuery()), "x").totals


def test_it_says_comparison_coverage_definition_and_version() -> None:
    said = dict(about(RESULT))
    assert said["Compared with"].startswith("July 2024") and said["Comparison"] == "Compared over 1 of 2 resellers."
    assert said["Coverage"] == "1 of 2 resellers complete, not Galilu" and said["Data through"] == "Liberty 2025-07-27"
    assert said["Data version"] == "412" and "Formula: Σ sales_eur_net" in said["Net revenue (EUR net)"]
    assert [text for label, text in about(RESULT) if label == "Note"] == ["Not loaded yet: Galilu."]


def test_what_was_cut_left_out_and_kept_alike_is_said() -> None:
    cut = replace(RESULT, query=replace(RESULT.query, limit=10, others=True, without_bulk=True, like_for_like="stores"), rows_in_all=312)
    said = dict(about(cut))
    assert said["Rows"] == "the first 10 of 312, the rest as one row “others”"
    assert said["Lines"] == "sales, returns and adjustments, bulk lines left out, kept to the stores that both periods cover"


def test_filters_read_as_words() -> None:
    assert filters_in_words(()) == "All resellers and channels"
    filters = (Filter("channel", ("offline",)), Filter("reseller", ("Galilu", ""), exclude=True))
    assert filters_in_words(filters) == "Channel: offline · Reseller: all but Galilu and not stated"


def test_units_follow_the_column() -> None:
    names = ("sales_eur_net_before", "units_change_pct", "returns_rate_change", "returns_rate_before", "month", "product")
    assert [unit_of(name) for name in names] == ["EUR net", "change", "points", "ratio", "month", ""]
