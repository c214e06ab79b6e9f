"""A question of a page in words that the chat reads back as the same question. Pure; what can not be said is named, never dropped silently."""

from __future__ import annotations

from dataclasses import dataclass

from core.sales.dimensions import DIMENSIONS, TIME
from core.sales.measures import LINE_KINDS, MEASURES
from core.sales.naming import name_day, name_list, name_period
from core.sales.query import COMPARISONS, Filter, Period, SalesQuery
from core.sales.shown import filter_words

MEASURE_WORDS = {
    "sales_eur_net": "net revenue",
    "sales_eur_gross": "gross revenue",
    "units": "units",
    "units_returned": "units returned",
    "returns_rate": "returns rate",
    "orders": "orders",
    "aov": "average order value",
    "units_per_order": "units per order",
    "average_unit_price": "average unit price",
    "gross_profit": "gross profit",
    "margin": "gross margin",
    "contribution": "contribution margin",
    "cost_of_goods": "cost of goods",
    "payment_fee": "payment fees",
    "active_stores": "active stores",
    "active_products": "active products",
}
GROUP_WORDS = {
    "day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year", "weekday": "weekday", "source": "channel",
    "reseller": "reseller", "store": "store", "product": "product", "category": "category", "size": "size", "country": "country",
    "city": "city", "utm_source": "traffic source", "utm_medium": "utm medium", "utm_campaign": "campaign", "device": "device",
}  # fmt: skip
MANY_WORDS = {"product": "products", "reseller": "resellers", "store": "stores", "category": "categories", "country": "countries"}
NAMED = ("reseller", "store", "product", "category", "country", "city")
IMPLIED = {"share": "sales_eur_net", "units_share": "units", "cost_coverage": "margin"}  # the chat adds them by itself
FEW, OVERVIEW = 25, 3
AGAINST = {"prior_year": "the year before", "prior_period": "the period before"}


@dataclass(frozen=True)
class Wording:
    """`text`: the question. `unsaid`: what of the page the chat is not asked for, in words."""

    text: str
    unsaid: tuple[str, ...] = ()


def in_words(query: SalesQuery) -> Wording:
    """`Net revenue by reseller in stores from January 2025 to May 2025 against the year before`"""
    unsaid: list[str] = []
    where = " ".join(part for part in (_where(query.where, unsaid), _channels(query), _options(query, unsaid), _when(query)) if part)
    if not query.by and query.compare is not None:
        text = f"Why did {_first(query, unsaid)} {where} change{_against(query, unsaid)}"
    elif not query.by and len(query.measures) > OVERVIEW:
        text = f"How are we doing {where}"
    else:
        text = f"{_what(query, unsaid)} {where}{_against(query, unsaid)}"
    text = " ".join(text.split())
    return Wording(text[:1].upper() + text[1:], tuple(dict.fromkeys(unsaid)))


def _what(query: SalesQuery, unsaid: list[str]) -> str:
    groups = _groups(query, unsaid)
    top = query.limit if query.limit and query.limit <= FEW and query.order_by in (None, query.measures[0]) else None
    if top and query.compare is None and len(query.by) == 1 and query.by[0] in MANY_WORDS and query.descending is not False:
        return f"top {top} {MANY_WORDS[query.by[0]]} by {_first(query, unsaid)}"
    if query.limit and not (top and query.by and query.by[0] in TIME):
        unsaid.append(f"only the first {query.limit} rows")
    figures = [_measure(name, unsaid) for name in query.measures if IMPLIED.get(name) not in query.measures]
    return name_list([words for words in dict.fromkeys(figures) if words], len(figures)) + (f" by {' and '.join(groups)}" if groups else "")


def _first(query: SalesQuery, unsaid: list[str]) -> str:
    return _measure(query.measures[0], unsaid) or "net revenue"


def _measure(name: str, unsaid: list[str]) -> str:
    if name not in MEASURE_WORDS:
        unsaid.append(MEASURES[name].label if name in MEASURES else name)
    return MEASURE_WORDS.get(name, "")


def _groups(query: SalesQuery, unsaid: list[str]) -> list[str]:
    names = [name for name in query.by if name != "channel" or "source" not in query.by]
    unsaid += [f"by {DIMENSIONS[name].title.lower()}" for name in names if name not in GROUP_WORDS and name != "channel"]
    return [GROUP_WORDS.get(name, "channel") for name in names if name in GROUP_WORDS or name == "channel"]


def _where(filters: tuple[Filter, ...], unsaid: list[str]) -> str:
    stated = {(f.dimension, f.values) for f in filters if not f.exclude}
    shops = {("source", ("sell-out",)), ("channel", ("online",))} <= stated
    return " ".join(part for f in filters if (part := _filter(f, shops, unsaid)))


def _channels(query: SalesQuery) -> str:
    """Where the chat would think of resellers alone, all channels are named."""
    if any(one.dimension in ("source", "channel") for one in query.where):
        return ""
    of_resellers = "store" in query.by or query.measures[0] == "active_stores" or ("reseller" in query.by and query.compare is not None)
    return "in all channels" if of_resellers else ""


def _filter(one: Filter, shops: bool, unsaid: list[str]) -> str:
    match (one.dimension, one.values, one.exclude):
        case ("source", ("sell-out",), False):
            return "in resellers' web shops" if shops else "at resellers"
        case ("channel", ("online",), False) if shops:
            return ""
        case ("source", ("d2c",), False):
            return "in the own web shop"
        case ("channel", ("offline",), False):
            unsaid.append("stores alone: the chat counts all that resellers sell, their web shops included")
            return "in stores"
    if one.dimension not in NAMED or not all(one.values):
        unsaid.append(("not " if one.exclude else "") + filter_words(one))
        return ""
    names = [value.partition(" · ")[0] if one.dimension == "product" else value for value in one.values]
    return f"{'without' if one.exclude else 'in' if one.dimension in ('country', 'city') else 'for'} {name_list(names, len(names))}"


def _options(query: SalesQuery, unsaid: list[str]) -> str:
    said = ["without bulk"] if query.without_bulk else []
    if query.line_kinds is not None:
        if set(query.line_kinds) == set(LINE_KINDS):
            said.append("including samples and testers")
        else:
            unsaid.append(f"only {name_list([f'{kind}s' for kind in query.line_kinds])}")
    if query.like_for_like:
        unsaid.append(f"like for like over {query.like_for_like}")
    return " ".join(said)


def _when(query: SalesQuery) -> str:
    return _period_words(query.period) if query.period else ""


def _period_words(period: Period) -> str:
    if period.days == 1:
        return f"on {name_day(period.start)}"
    named = name_period(period)
    whole = (period.start.day == 1 and not named[0].isdigit()) or named.isdigit()
    return f"in {named}" if whole else f"from {name_day(period.start)} to {name_day(period.end)}"


def _against(query: SalesQuery, unsaid: list[str]) -> str:
    compare = query.compare
    if compare is None:
        return ""
    if isinstance(compare, Period):
        return f" against {_period_words(compare).partition(' ')[2]}"
    if compare not in AGAINST:
        unsaid.append(COMPARISONS[compare][:1].lower() + COMPARISONS[compare][1:])
    return f" against {AGAINST.get(compare, AGAINST['prior_year'])}"
