"""A change relative to what was before. Only a positive base gives a percentage: against 0 a figure is new, and against a negative one (returns
that outweigh sales, a loss) a ratio would turn its meaning round, so the change is said in its unit. Pure.

Formula: (now − before) ÷ before, where before > 0. What falls below 0 falls by more than 100 %: from € 100 to −€ 10 it is −110 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from core.sales.formatting import MISSING, format_change, format_difference, format_figure
from core.sales.measures import MEASURES

NEW, NONE = "new", "–"
OF_SALES = ("sales_eur_net", "sales_eur_gross", "units", "share", "units_share", "aov", "units_per_order")  # negative by returns alone
RETURNS = "returns outweigh sales"
NOTHING = "nothing before"


def relative_change(now: Any, before: Any) -> Decimal | None:
    """The ratio; None where one of the two is not known or the base is not positive."""
    if now is None or before is None or before <= 0:
        return None
    return (Decimal(now) - Decimal(before)) / Decimal(before)


def stands_for(now: Any, before: Any) -> str:
    """What stands where a percentage would: “new” against 0, a dash against a negative base, “n/a” where nothing is compared, '' for a
    positive base."""
    if now is None or before is None:
        return MISSING
    return "" if before > 0 else NEW if before == 0 and now > 0 else NONE


def why_none(measure: str, now: Any, before: Any) -> str:
    """Why there is no percentage: “the base is negative: returns outweigh sales”, “new”, “nothing before”; n/a where nothing is compared."""
    word = stands_for(now, before)
    if not word or word == MISSING or (word == NEW and _can_be_new(measure)):
        return word
    if before == 0:
        return NOTHING
    return f"the base is negative{f': {RETURNS}' if measure in OF_SALES else ''}"


def rate_words(measure: str, rate: Any, now: Any, before: Any) -> str:
    """`+4.2 %`, or why there is none: what stands in brackets behind a change in its unit."""
    return format_change(rate) if rate is not None else why_none(measure, now, before)


def change_words(measure: str, rate: Any, now: Any, before: Any, figure: Callable[[str, Any], str] = format_difference) -> str:
    """`+4.2 %`; without a percentage the change in its unit and why: `+€ 20 100 (the base is negative: returns outweigh sales)`. `figure`: how
    the change in its unit is written."""
    if rate is not None or now is None or before is None:
        return format_change(rate)
    return f"{figure(measure, now - before)} ({why_none(measure, now, before)})"


def total_rate(totals: Mapping[str, Any], measure: str) -> str:
    """`rate_words` of a Result's totals."""
    return rate_words(measure, *_stated(totals, measure))


def total_change(totals: Mapping[str, Any], measure: str) -> str:
    """`change_words` of a Result's totals, or of one of its rows."""
    return change_words(measure, *_stated(totals, measure))


def _stated(row: Mapping[str, Any], measure: str) -> tuple[Any, Any, Any]:
    rate, now, before = (row.get(f"{measure}{suffix}") for suffix in ("_change_pct", "_comparable", "_before"))
    return rate, now, before


def in_place(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By column of percentages (`units_change_pct`; `change_pct` beside `now` and `before`) what stands in each row where there is none:
    “new” or a dash; '' where one stands, or nothing is compared. Only columns that need it. `rows`: with all columns of the answer."""
    listed = list(rows)
    found = {name: tuple(_word(row, name.removesuffix("change_pct")) for row in listed) for name in columns if name.endswith("change_pct")}
    return {name: words for name, words in found.items() if any(words)}


def _word(row: Mapping[str, Any], stem: str) -> str:
    names = ("now", "before") if not stem else (f"{stem}comparable", f"{stem}before")
    names = names if all(name in row for name in names) else (f"{stem}now", f"{stem}before")  # a chat's table of two totals
    word = stands_for(*(row.get(name) for name in names))
    return NONE if word == NEW and not _can_be_new(stem.removesuffix("_")) else "" if word == MISSING else word


def _can_be_new(measure: str) -> bool:
    """A rate that was 0 is not new, it was 0."""
    return measure not in MEASURES or MEASURES[measure].additivity != "ratio"


def negative_bases(measures: Iterable[str], rows: Iterable[tuple[str, Mapping[str, Any]]], most: int = 3) -> str:
    """The sentence on what has no percentage as its base is negative, each with the change in its unit; '' where nothing is. `rows`: name and
    figures (a Result's columns) of each."""
    named = [name for name in measures if name in MEASURES and name not in ("share", "units_share")]
    found = [
        (" · ".join(part for part in (who, MEASURES[name].label.lower() if len(named) > 1 else "") if part), name, now, before)
        for who, row in rows
        for name in named
        for _, now, before in (_stated(row, name),)
        if now is not None and before is not None and before < 0
    ]
    if not found:
        return ""
    told = [
        f"{who} {format_figure(name, before)} → {format_figure(name, now)} ({format_difference(name, now - before)})".strip()
        for who, name, now, before in found[:most]
    ]
    more = f"; and {len(found) - most} more" if len(found) > most else ""
    because = f", as {RETURNS}" if all(name in OF_SALES for _, name, _, _ in found) else ""
    return f"No percentage where the earlier figure is negative{because}: {'; '.join(told)}{more}."
