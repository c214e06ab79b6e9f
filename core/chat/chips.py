"""The reading in chips: each part of a question as understood, with follow-ups that change it. Pure."""

from __future__ import annotations

from core.chat.reading import Chip
from core.chat.slots import Slots
from core.chat.times import describe
from core.sales.dimensions import DIMENSIONS, TIME
from core.sales.measures import MEASURES

SOURCE_WORDS = {
    "online": "own web shop",
    "offline": "resellers",
    "reseller_web": "resellers’ web shops",
    "both": "all sources",
    "": "all sources",
}
_OPERATION_WORDS = {
    "share": "share of total", "trend": "trend", "why": "why it changed", "forecast": "forecast", "target": "target", "runrate": "run rate", "stepwise": "step by step", "average": "average",
    "pareto": "80 % analysis", "concentration": "concentration", "movers": "biggest changes", "streak": "month after month", "pace": "fast and slow", "anomalies": "what looks odd", "zero": "without sales",
    "rolling": "moving average", "cumulative": "running total", "volatility": "volatility", "launch": "launches", "best_period": "best period", "orders": "orders by value",
    "per_group": "best of each", "heatmap": "heat map", "pairs": "bought together", "multi": "orders with several products", "overview": "overview", "split": "before and after",
}  # fmt: skip

_OPTION_WORDS = {
    "without_bulk": "without bulk",
    "every_kind": "with samples and testers",
    "alike_stores": "like for like over stores",
    "alike_products": "like for like over products",
}


def chips_of(slots: Slots, operation: str) -> tuple[Chip, ...]:
    """Measure, source, filters, groups, period, comparison, in the order people say them."""
    found = [Chip("operation", _OPERATION_WORDS[operation])] if operation in _OPERATION_WORDS else []
    asks_figures = operation not in ("help", "anomalies", "upload", "held", "coverage", "catalogue", "stock", "pairs", "multi")
    found += (
        []
        if not asks_figures
        else [Chip("measure", MEASURES[name].label, _other_measures(name)) for name in slots.measures if name in MEASURES]
    )
    found.append(Chip("source", SOURCE_WORDS[slots.source], tuple((text, q) for text, q in _SOURCES if text != SOURCE_WORDS[slots.source])))
    found += [Chip("filter", f"without {c.label}" if c.exclude else c.label) for c in slots.chosen]
    found += [Chip("option", _OPTION_WORDS[name]) for name in slots.options]
    found += [Chip("group", f"by {DIMENSIONS[name].title.lower()}", _other_groups(name)) for name in slots.by if name in DIMENSIONS]
    found.append(Chip("period", _period(slots), _PERIODS))
    if slots.asked.compare is not None and slots.asked.compare.period is not None:
        found.append(Chip("comparison", f"against {slots.asked.compare.text or describe(slots.asked.compare.period)}", _COMPARISONS))
    return tuple(found)


def _period(slots: Slots) -> str:
    if slots.asked.split is not None:
        return f"before and after {slots.asked.split.text}"
    return slots.asked.period.text if slots.asked.period else "all data"


_SOURCES = (("own web shop", "only online"), ("resellers", "only offline"), ("all sources", "all channels"))
_PERIODS = (("this year", "this year"), ("last 12 months", "last 12 months"), ("last month", "last month"))
_COMPARISONS = (("the year before", "compared with the year before"), ("the period before", "compared with the period before"))


def _other_measures(name: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (label, text)
        for key, label, text in (("sales_eur_net", "Net revenue", "in revenue"), ("units", "Units", "in units"))
        if key != name
    )


def _other_groups(name: str) -> tuple[tuple[str, str], ...]:
    others = ("month", "quarter", "year") if name in TIME else ("product", "reseller", "category", "country")
    return tuple((f"by {other}", f"by {other}") for other in others if other != name)
