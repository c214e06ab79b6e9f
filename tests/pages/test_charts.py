from datetime import date
from decimal import Decimal
from unittest.mock import patch

import pytest

from core.sales.chart_spec import Band, ChartSpec, Kind, Mark, Series
from core.sales.palette import DARK, LIGHT
from pages.components import charts
from pages.components.charts import to_plotly

MONTHS = (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1))
NOW = Series("2025", (Decimal(10), None, Decimal(-3)))
BEFORE = Series("2024", (Decimal(8), Decimal(2), Decimal(1)), "before")


def spec(kind: Kind, *series: Series, **more: object) -> ChartSpec:
    texts = ("Jan 2025", "Feb 2025", "Mar 2025")
    return ChartSpec(
        kind, "Net revenue by month", MONTHS, series, "Month", "Net revenue (EUR net)", "EUR net", category_texts=texts, **more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["line", "bar", "stacked_bar", "horizontal_bar", "heatmap"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_kind_draws_its_values(kind: Kind, dark: bool) -> None:
    figure = to_plotly(spec(kind, NOW, BEFORE), dark=dark)
    drawn = [list(trace.x if kind == "horizontal_bar" else trace.z[0] if kind == "heatmap" else trace.y) for trace in figure.data]
    assert [10.0, None, -3.0] in drawn
    assert figure.layout.font.color == (DARK if dark else LIGHT).text


@pytest.mark.parametrize("kind", ["donut", "waterfall"])
def test_single_series_kinds_keep_values_and_texts(kind: Kind) -> None:
    series = Series("Share", (Decimal(5), Decimal(3), Decimal(2)))
    trace, *_ = to_plotly(spec(kind, series, totals=(0,))).data
    assert list(trace.values if kind == "donut" else trace.x) == ([10.0, 2.0, 3.0, 5.0] if kind == "donut" else [5.0, 3.0, 2.0])
    assert "€\u202f5" in trace.text


def test_the_compared_period_is_quiet_and_under_this_one() -> None:
    before, now = to_plotly(spec("line", NOW, BEFORE)).data
    assert (before.name, before.line.dash, now.line.dash) == ("2024", "dot", "solid")
    assert now.line.width > before.line.width and not to_plotly(spec("line", NOW, BEFORE)).layout.showlegend


def test_an_estimate_is_dashed_and_hollow_and_its_range_lies_behind_it() -> None:
    ahead = Series("Forecast", (None, None, Decimal(7)), "ahead")
    band = Band("80 % interval", (None, None, Decimal(5)), (None, None, Decimal("9000.4")))
    drawn = to_plotly(spec("line", NOW, ahead, bands=(band,)))
    low, high, estimate, _ = drawn.data
    assert list(drawn.layout.xaxis.categoryarray) == ["Jan 2025", "Feb 2025", "Mar 2025"]
    assert (list(low.x), list(low.y), list(high.y), high.fill) == (["Mar 2025"], [5.0], [9000.4], "tonexty")
    assert high.customdata[0] == "€\u202f5 to €\u202f9\u202f000" and high.name == "80 % interval"
    assert set(drawn.data[-1].text) == {"2025", ""} and set(
        to_plotly(spec("line", Series("Sold", (1, 2, None)), ahead, bands=(band,))).data[-1].text
    ) == {""}
    assert (estimate.line.dash, estimate.line.color, set(estimate.marker.symbol)) == ("dash", LIGHT.series[0], {"circle-open"})


def test_a_running_month_is_hatched_or_hollow() -> None:
    (bar,) = to_plotly(spec("bar", NOW, partial=(2,))).data
    pattern = bar.marker.pattern
    assert list(pattern.shape) == ["", "", "/"] and pattern.fillmode == "overlay"  # else the bar is as pale as the page
    (line,) = to_plotly(spec("line", NOW, partial=(2,))).data
    assert list(line.marker.symbol)[2] == "circle-open"


@pytest.mark.parametrize(("kind", "height"), [("line", 10.0), ("bar", 10.0), ("stacked_bar", 14.0)])
def test_a_restated_month_carries_a_hollow_diamond_that_says_by_which_file(kind: Kind, height: float) -> None:
    more = Series("more", (Decimal(4), None, None))
    marked = spec(kind, NOW, more, BEFORE, marks=(Mark(0, "Liberty restated on 3 Jun 2025: 149 → 152 units (“a<b.xlsx”)"),))
    diamond = to_plotly(marked).data[-1]
    assert (list(diamond.x), list(diamond.y), diamond.marker.symbol) == (["Jan 2025"], [height], "diamond")
    assert diamond.marker.color == LIGHT.background and "149 → 152 units (“a&lt;b.xlsx”)" in diamond.customdata[0]


def test_a_restated_month_without_a_value_has_no_mark() -> None:
    assert [trace.name for trace in to_plotly(spec("line", NOW, marks=(Mark(1, "restated"),))).data] == ["2025"]


def test_the_hover_says_the_exact_figure() -> None:
    (bar,) = to_plotly(spec("bar", Series("2025", (Decimal("12345.6"), None, Decimal(1))))).data
    assert bar.customdata[0] == "€\u202f12\u202f346" and bar.customdata[1] == "n/a"


def test_the_theme_has_the_palette_of_charts() -> None:
    import tomllib
    from pathlib import Path

    theme = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())["theme"]
    assert tuple(theme["light"]["chartCategoricalColors"]) == LIGHT.series and tuple(theme["dark"]["chartCategoricalColors"]) == DARK.series
    assert theme["light"]["blueColor"] == LIGHT.up and theme["dark"]["orangeColor"] == DARK.down


@pytest.mark.parametrize("dark", [False, True])
def test_a_pareto_chart_has_bars_their_running_share_and_the_cuts(dark: bool) -> None:
    shares = Series("Running share", (Decimal("0.6"), Decimal("0.9"), Decimal(1)), "before", "ratio")
    values = Series("Net revenue", (Decimal(6), Decimal(3), Decimal(1)))
    drawn = to_plotly(spec("pareto", values, shares, groups=("A", "B", "C"), levels=(Decimal("0.8"), Decimal("0.95"))), dark=dark)
    bars, line, labels = drawn.data
    assert list(bars.x) == [6.0, 3.0, 1.0] and labels.text[0] == "€\u202f6  A" and len(set(bars.marker.color)) == 3
    assert list(line.x) == [0.6, 0.9, 1.0] and line.customdata[0] == "60.0\u202f%"
    assert [shape.x0 for shape in drawn.layout.shapes] == [0.8, 0.95]


def test_names_of_lines_that_end_close_together_stand_above_and_below() -> None:
    close = Series("2024", (Decimal(8), Decimal(2), Decimal("9.9")), "before")
    now = Series("2025", (Decimal(10), Decimal(1), Decimal(10)))
    sides = {trace.name: trace.textposition for trace in to_plotly(spec("line", now, close)).data}
    assert sides == {"2025": "top right", "2024": "bottom right"}
    equal = {trace.name: trace.textposition for trace in to_plotly(spec("line", now, Series("2023", now.values, "before"))).data}
    assert sorted(equal.values()) == ["bottom right", "top right"]
    apart = to_plotly(spec("line", NOW, BEFORE)).data
    assert {trace.textposition for trace in apart} == {"middle right"}


def test_long_names_beside_a_waterfall_keep_their_end() -> None:
    names = ("Before", "NL47100 · Station 47 Eau de Parfum 100 ml", "NL4730 · Station 47 Eau de Parfum 30 ml", "Now")
    values = Series("Net revenue", tuple(map(Decimal, (1, 2, 3, 6))))
    drawn = to_plotly(ChartSpec("waterfall", "By product", names, (values,), "", "Net revenue", "EUR net", totals=(0, 3)))
    assert drawn.layout.yaxis.ticktext == ("Before", "Station 47 Eau de… 100 ml", "Station 47 Eau de P… 30 ml", "Now")
    assert drawn.data[0].y == names


def test_a_small_chart_names_few_months_and_the_last_of_them() -> None:
    days = tuple(date(2024 + n // 12, n % 12 + 1, 1) for n in range(18))
    texts = tuple(f"{day:%b %Y}" for day in days)
    small = ChartSpec("line", "x", days, (Series("", tuple(map(Decimal, range(18)))),), "Month", "y", "EUR net", category_texts=texts)
    ticks = to_plotly(small, height=150).layout.xaxis
    assert list(ticks.tickvals) == ["Mar 2024", "Jun 2024", "Sep 2024", "Dec 2024", "Mar 2025", "Jun 2025"]
    assert list(ticks.ticktext)[:2] == ["Mar<br>2024", "Jun"] and len(to_plotly(small).layout.xaxis.tickvals) == 18


def test_an_axis_that_is_no_time_says_what_it_counts() -> None:
    around = ChartSpec("line", "x", ("−1", "0"), (Series("2026", (Decimal(1), Decimal(2))),), "Days from the event", "y", "EUR net")
    assert to_plotly(around).layout.xaxis.title.text == "Days from the event"
    assert (
        to_plotly(spec("line", NOW)).layout.xaxis.title.text is None and to_plotly(spec("line", NOW)).layout.yaxis.title.text == "EUR net"
    )


def test_a_clicked_step_of_a_waterfall_is_its_item() -> None:
    steps = spec("waterfall", Series("Net revenue", (Decimal(5), Decimal(3), Decimal(8))), totals=(0, 2))
    with patch.object(charts, "_event", return_value=[{"x": 3.0, "y": "Feb 2025"}]):
        assert charts.draw(steps, key="steps", select=True) == "Feb 2025"


def test_labels_have_twice_the_room_on_a_telephone() -> None:
    steps = spec("waterfall", Series("Net revenue", (Decimal(100), Decimal(100), Decimal(200))), totals=(0, 2))
    assert [to_plotly(steps, narrow=narrow).layout.xaxis.range for narrow in (False, True)] == [(0.0, 240.0), (0.0, 280.0)]


def test_each_cell_of_a_heat_map_that_states_a_figure_can_be_clicked() -> None:
    cells, middles = to_plotly(spec("heatmap", NOW), select=True).data
    stated = [text for text, value in zip(spec("heatmap", NOW).texts, NOW.values, strict=True) if value is not None]
    assert list(middles.x) == stated and set(middles.y) == {NOW.name} and middles.marker.opacity == 0
    assert cells.hoverinfo == "skip" and cells.text[0][1] == "" and len(to_plotly(spec("heatmap", NOW)).data) == 1


def test_a_remainder_does_not_make_the_cells_of_a_heat_map_pale() -> None:
    (cells,) = to_plotly(spec("heatmap", NOW, Series("others", (Decimal(900), Decimal(900), Decimal(900)), "rest"))).data
    assert (cells.zmin, cells.zmax) == (-3.0, 10.0)


def test_each_part_of_a_donut_can_be_clicked_and_its_legend_states_the_figures() -> None:
    drawn = to_plotly(spec("donut", Series("Net revenue", (Decimal(96), Decimal(3), Decimal(1)))))
    ring, *legend = drawn.data
    assert list(ring.ids) == ["whole", "part 2", "part 1", "part 0"] and set(ring.parents[1:]) == {
        "whole"
    }  # without both, no click is told
    assert list(ring.texttemplate) == ["", "", "", "96\u202f%"] and [one.name for one in legend] == [
        "Jan 2025  €\u202f96", "Feb 2025  €\u202f3", "Mar 2025  €\u202f1",
    ] and drawn.layout.showlegend  # fmt: skip
