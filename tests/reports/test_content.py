from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.reports.content import build
from core.reports.definition import Block, ReportDefinition, monthly_report, view_report
from core.reports.parts import Chart, KeyFigures, Table
from core.sales import running
from core.sales.query import Filter, SalesQuery, parse_period
from core.sales.shown import of_result

TODAY = date(2025, 6, 10)


def content(database, *blocks, scope=None, **options):
    return build(database, ReportDefinition("Report", blocks=blocks, **options), scope, TODAY, brand="NORDLYS Parfum")


def test_key_figures_are_the_totals_of_the_period(filled, database):
    report = content(database, Block("kpis", measures=("sales_eur_net", "units")))
    part = report.parts[0]
    assert isinstance(part, KeyFigures)
    assert (part.period, part.compared_with) == ("May 2025", "May 2024")
    assert [f.measure for f in part.figures] == ["sales_eur_net", "units"]
    assert part.figures[0].text in report.headline


def test_a_table_has_its_rows_and_a_total_that_they_add_up_to(filled, database):
    table = content(database, Block("table", measures=("sales_eur_net", "units", "share"), by=("reseller",))).parts[0]
    assert isinstance(table, Table)
    assert [c.label for c in table.columns] == ["Reseller", "Net revenue", "May 2024", "Change", "Units", "Change", "Share of net revenue"]
    assert table.frame["sales_eur_net"].sum() == table.totals["sales_eur_net"]
    assert table.totals["share"] == 1


def test_a_short_table_still_adds_up(filled, database):
    table = content(database, Block("table", by=("product",), limit=1)).parts[0]
    assert table.frame["product"].to_list()[1:] == ["others"]
    assert table.frame["sales_eur_net"].sum() == table.totals["sales_eur_net"]


def test_the_bridge_closes_to_the_cent(filled, database):
    chart = content(database, Block("bridge")).parts[0]
    assert isinstance(chart, Chart)
    amounts = chart.table.frame["amount"].to_list()
    assert sum(amounts[:-1], Decimal(0)) == amounts[-1]


def test_coverage_names_who_is_missing(filled, database):
    report = content(database, Block("coverage"))
    assert report.parts[0].frame.rows() == [
        ("Galilu", date(2025, 4, 30), "missing"),
        ("Online", date(2025, 5, 31), "complete"),
        ("Skins SA", date(2025, 5, 31), "complete"),
    ]
    assert report.coverage.startswith("Data through 31 May 2025 · 2 of 3 resellers complete")


def test_what_a_reader_must_know_is_said_once(filled, database):
    caveats = build(database, monthly_report(), None, TODAY).caveats
    assert sum("Galilu (May 2025)" in text for text in caveats) == 1
    assert any("Skins SA holds 1 row" in text for text in caveats)


def test_a_report_shows_its_owners_resellers_only(filled, database):
    whole = content(database, Block("table", by=("reseller",)), Block("coverage"))
    own = content(database, Block("table", by=("reseller",)), Block("coverage"), scope=(filled.resellers["skins_sa"],))
    assert whole.parts[0].frame.height == 2
    assert own.parts[0].frame["reseller"].to_list() == ["Skins SA"]
    assert own.parts[1].frame["reseller"].to_list() == ["Skins SA"]


def test_filters_are_written_on_the_report(filled, database):
    report = content(database, Block("kpis"), where=(Filter("channel", ("online",)), Filter("reseller", ("Galilu",), exclude=True)))
    assert report.filters == "Channel: online · Reseller: all but Galilu"
    assert report.figures[0].value == 368


def test_an_empty_market_gives_a_report_without_figures(database):
    report = build(database, monthly_report(), None, TODAY)
    assert report.headline == ""
    assert report.coverage.startswith("No data yet")


VIEW = SalesQuery(
    ("sales_eur_net", "returns_rate"),
    ("reseller", "month"),
    period=parse_period("2025-01/2025-03"),
    compare="prior_year",
    limit=3,
    others=True,
)


def test_a_view_sent_as_a_report_is_the_table_of_the_page(filled, database):
    result = running.run(database, VIEW, None, TODAY)
    table = build(database, view_report("View", VIEW, "2025-01/2025-03"), None, TODAY).parts[0]
    seen = of_result(result, "View")
    assert table.frame.equals(seen.frame) and {k: v for k, v in table.totals.items() if v is not None} == {
        k: v for k, v in seen.totals.items() if v is not None
    }
    assert [(c.label, c.kind) for c in table.columns[2:6]] == [
        ("Net revenue", "figure"), ("Net revenue, Q1 2024", "figure"), ("Net revenue, change", "difference"), ("Net revenue, change %", "change"),
    ]  # fmt: skip
    assert table.columns[8].kind == "points" and table.note == "The first 3 of 9, the rest as one row “others”."


def test_a_pivot_sent_as_a_report_has_its_columns_and_totals(filled, database):
    query = SalesQuery(("orders",), ("product",), period=parse_period("2025-01/2025-02"))
    table = build(database, view_report("Pivot", query, "2025-01/2025-02", columns=("month",)), None, TODAY).parts[0]
    assert [c.label for c in table.columns] == ["Product", "Jan 2025", "Feb 2025", "Total"]
    assert table.totals["Total"] == 8 and sum(v or 0 for v in table.frame["Total"]) > 8, "orders with two products count once"


def test_a_fiscal_period_is_the_brand_s_own(filled, database):
    report = content(replace(database, fiscal_year_start=7), Block("kpis"), period="FY2025-P03")
    assert report.period == parse_period("2024-09")
