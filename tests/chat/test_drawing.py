"""Charts of answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from core.chat.answers import Answer

Ask = Callable[..., Answer]


def test_a_pie_is_a_ring_whose_parts_add_up(ask: Ask) -> None:
    answer = ask("pie chart of sales by product in 2024")
    assert answer.chart is not None and answer.chart.kind == "donut"
    assert answer.chart.categories[-1] == "others" and len(answer.chart.categories) == 7
    assert sum((Decimal(v) for v in answer.chart.series[0].values if v is not None), Decimal(0)) == answer.frame["sales_eur_net"].sum()


def test_the_kind_that_was_asked_for_is_drawn(ask: Ask) -> None:
    assert ask("bar chart of sales by month in 2024").chart.kind == "bar"  # type: ignore[union-attr]
    assert ask("line chart of sales by quarter in 2024").chart.kind == "line"  # type: ignore[union-attr]
    assert ask("heat map product by month 2024").chart.kind == "heatmap"  # type: ignore[union-attr]


def test_a_table_has_no_chart_and_neither_has_one_number(ask: Ask) -> None:
    assert ask("sales by month in 2024 as a table").chart is None
    assert ask("sales in 2024").chart is None
