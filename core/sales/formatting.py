"""Figures as text, the same on pages, in chat answers and in reports: `€ 12 345`, `1 234`, `+4.2 %`, `€ 61.40`, `n/a`.

Thousands are separated by a narrow no-break space, so that a number never breaks over two lines. Rounding is half up, once, here.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.sales.measures import MEASURES, Unit

GAP = "\u202f"
MISSING = "n/a"
MINUS = "−"
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "PLN": "zł", "ZAR": "R", "UAH": "₴", "SEK": "kr", "CHF": "Fr"}


def format_number(value: Any, decimals: int = 0) -> str:
    """`1 234`, `−56.70`; None is `n/a`."""
    if value is None:
        return MISSING
    rounded = round_half_up(Decimal(str(value)), decimals)
    sign = MINUS if rounded < 0 else ""
    return sign + f"{abs(rounded):,.{decimals}f}".replace(",", GAP)


def format_money(value: Any, decimals: int = 0, currency: str = "EUR") -> str:
    """`€ 12 345`, `£ 61.40`, `−€ 5`; a currency without a sign keeps its code."""
    text = format_number(value, decimals)
    if value is None:
        return text
    sign = MINUS if text.startswith(MINUS) else ""
    return f"{sign}{SYMBOLS.get(currency, currency)}{GAP}{text.removeprefix(MINUS)}"


def format_ratio(value: Any, decimals: int = 1) -> str:
    """`4.2 %` from 0.042."""
    return MISSING if value is None else f"{format_number(Decimal(str(value)) * 100, decimals)}{GAP}%"


def format_change(ratio: Any, decimals: int = 1) -> str:
    """`+4.2 %`, `−3.0 %`, `±0 %`; None (no base, or not covered) is `n/a`."""
    if ratio is None:
        return MISSING
    rounded = round_half_up(Decimal(str(ratio)) * 100, decimals)
    if rounded == 0:
        return f"±0{GAP}%"
    return f"{'+' if rounded > 0 else ''}{format_number(rounded, decimals)}{GAP}%"


def format_points(difference: Any, decimals: int = 1) -> str:
    """`+1.2 pp`: the difference of two ratios."""
    if difference is None:
        return MISSING
    return format_change(difference, decimals).replace("%", "pp")


def format_value(value: Any, unit: Unit) -> str:
    """A figure in the style of its unit: whole euros for revenue, cents for averages, one decimal for ratios."""
    if unit in ("EUR net", "EUR gross"):
        return format_money(value)
    if unit in ("EUR per order", "EUR per unit"):
        return format_money(value, 2)
    if unit == "ratio":
        return format_ratio(value)
    return format_number(value, 2 if unit == "units per order" else 0)


def format_figure(measure: str, value: Any) -> str:
    """A value of a measure, or of `<measure>_before`, `_comparable`, `_change`, `_change_pct`."""
    for suffix in ("_change_pct", "_change", "_before", "_comparable"):
        if measure not in MEASURES and measure.endswith(suffix):
            name = measure.removesuffix(suffix)
            if suffix == "_change_pct":
                return format_change(value)
            return format_difference(name, value) if suffix == "_change" else format_figure(name, value)
    return format_value(value, MEASURES[measure].unit)


def format_difference(measure: str, value: Any) -> str:
    """`+€ 1 200`, `−12`, `+1.2 pp`: the difference of two values of a measure."""
    unit = MEASURES[measure].unit
    if unit == "ratio":
        return format_points(value)
    text = format_value(value, unit)
    return f"+{text}" if value is not None and value > 0 and text != format_value(0, unit) else text


def round_half_up(value: Decimal, decimals: int = 2) -> Decimal:
    """Rounded once, half away from zero: 0.125 → 0.13, −0.125 → −0.13."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
