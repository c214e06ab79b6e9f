from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import vl_convert

from core.sales.bridging import Bridge
from core.sales.chart_spec import Band, Series
from core.sales.charts import ChartSpec, bridge_chart, chart_for, movers_chart, name_moment, to_vega
from core.sales.palette import DARK, LIGHT
from core.sales.query import Result, build_query, parse_period

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"


def answer(by: str | list[str], rows: list[tuple[Any, ...]], measure: str = "sales_eur_net", compare: str | None = None) -> Result:
    query = build_query(measure, by, None, "2025", compare)
    names = [*query.by, measure, *([f"{measure}_before"] if compare else [])]
    before = parse_period("2024") if compare else None
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return Result(query, frame, {}, "", 1, parse_period("2025"), before, {"Galilu": date(2025, 5, 31)})


MONTHS = [(date(2025, m, 1), Decimal(m * 100), Decimal(m * 90)) for m in range(1, 9)]
PRODUCTS = [("A", Decimal(90)), ("B", Decimal(7)), ("others", Decimal(40)), ("not stated", Decimal(3))]
SPLIT = [(date(2025, m, 1), name, Decimal(m)) for m in (1, 2, 3) for name in ("Liberty", "Galilu")]
GRID = [(c, p, Decimal(5)) for c in ("offline", "online") for p in ("A", "B")]


def shape(result: Result, **options) -> str | None:
    spec = chart_for(result, **options)
    return spec.kind if spec else None


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (answer("month", [row[:2] for row in MONTHS]), "line"),
        (answer("month", [row[:2] for row in MONTHS[:4]]), "bar"),
        (answer("month", MONTHS[:4], compare="prior_year"), "line"),
        (answer("product", PRODUCTS), "horizontal_bar"),
        (answer("weekday", [("Monday", 1), ("Friday", 2)], "units"), "bar"),
        (answer("reseller", [("A", Decimal("0.7")), ("B", Decimal("0.3"))], "share"), "donut"),
        (answer(["month", "reseller"], SPLIT), "stacked_bar"),
        (answer(["month", "reseller"], SPLIT, "aov"), "line"),
        (answer(["channel", "product"], GRID), "heatmap"),
        (answer((), [(Decimal(1),)]), None),
        (answer("product", PRODUCTS[:1]), None),
    ],
)
def test_the_shape_suits_the_answer(result, kind):
    assert shape(result) == kind


def test_the_title_says_measure_and_period_and_the_axis_the_unit():
    spec = chart_for(answer("month", MONTHS, compare="prior_year"))
    assert spec.title == "Net revenue by month, 2025 against 2024"
    assert (spec.value_label, spec.category_label) == ("Net revenue (EUR net)", "Month")
    assert spec.subtitle == "Data through 31 May 2025"
    assert [(s.name, s.role) for s in spec.series] == [("2025", "main"), ("2024", "before")]


def test_remainders_come_last_and_the_running_month_is_marked():
    assert chart_for(answer("product", PRODUCTS)).categories == ("A", "B", "others", "not stated")
    assert chart_for(answer("month", [r[:2] for r in MONTHS]), date(2025, 8, 10)).partial == (7,)


def test_a_gap_stays_a_gap():
    spec = chart_for(answer(["month", "reseller"], [*SPLIT, (date(2025, 4, 1), "Galilu", Decimal(4))]))
    assert {s.name: s.values[3] for s in spec.series} == {"Galilu": 4, "Liberty": None}


def test_many_groups_over_time_become_a_heat_map():
    rows = [(date(2025, m, 1), f"P{n}", Decimal(n)) for m in (1, 2) for n in range(12)]
    spec = chart_for(answer(["month", "product"], rows))
    assert (spec.kind, spec.series[0].name, spec.texts[0]) == ("heatmap", "P11", "Jan 2025")


def test_time_categories_are_named_by_their_grain():
    day = date(2025, 4, 1)
    assert [name_moment(day, d) for d in ("day", "week", "month", "quarter", "year")] == [
        "1 Apr 2025",
        "w/c 1 Apr 2025",
        "Apr 2025",
        "Q2 2025",
        "2025",
    ]


BRIDGE = Bridge(Decimal(550), Decimal(50), Decimal(-30), Decimal(100), price=Decimal(40), now=Decimal(710))


def specs() -> list[ChartSpec]:
    results = [
        answer("month", MONTHS, compare="prior_year"),
        answer("month", [row[:2] for row in MONTHS[:4]]),
        answer("product", PRODUCTS),
        answer("product", [("A", Decimal(9), Decimal(8)), ("B", Decimal(-2), Decimal(3))], compare="prior_year"),
        answer("reseller", [("A", Decimal("0.7")), ("others", Decimal("0.3"))], "share"),
        answer(["month", "reseller"], SPLIT),
        answer(["channel", "product"], GRID),
    ]
    found = [chart_for(result) for result in results]
    return [*(spec for spec in found if spec), bridge_chart(BRIDGE, results[0])]


def test_the_bridge_leaves_out_steps_without_effect():
    assert bridge_chart(BRIDGE, answer("month", MONTHS, compare="prior_year")).categories == (
        "2024",
        "New",
        "Lost",
        "Volume",
        "Price",
        "2025",
    )


@pytest.mark.parametrize("dark", [False, True])
def test_every_kind_of_chart_can_be_drawn(dark):
    drawn = {}
    for spec in specs():
        drawn[spec.kind] = vl_convert.vegalite_to_svg(to_vega(spec, dark=dark), vl_version="5.20")
    assert len(drawn) == 7
    for kind, svg in drawn.items():
        assert "<svg" in svg and "NaN" not in svg and "undefined" not in svg, kind


def test_paper_draws_a_band_behind_its_line():
    values = (Decimal(1), Decimal(2))
    band = Band("80 % interval", (None, Decimal(1)), (None, Decimal(4)))
    spec = ChartSpec("line", "Ahead", ("a", "b"), (Series("Forecast", values, "ahead"),), "", "Units", "units", bands=(band,))
    drawn = to_vega(spec)["layer"]
    assert drawn[0]["data"]["values"] == [{"category": "b", "band": "80 % interval", "low": 1.0, "high": 4.0}]
    assert drawn[1]["encoding"]["strokeDash"]["scale"]["range"] == [[3, 3]]
    assert "<svg" in vl_convert.vegalite_to_svg(to_vega(spec), vl_version="5.20")


def test_the_drawing_shows_title_unit_and_exact_values():
    svg = vl_convert.vegalite_to_svg(to_vega(chart_for(answer("product", PRODUCTS))), vl_version="5.20").replace("\u202f", " ")
    assert "Net revenue by product, 2025" in svg and "€ 90" in svg and "Net revenue (EUR net)" in svg


def test_the_screen_uses_the_same_colours():
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
    assert tuple(theme["light"]["chartCategoricalColors"]) == LIGHT.series
    assert tuple(theme["dark"]["chartCategoricalColors"]) == DARK.series


def test_movers_are_bars_with_signs_the_largest_rise_first_and_the_largest_fall_last() -> None:
    moved = pl.DataFrame({"product": ["A", "B", "C"], "change": [Decimal(5), Decimal(-9), Decimal(7)]})
    spec = movers_chart(moved, answer("product", PRODUCTS, compare=None), most=1)
    assert spec is not None and spec.texts == ("C", "B") and spec.value_texts == (("+€\u202f7", "−€\u202f9"),)
    assert movers_chart(moved.filter(pl.col("change") == 0), answer("product", PRODUCTS)) is None
    svg = vl_convert.vegalite_to_svg(to_vega(spec))
    assert LIGHT.up in svg and LIGHT.down in svg
