"""The small charts of the analyses as data, and on paper."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.sales.anomaly_charts import chart_of
from core.sales.anomaly_shapes import Anomaly, Point, month_period
from core.sales.calendar_charts import weekday_chart
from core.sales.query import Period
from core.sales.trading_days import PLAIN, DayWeights
from core.sales.vega import to_vega

FIRST = 2024 * 12
POINTS = tuple(
    Point(month_period(FIRST + n).start, Decimal(100 + n), *((Decimal(80), Decimal(130)) if n > 3 else (None, None))) for n in range(8)
)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
ODD = Anomaly("k", "level", "business", "Galilu", JULY, "Galilu, July 2024: odd", "Why.", Decimal(7), points=POINTS)


def test_the_month_is_marked_on_the_range_that_was_expected() -> None:
    spec = chart_of(ODD)
    assert spec is not None and [(mark.place, mark.text) for mark in spec.marks] == [(6, "Galilu, July 2024: odd")]
    assert spec.series[0].values[6] == 106 and spec.bands[0].low[:5] == (None, None, None, None, 80)


def test_months_before_the_first_sale_are_not_drawn_and_a_missing_one_is_a_gap() -> None:
    gap = (Point(month_period(FIRST - 1).start, None), *POINTS[:3], replace(POINTS[3], value=None), *POINTS[4:])
    spec = chart_of(replace(ODD, points=gap))
    assert spec is not None and spec.categories[0] == date(2024, 1, 1) and spec.series[0].values[3] is None


def test_too_few_months_show_nothing() -> None:
    assert chart_of(replace(ODD, points=POINTS[:5])) is None and chart_of(replace(ODD, points=())) is None


def test_the_range_is_drawn_on_paper_too() -> None:
    spec = chart_of(ODD)
    assert spec is not None and "area" in str(to_vega(spec)["layer"][0]["mark"])


def test_weekdays_are_drawn_where_they_were_learned() -> None:
    learned = DayWeights((Decimal("0.7"),) * 5 + (Decimal(2), Decimal("1.5")), Decimal(0), weeks=30)
    spec = weekday_chart({"Shop": learned, "Monthly": PLAIN})
    assert spec is not None and [series.name for series in spec.series] == ["Shop"] and sum(spec.series[0].values, Decimal(0)) == 1  # type: ignore[arg-type]
    assert weekday_chart({"Monthly": PLAIN}) is None
