"""Restated months in charts and tables: which ones, in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl

from core.sales import marking
from core.sales.charts import chart_for, to_vega
from core.sales.query import Result, build_query, parse_period
from core.sales.restated import Restated

MONTHS = [(date(2025, month, 1), Decimal(month * 100)) for month in range(1, 9)]


def answer(by: str = "month") -> Result:
    frame = pl.DataFrame(MONTHS, schema=[by, "sales_eur_net"], orient="row")
    return Result(
        build_query("sales_eur_net", by, None, "2025"), frame, {}, "", 1, parse_period("2025"), resellers_expected=("Liberty", "Galilu")
    )


def told(reseller: str = "Liberty", period: str = "2025-05", net: str = "0") -> Restated:
    moment = datetime(2025, 6, 3, 10, tzinfo=UTC)
    return Restated(reseller, 1, parse_period(period), 7, "june.xlsx", moment, 149, 152, Decimal(100), Decimal(100) + Decimal(net))


def test_a_restated_month_is_marked_with_old_and_new_and_the_file() -> None:
    spec = marking.mark_restated(chart_for(answer()), answer(), [told()])
    (mark,) = spec.marks
    assert (mark.place, mark.series) == (4, "Liberty")
    assert mark.text == "Liberty restated on 3 Jun 2025: 149 → 152 units (“june.xlsx”)"
    assert spec.marked() == ((mark, Decimal(500)),)


def test_a_week_counts_in_the_month_it_ends_in_and_is_named() -> None:
    spec = marking.mark_restated(chart_for(answer()), answer(), [told(period="2025-05-26/2025-06-01", net="12")])
    (mark,) = spec.marks
    assert mark.place == 5
    assert mark.text.replace("\u202f", " ").startswith("Liberty 26 May–1 June 2025 restated on 3 Jun 2025: 149 → 152 units, € 100 → € 112")


def test_several_of_a_month_are_one_mark_with_a_line_each() -> None:
    spec = marking.mark_restated(chart_for(answer()), answer(), [told(), told("Galilu"), told(), told(), told()])
    (mark,) = spec.marks
    assert (mark.series, mark.text.count("\n"), mark.text.splitlines()[-1]) == ("", 3, "and 2 more")


def test_other_resellers_and_charts_without_time_stay_unmarked() -> None:
    assert marking.mark_restated(chart_for(answer()), answer(), [told("Selfridges")]).marks == ()
    result = answer("product")
    named = replace(result, frame=result.frame.with_columns(pl.col("product").cast(pl.String)))
    assert marking.mark_restated(chart_for(named), named, [told()]).marks == ()
    assert marking.mark_restated(None, answer(), [told()]) is None


def test_paper_shows_the_diamond_too() -> None:
    spec = marking.mark_restated(chart_for(answer()), answer(), [told()])
    *_, diamond = to_vega(spec)["layer"]
    assert (diamond["mark"]["shape"], diamond["data"]["values"]) == ("diamond", [{"category": "May 2025", "value": 500.0}])
    bars = to_vega(replace(spec, kind="bar"))
    assert [layer["mark"]["type"] for layer in bars["layer"]] == ["bar", "point"]


def test_a_cell_is_marked_where_its_own_figure_was_restated() -> None:
    found = [told(), told("Galilu", "2025-06")]
    may, june = date(2025, 5, 1), date(2025, 6, 1)
    assert [one.reseller for one in marking.restated_cell({"reseller": "Liberty", "month": may}, found)] == ["Liberty"]
    assert marking.restated_cell({"reseller": "Liberty", "month": june}, found) == ()
    assert [one.reseller for one in marking.restated_cell({"month": june}, found)] == ["Galilu"]
    assert marking.restated_cell({"quarter": date(2025, 4, 1), "month": may, "product": "Tundra"}, found) == (found[0],)
    assert marking.restated_cell({"reseller": "Liberty"}, found) == () and marking.restated_cell({"month": None}, found) == ()
