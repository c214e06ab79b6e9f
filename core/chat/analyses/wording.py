"""The sentences of answers: what, of whom, when, how much, how complete. Figures in the style of `sales.formatting`, euros to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.chat.analyses.material import Material
from core.chat.countries import country_name
from core.chat.slots import Chosen
from core.chat.times import MONTH_NAMES, day_words, describe
from core.sales.dimensions import DIMENSIONS
from core.sales.formatting import format_change, format_difference, format_figure, format_money, format_ratio
from core.sales.measures import MEASURES
from core.sales.naming import name_list
from core.sales.query import Period, Result
from core.sales.relative import change_words, rate_words, relative_change

SOURCE_NAMES = {"d2c": "own web shop", "sell-out": "resellers"}
_PHRASES = {
    "reseller": "at",
    "store": "at",
    "country": "in",
    "city": "in",
    "product": "of",
    "category": "of category",
    "size": "of size",
    "utm_source": "from traffic source",
    "weekday": "on",
}


def figure(measure: str, value: Any) -> str:
    """Euros to the cent, everything else as on the pages."""
    if value is not None and MEASURES[measure].unit in ("EUR net", "EUR gross"):
        return format_money(value, 2)
    return format_figure(measure, value)


def counted(measure: str, value: Any) -> str:
    """A figure with its unit as a noun where the style has none: `312 units`, `€ 61.40`."""
    unit = MEASURES[measure].unit
    text = figure(measure, value)
    if measure == "lines":
        return f"{text} lines"
    return (
        f"{text} {unit[:-1] if value == 1 and unit.endswith('s') else unit}"
        if unit in ("units", "orders", "stores", "products", "resellers")
        else text
    )


def difference(measure: str, value: Any) -> str:
    """`+€ 1 200.00`, `−12`."""
    if value is not None and MEASURES[measure].unit in ("EUR net", "EUR gross"):
        return ("+" if value > 0 else "") + format_money(value, 2)
    return format_difference(measure, value)


def label(measure: str) -> str:
    """The measure at the beginning of a sentence, with its basis."""
    return {"sales_eur_net": "Net revenue", "sales_eur_gross": "Gross revenue (incl. VAT)"}.get(measure, MEASURES[measure].label)


def was(measure: str) -> str:
    return (
        "were"
        if label(measure).lower()
        in ("units", "units sold", "units returned", "orders", "active stores", "active products", "resellers", "payment fees", "returns")
        else "was"
    )


def population(m: Material, skip: Sequence[str] = ()) -> str:
    """` of the own web shop in Germany`, ` at Liberty`, ` of resellers without Galilu`; blank for everything."""
    of_resellers = m.reading.query is not None and m.query.by[:1] in (("reseller",), ("store",)) and m.slots.source == "offline"
    parts = [_source(m)] if "source" not in skip and not of_resellers else []
    for chosen in m.slots.chosen:
        if chosen.dimension not in skip:
            parts.append(f"without {chosen.label}" if chosen.exclude else _filter(chosen))
    if "without_bulk" in m.slots.options:
        parts.append("without bulk")
    if m.reading.query is not None and m.query.like_for_like:
        parts.append(f"like for like over {m.query.like_for_like}")
    if "every_kind" in m.slots.options:
        parts.append("with samples and testers")
    return "".join(f" {part}" for part in parts if part)


def _source(m: Material) -> str:
    filters = {f.dimension: f.values for f in m.query.where if f.dimension in ("source", "channel")} if m.reading.query else {}
    if filters.get("channel") == ("online",):
        return "of the resellers’ web shops" if m.slots.source == "reseller_web" else "of the web shop"
    at_reseller = any(c.dimension in ("reseller", "store") and not c.exclude for c in m.slots.chosen)
    if filters.get("source") == ("sell-out",):
        return "" if at_reseller else "of the resellers (sell-out)"
    return "of the own web shop" if filters.get("source") == ("d2c",) else ""


def _filter(chosen: Chosen) -> str:
    return f"{_PHRASES.get(chosen.dimension, 'of')} {chosen.label}"


def when(m: Material) -> str:
    """` in May 2024`, ` on 14 February 2025`, ` in the last 7 days (…)`; all data with their days."""
    moment = m.slots.asked.period
    if moment is None or moment.period is None:
        span = m.data_span()
        return f" in all data ({describe(span)})" if span else " in all data"
    return _with_preposition(moment.text, moment.period)


def _with_preposition(text: str, period: Period) -> str:
    if text.startswith(("since", "up to", "this ", "last week")):
        return f" {text}"
    if period.start == period.end:
        return f" on {text}"
    if text[:1].isdigit() and " – " in text:
        return f" from {text.replace(' – ', ' to ')}" if " so far" not in text else f" in {text}"
    return f" in {text}"


def against(m: Material) -> str:
    compare = m.slots.asked.compare
    return compare.text or (describe(compare.period) if compare.period else "") if compare else ""


def reach(result: Result | None) -> str:
    """How complete the figure is: ` 7 of 9 resellers are complete; data through 13 April 2025.`"""
    if result is None or not result.data_through:
        return ""
    last = day_words(max(result.data_through.values()))
    expected, covered = len(result.resellers_expected), len(result.resellers_covered)
    if expected > 1 and covered < expected:
        return f" Complete for {covered} of {expected} resellers; data through {last}."
    return f" Data through {last}."


def name_of(dimension: str, value: Any) -> str:
    """A value of a dimension as people say it."""
    if value is None:
        return "not stated"
    if dimension == "source":
        return SOURCE_NAMES.get(value, str(value))
    if dimension == "country":
        return country_name(str(value))
    if dimension == "product":
        return str(value).split(" · ", 1)[-1]
    return moment_name(dimension, value) if isinstance(value, date) else str(value)


def moment_name(dimension: str, day: date) -> str:
    if dimension == "month":
        return f"{MONTH_NAMES[day.month - 1]} {day.year}"
    if dimension == "quarter":
        return f"Q{(day.month + 2) // 3} {day.year}"
    if dimension == "year":
        return str(day.year)
    if dimension == "week":
        year, week, _ = day.isocalendar()
        return f"week {week} of {year} (from {day_words(day)})"
    return day_words(day)


def title(dimension: str, plural: bool = True) -> str:
    """`products`, `resellers`, `countries`."""
    name = DIMENSIONS[dimension].title.lower()
    if not plural:
        return name
    return name[:-1] + "ies" if name.endswith(("ry", "ty")) else f"{name}s"


def count_of(number: int, dimension: str) -> str:
    return f"{number} {title(dimension, number != 1)}"


def percent(ratio: Any) -> str:
    return format_ratio(ratio)


def change(ratio: Any) -> str:
    return format_change(ratio)


def ratio_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """part ÷ whole; None where there is no whole."""
    return part / whole if whole else None


def rate(measure: str, ratio: Any, now: Any, before: Any) -> str:
    """What stands in brackets behind a change in its unit: `+4.2 %`, “new”, or why there is no percentage."""
    return rate_words(measure, ratio, now, before)


def moved(measure: str, ratio: Any, now: Any, before: Any) -> str:
    """A change on its own: `+4.2 %`, or where there is no percentage the change in its unit and why."""
    return change_words(measure, ratio, now, before, figure=difference)


def change_of(now: Decimal, base: Decimal) -> Decimal | None:
    """(now − base) ÷ base; None where the base is not positive."""
    return relative_change(now, base)


def joined(names: Sequence[str], most: int = 5) -> str:
    return name_list(list(names), most)


def of_source(m: Material) -> str:
    """` in the own web shop`, ` at the resellers`: the source as a place."""
    return {"online": " in the own web shop", "offline": " at the resellers", "reseller_web": " in the resellers’ web shops"}.get(
        m.slots.source, ""
    )


def subject(dimension: str, value: Any) -> tuple[str, str]:
    """A name at the beginning of a sentence and its verb: `The resellers`, `are`."""
    if dimension == "source":
        return ("The resellers", "are") if value == "sell-out" else ("The own web shop", "is")
    return name_of(dimension, value), "is"


def sentence(text: str) -> str:
    """First letter large, one full stop at the end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
