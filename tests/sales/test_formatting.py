from __future__ import annotations

from decimal import Decimal

import pytest

from core.sales.formatting import format_change, format_figure, format_money, format_number, format_points, format_ratio, round_half_up


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (format_money(Decimal("12345.4")), "€ 12 345"),
        (format_money(Decimal("61.395"), 2), "€ 61.40"),
        (format_money(-5), "−€ 5"),
        (format_money(Decimal("84"), 2, "GBP"), "£ 84.00"),
        (format_money(3, 0, "AED"), "AED 3"),
        (format_money(None), "n/a"),
        (format_number(1234), "1 234"),
        (format_number(-1234567), "−1 234 567"),
        (format_number(0), "0"),
        (format_ratio(Decimal("0.018")), "1.8 %"),
        (format_change(Decimal("0.042")), "+4.2 %"),
        (format_change(Decimal("-0.03")), "−3.0 %"),
        (format_change(Decimal("0.00001")), "±0 %"),
        (format_change(None), "n/a"),
        (format_points(Decimal("0.0123")), "+1.2 pp"),
    ],
)
def test_figures_read_as_people_write_them(found, text):
    assert plain(found) == text


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("sales_eur_net", Decimal("412380.2"), "€ 412 380"),
        ("aov", Decimal("61.4"), "€ 61.40"),
        ("orders", 1102, "1 102"),
        ("returns_rate", Decimal("0.018"), "1.8 %"),
        ("units_per_order", Decimal("1.5"), "1.50"),
        ("sales_eur_net_before", Decimal(10), "€ 10"),
        ("sales_eur_net_change", Decimal(10), "+€ 10"),
        ("sales_eur_net_change", Decimal(-10), "−€ 10"),
        ("units_change", 0, "0"),
        ("returns_rate_change", Decimal("-0.01"), "−1.0 pp"),
        ("sales_eur_net_change_pct", Decimal("0.061"), "+6.1 %"),
        ("orders", None, "n/a"),
    ],
)
def test_each_measure_has_its_own_style(column, value, text):
    assert plain(format_figure(column, value)) == text


def test_rounding_is_half_up_away_from_zero():
    assert [round_half_up(Decimal(x)) for x in ("0.125", "-0.125", "0.135")] == [Decimal("0.13"), Decimal("-0.13"), Decimal("0.14")]
