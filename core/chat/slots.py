"""Marks → slots: what is measured, split, filtered, compared, ranked and wished. A value that a follow-up can inherit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.chat import spans
from core.chat.marking import Mark, Marked
from core.chat.spans import Asked
from core.chat.times import Clock
from core.chat.tokens import as_number
from core.chat.words import COUNTED
from core.sales.dimensions import TIME

ALIKE = {"alike_stores", "alike_products"}
GROWING = {"growth", "decline", "movers", "winners", "losers", "why", "yoy", "mom", "qoq", "wow"}
AHEAD = {"forecast", "target"}
RATIOS = {"aov", "average_unit_price", "returns_rate", "units_per_order", "margin", "sell_through"}
SHOP_ONLY = {"orders", "aov", "units_per_order", "gross_profit", "margin", "contribution", "cost_of_goods", "payment_fee"}
SHOP_DIMENSIONS = {"utm_source", "utm_medium", "utm_campaign", "device", "order"}
MOST_ROWS = 10  # what “top products” without a number shows


@dataclass(frozen=True)
class Chosen:
    """Values of a dimension that the question names; `label` is how they are called in the answer."""

    dimension: str
    values: tuple[str, ...]
    label: str
    exclude: bool = False


@dataclass(frozen=True)
class Slots:
    """`source`: '' not said, 'online' own web shop, 'offline' resellers, 'reseller_web', 'both'. `operations` in the order they occur.

    `per`: dimensions that follow “per”, “each”. `ranked`: the number asked for, `nth`: one place only. `limit_words`: thresholds.
    """

    source: str = ""
    sources_named: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    per: tuple[str, ...] = ()
    plural: bool = False
    counted: str = ""
    chosen: tuple[Chosen, ...] = ()
    asked: Asked = field(default_factory=Asked)
    operations: tuple[str, ...] = ()
    number: int | None = None
    nth: int | None = None
    threshold: tuple[str, Decimal] | None = None
    amount: Decimal | None = None
    versus: bool = False
    others: bool = False
    alternatives: bool = False
    chart: str = ""
    by_given: bool = False
    options: tuple[str, ...] = ()
    sold: bool = False

    def has(self, *operations: str) -> bool:
        return any(operation in self.operations for operation in operations)


def gather(marked: Marked, clock: Clock) -> Slots:
    """All slots of one question, nothing inherited yet."""
    operations = _operations(marked)
    links = marked.values("link")
    versus = "versus" in links
    growing = bool(GROWING & set(operations)) or bool(ALIKE & set(marked.values("option")))
    comparing = versus or "compare" in operations
    asked = spans.ask_about(marked, clock, comparing, growing, forward=bool(AHEAD & set(operations)))
    dimensions = [mark for mark in marked.of("dimension") if not _is_counted(marked, mark) and not _is_part_of_time(marked, mark)]
    dimensions = [mark for mark in dimensions if mark not in _as_source(marked)]
    sellers = bool(set(marked.values("operation")) & set(_BY_PRODUCT))
    by = tuple(dict.fromkeys(mark.value for mark in dimensions)) or (("product",) if sellers else ())
    number, nth = _ranking_numbers(marked)
    return Slots(
        source=_source(marked),
        sources_named=_sources_named(marked),
        measures=_measures(marked),
        by=by,
        per=tuple(dict.fromkeys(mark.value for mark in dimensions if _follows(marked, mark, "by"))),
        plural=any(mark.plural for mark in dimensions) or (sellers and not dimensions),
        counted=_counted(marked),
        chosen=(*_chosen(marked), *_weekdays(marked)),
        asked=asked,
        operations=operations,
        number=number,
        nth=nth,
        threshold=_threshold(marked),
        amount=_amount(marked, number),
        versus=versus,
        others="others" in links,
        alternatives="or" in links,
        chart=next(iter(marked.values("chart")), ""),
        options=tuple(dict.fromkeys(marked.values("option"))),
        sold=bool(marked.of("weak")),
        by_given=any(_follows(marked, mark, "by") for mark in dimensions),
    )


_BY_PRODUCT = {"sellers": ("top",), "flops": ("bottom",), "fast": ("top", "fast"), "slow": ("bottom", "slow")}
_MEANS = {**_BY_PRODUCT, "declining": ("decline", "declining")}
_LISTS = {"product_list": "product", "reseller_list": "reseller", "store_list": "store"}


def _operations(marked: Marked) -> tuple[str, ...]:
    """`best sellers`, `slow movers` are products ranked from the top or the bottom."""
    if "active_products" in marked.values("counted"):
        narrow = any(token.key in ("smallest", "narrowest") for token in marked.tokens)
        return (*dict.fromkeys(marked.values("operation")), "bottom" if narrow else "top")
    listed = ["catalogue" if value in _LISTS else value for value in marked.values("operation")]
    if "orders" in marked.values("measure") and _threshold(marked) is not None and "product" in marked.values("dimension"):
        listed = ["multi", *listed]  # “orders with more than 3 products”
    named = [operation for value in listed for operation in _MEANS.get(value, (value,))]
    return tuple(dict.fromkeys(named))


def _counted(marked: Marked) -> str:
    """What is counted or listed: `how many stores`, `the product list`."""
    listed = [_LISTS[value] for value in marked.values("operation") if value in _LISTS]
    return next((mark.value for mark in marked.of("dimension") if _is_counted(marked, mark)), listed[0] if listed else "")


def _follows(marked: Marked, mark: Mark, link: str, reach: int = 2) -> bool:
    """The nearest link before the mark is `link` and only small words stand between."""
    earlier = [m for m in marked.marks if m.last <= mark.first]
    return bool(earlier) and earlier[-1].kind == "link" and earlier[-1].value == link and mark.first - earlier[-1].last <= reach


def _is_counted(marked: Marked, mark: Mark) -> bool:
    """`how many stores`, `number of active products`: the dimension is what is counted, not what it is counted by."""
    if mark.value not in COUNTED and mark.value not in {"country", "category", "month", "day", "week", "year", "quarter", "order"}:
        return False
    earlier = [m for m in marked.marks if m.last <= mark.first and not (m.kind == "name" and mark.first - m.last <= 1)]
    return bool(earlier) and earlier[-1].kind == "count" and mark.first - earlier[-1].last <= 3


def _is_part_of_time(marked: Marked, mark: Mark) -> bool:
    """`three months` without “by”: a length, no group."""
    return (
        mark.value in TIME
        and mark.first > 0
        and marked.symbols[mark.first - 1].isdigit()
        and not _follows(marked, mark, "by")
        and not _ranks(marked, mark.first - 1)
    )


def _ranks(marked: Marked, position: int) -> bool:
    """The number at `position` says how many of the best: an operation top or bottom stands beside it."""
    return any(
        m.kind == "operation" and m.value in ("top", "bottom") and (m.last == position or m.first == position + 1) for m in marked.marks
    )


def _as_source(marked: Marked) -> list[Mark]:
    """`web shop against resellers`: held against the web shop, “resellers” are the other source, no group."""
    found = []
    for before_it, link, after_it in zip(marked.marks, marked.marks[1:], marked.marks[2:], strict=False):
        pair = {before_it.kind: before_it, after_it.kind: after_it}
        joins = (link.kind == "link" and link.value in ("versus", "or")) or (link.kind == "follow" and link.value == "and")
        if joins and set(pair) == {"source", "dimension"} and pair["dimension"].value == "reseller" and pair["dimension"].plural:
            found.append(pair["dimension"])
    return found


def _sources_named(marked: Marked) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*marked.values("source"), *("offline" for _ in _as_source(marked))]))


def _source(marked: Marked) -> str:
    named = set(_sources_named(marked))
    if "both" in named or {"online", "offline"} <= named:
        return "both"
    return next((source for source in ("reseller_web", "online", "offline") if source in named), "")


def _measures(marked: Marked) -> tuple[str, ...]:
    named = list(marked.values("measure")) + list(marked.values("counted"))
    counted = [COUNTED[m.value] for m in marked.of("dimension") if _is_counted(marked, m) and m.value in COUNTED]
    if not named and not counted and _counts_units(marked):
        named.append("units")
    both_bases = any(token.key in ("net", "netto") for token in marked.tokens)
    if "sales_eur_gross" in named and "sales_eur_net" in named and not both_bases:
        named.remove("sales_eur_net")  # “gross … sales”
    return tuple(dict.fromkeys([*named, *counted]))


def _counts_units(marked: Marked) -> bool:
    """`How many Glow of Tundra did we sell`: counted, but no dimension behind it."""
    counts = marked.of("count")
    return (
        bool(counts)
        and not any(_is_counted(marked, m) for m in marked.of("dimension"))
        and not set(marked.values("operation")) & {"share", "upload", "held"}
    )


def _chosen(marked: Marked) -> tuple[Chosen, ...]:
    """Named values by dimension, those after “without” apart."""
    kept: dict[tuple[str, bool], list[Mark]] = {}
    excluding = False
    for mark in marked.marks:
        if mark.kind == "link" and mark.value in ("not", "only", "by"):
            excluding = mark.value == "not"
        elif mark.kind in ("measure", "time", "operation", "dimension"):
            excluding = excluding and mark.kind == "dimension"
        elif mark.name is not None and mark.name.named.values:
            kept.setdefault((mark.name.named.dimension, excluding), []).append(mark)
    return tuple(_as_chosen(dimension, exclude, marks) for (dimension, exclude), marks in kept.items())


def _weekdays(marked: Marked) -> tuple[Chosen, ...]:
    """`on Saturdays`, `at weekends`: days of the week as a filter."""
    days = tuple(dict.fromkeys(day for value in marked.values("weekday") for day in value.split("+")))
    return (Chosen("weekday", days, " + ".join(f"{day}s" for day in days)),) if days else ()


def _as_chosen(dimension: str, exclude: bool, marks: Sequence[Mark]) -> Chosen:
    names = [mark.name.named for mark in marks if mark.name is not None]
    values = tuple(dict.fromkeys(value for named in names for value in named.values))
    labels = list(dict.fromkeys(named.label for named in names))
    return Chosen(dimension, values, " + ".join(labels), exclude)


_ORDINALS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_ORDINAL_WORDS = {
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "5th": 5,
    "6th": 6,
    "7th": 7,
    "8th": 8,
    "9th": 9,
    "10th": 10,
}
_ORDINAL_WORDS |= {"zweitbeste": 2, "zweitbester": 2, "zweitbestes": 2, "drittbeste": 3, "drittbester": 3}


def _ranking_numbers(marked: Marked) -> tuple[int | None, int | None]:
    """How many of the best are asked for, and which single place (`second best`)."""
    for i, token in enumerate(marked.tokens):
        place = _ORDINAL_WORDS.get(token.key) or (_ORDINALS.get(marked.symbols[i]) if i + 1 < len(marked.tokens) else None)
        following = marked.at(i + 1)
        joined = token.key.startswith(("zweitbest", "drittbest"))
        if place and (joined or (following is not None and following.kind == "operation" and following.value in ("top", "bottom"))):
            return None, place
        if token.key in ("number", "no", "place", "rank", "nummer") and i + 1 < len(marked.tokens):
            value = as_number(marked.tokens[i + 1].key)
            if value is not None and value == int(value) and 1 <= value <= 100 and marked.tokens[i + 1].key != "one":
                return None, int(value)
    return _how_many(marked), None


_CONDITIONS = {"than", "least", "most", "above", "over", "below", "under", "exceeding"}


def _how_many(marked: Marked) -> int | None:
    for mark in marked.of("number"):
        if mark.first and marked.tokens[mark.first - 1].key in _CONDITIONS:
            continue
        following = next((m for m in marked.marks if m.first >= mark.last), None)
        beside = (
            following is not None
            and following.first - mark.last <= 1
            and (
                (following.kind == "dimension" and following.plural)
                or (following.kind == "operation" and following.value in ("top", "bottom", "winners", "losers"))
                or (following.kind == "source" and "top" in marked.values("operation"))
            )
        )
        if (beside or _ranks(marked, mark.first)) and mark.number is not None and mark.number == int(mark.number):
            return int(mark.number)
    return None


def _threshold(marked: Marked) -> tuple[str, Decimal] | None:
    """`more than 100 units`, `below 5,000 EUR`: a condition on the figure of a group."""
    above = {"above", "over", "more", "least", "exceeding", "mehr", "uber", "powyzej", "plus", "higher"}
    under = {"below", "under", "less", "fewer", "most", "weniger", "unter", "ponizej", "moins", "lower"}
    for mark in marked.of("number"):
        near = [token.key for token in marked.tokens[max(0, mark.first - 2) : mark.first]]
        if mark.number is not None and (
            "than" in near or "least" in near or set(near[-1:]) & {"above", "over", "below", "under", "unter", "uber", "exceeding"}
        ):
            if set(near) & above:
                return "above", mark.number
            if set(near) & under:
                return "below", mark.number
    return None


def _amount(marked: Marked, number: int | None) -> Decimal | None:
    values = [m.number for m in marked.of("number") if m.number is not None and m.number != number]
    return max(values, default=None)
