"""A bridge in plain English: how much revenue changed, then what changed it, largest effect first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.sales.bridging import LABELS, Bridge
from core.sales.formatting import format_money, round_half_up
from core.sales.relative import rate_words, relative_change

# What it means when an effect adds to revenue, and when it takes from it.
WORDS = {
    "new": ("What was sold only now", "What was sold only now"),
    "lost": ("What was sold only before", "What was sold only before"),
    "volume": ("More units at the average price of before", "Fewer units at the average price of before"),
    "mix": ("A move to dearer products and places", "A move to cheaper products and places"),
    "price": ("Higher prices of the same products", "Lower prices of the same products"),
    "currency": ("Stronger foreign currencies", "Weaker foreign currencies"),
    "vat": ("Lower VAT rates", "Higher VAT rates"),
    "returns": ("Fewer or cheaper returns", "More or dearer returns"),
    "free_goods": ("Money on samples and testers", "Money on samples and testers"),
    "without_units": ("Money stated without units", "Money stated without units"),
}
# The same beside one item, where little room is.
SHORT = {
    "new": ("sold only now", "sold only now"),
    "lost": ("sold only before", "sold only before"),
    "volume": ("more units", "fewer units"),
    "mix": ("dearer products or places", "cheaper products or places"),
    "price": ("higher prices", "lower prices"),
    "currency": ("stronger currency", "weaker currency"),
    "vat": ("lower VAT rates", "higher VAT rates"),
    "returns": ("fewer or cheaper returns", "more or dearer returns"),
    "free_goods": ("money on samples and testers", "money on samples and testers"),
    "without_units": ("money without units", "money without units"),
}


def bridge_sentences(bridge: Bridge) -> tuple[str, ...]:
    """“Net revenue rose by € 1 200 (+4.2 %), from € 28 500 to € 29 700.”, then one sentence an effect, largest first."""
    effects = sorted(((name, getattr(bridge, name)) for name in LABELS), key=lambda pair: -abs(pair[1]))
    return (headline(bridge), *(effect_sentence(name, value) for name, value in effects if value))


def headline(bridge: Bridge) -> str:
    levels = f"from {format_money(bridge.before)} to {format_money(bridge.now)}"
    if not bridge.change:
        return f"Net revenue stayed at {format_money(bridge.now)}."
    rate = f" ({rate_words('sales_eur_net', relative_change(bridge.now, bridge.before), bridge.now, bridge.before)})"
    return f"Net revenue {'rose' if bridge.change > 0 else 'fell'} by {format_money(abs(bridge.change))}{rate}, {levels}."


def effect_sentence(name: str, value: Decimal) -> str:
    """“Lower prices of the same products took € 310.”; below one euro with cents."""
    up, down = WORDS[name]
    amount = format_money(abs(value), 0 if abs(value) >= 1 else 2)
    return f"{up} added {amount}." if value > 0 else f"{down} took {amount}."


def short_reasons(effects: Mapping[str, Any], most: int = 2) -> str:
    """“fewer units −€ 310, lower prices −€ 40”: the largest effects of one item. `effects`: EUR by the names of LABELS."""
    found = sorted(((name, Decimal(effects[name])) for name in LABELS), key=lambda pair: -abs(pair[1]))
    said = [(name, value) for name, value in found if round_half_up(value)][:most]
    return ", ".join(f"{SHORT[name][value < 0]} {_signed(value)}" for name, value in said)


def _signed(value: Decimal) -> str:
    text = format_money(value, 0 if abs(value) >= 1 else 2)
    return f"+{text}" if value > 0 else text
