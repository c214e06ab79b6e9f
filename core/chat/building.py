"""Slots → SalesQuery: the reading in the terms of the one query model. Pure."""

from __future__ import annotations

from dataclasses import replace

from core.chat.slots import MOST_ROWS, Slots
from core.chat.vocabulary import Vocabulary
from core.sales.dimensions import TIME
from core.sales.measures import LINE_KINDS
from core.sales.query import Comparison, Filter, LikeForLike, Period, SalesQuery

SOURCE = {"online": "d2c", "offline": "sell-out", "reseller_web": "sell-out"}
NO_QUERY = {"help", "anomalies", "upload", "held", "coverage", "catalogue", "stock", "pairs", "multi"}
_COMPARED = {"movers", "compare", "growth_series", "against_rest", "overview", "why"}
_FREE_GOODS = {"tester", "sample"}


def build(slots: Slots, operation: str, vocabulary: Vocabulary) -> SalesQuery | None:
    """The query whose result answers the question; None where the answer comes from the catalogue or the uploads."""
    if operation in NO_QUERY:
        return None
    query = SalesQuery(
        measures=_measures(slots, operation),
        by=_groups(slots, operation),
        where=where_of(slots, vocabulary),
        period=slots.asked.period.period if slots.asked.period else None,
        compare=_compare(slots, operation),
        line_kinds=LINE_KINDS if _asks_for_free_goods(slots) or "every_kind" in slots.options else None,
        without_bulk="without_bulk" in slots.options,
        like_for_like=_alike(slots, operation),
    )
    return _ordered(query, slots, operation)


def where_of(slots: Slots, vocabulary: Vocabulary) -> tuple[Filter, ...]:
    """The filters: the source first, then every named value."""
    return (*_source_filters(slots), *(Filter(c.dimension, c.values, c.exclude) for c in slots.chosen))


def _source_filters(slots: Slots) -> tuple[Filter, ...]:
    reseller = any(c.dimension in ("reseller", "store") and not c.exclude for c in slots.chosen)
    if slots.source == "reseller_web":
        return (Filter("source", ("sell-out",)), Filter("channel", ("online",)))
    if slots.source in ("online", "offline") and reseller and len(slots.sources_named) == 1 and slots.source in slots.sources_named:
        return (Filter("channel", (slots.source,)),) if slots.source == "online" else (Filter("source", ("sell-out",)),)
    return (Filter("source", (SOURCE[slots.source],)),) if slots.source in SOURCE else ()


def _asks_for_free_goods(slots: Slots) -> bool:
    named = {value for c in slots.chosen if c.dimension == "category" and not c.exclude for value in c.values}
    return bool(named) and named <= _FREE_GOODS


def _measures(slots: Slots, operation: str) -> tuple[str, ...]:
    first = slots.measures or ("sales_eur_net",)
    if operation == "overview":
        return ("sales_eur_net", "units", "orders", "aov", "average_unit_price", "returns_rate")
    if operation == "why":
        return (first[0],)
    if operation == "launch":
        return ("sales_eur_net",)
    extra: list[str] = []
    if operation in ("breakdown", "ranking", "share", "pareto", "concentration") and not set(slots.by) & set(TIME):
        extra = ["share"] if first[0] == "sales_eur_net" else ["units_share"] if first[0] == "units" else []
    if operation in ("total", "ranking") and first == ("sales_eur_net",):
        extra.append("units")
    if "margin" in first or "gross_profit" in first:
        extra.append("cost_coverage")
    if slots.threshold and operation == "breakdown" and first[0] not in first:
        extra.append(first[0])
    return tuple(dict.fromkeys([*first, *extra]))


def _groups(slots: Slots, operation: str) -> tuple[str, ...]:
    if operation in ("overview", "compare", "against_rest", "total", "why", "split"):
        return ()
    if operation in ("forecast", "target", "runrate"):
        return ("month",)
    if operation == "share" and not slots.by:
        return ()
    if operation == "average":
        return slots.by or ("month",)
    if operation == "streak":
        return (*(d for d in slots.by if d not in TIME), "month")
    if operation == "volatility":
        return (*(d for d in slots.by if d not in TIME), "month")
    if operation == "launch":
        return ("product", "month")
    if operation in ("trend", "rolling", "cumulative"):
        return tuple(sorted(slots.by, key=lambda d: d not in TIME))
    return slots.by


def _compare(slots: Slots, operation: str) -> Comparison | Period | None:
    asked = slots.asked
    if operation not in _COMPARED or asked.compare is None or asked.period is None:
        return None
    if asked.compare.relation in ("prior_year", "last_year"):
        return "prior_year"
    if asked.compare.relation == "prior_period":
        return "prior_period"
    return asked.compare.period


def _alike(slots: Slots, operation: str) -> LikeForLike | None:
    """What a comparison is kept to; nothing where nothing is compared."""
    if _compare(slots, operation) is None:
        return None
    return "stores" if "alike_stores" in slots.options else "products" if "alike_products" in slots.options else None


def _ordered(query: SalesQuery, slots: Slots, operation: str) -> SalesQuery:
    """How many rows and in which order; the best first unless the worst is asked."""
    ascending = slots.has("bottom") and not slots.has("top")
    if operation in ("ranking", "best_period"):
        limit = slots.nth or slots.number or (1 if not slots.plural else None if _wants_all(slots) else MOST_ROWS)
        order = query.measures[0] if "sales_eur_net" not in query.measures[:1] else "sales_eur_net"
        return replace(query, limit=limit, order_by=order, descending=not ascending)
    if operation == "orders":
        return replace(
            query, limit=slots.number or (1 if not slots.plural else MOST_ROWS), order_by="sales_eur_net", descending=not ascending
        )
    return query


def _wants_all(slots: Slots) -> bool:
    return slots.number is None and slots.has("ranked")
