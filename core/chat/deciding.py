"""Slots → the one analysis that answers them, and the choices a question leaves open. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from core.chat import times
from core.chat.slots import ALIKE, RATIOS, SHOP_DIMENSIONS, SHOP_ONLY, Slots
from core.chat.spans import Asked
from core.chat.times import Clock, Moment
from core.sales.dimensions import TIME
from core.sales.query import Period

ENTITIES = (
    "product",
    "reseller",
    "store",
    "category",
    "country",
    "city",
    "size",
    "source",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "device",
    "order",
)
CHANGING = ("growth", "decline", "yoy", "mom", "qoq", "wow", "movers", "winners", "losers")
_NOT_COUNTED = "The own web shop is not among the resellers and stores here; ask “online” for it."
_FIRST = ("help", "anomalies", "upload", "held", "coverage", "pairs", "multi")
_SIMPLE = ("why", "pareto", "zero", "volatility", "launch", "heatmap", "rolling", "cumulative")


def decide(slots: Slots, clock: Clock) -> str:
    """The name of the analysis."""
    entity = [dimension for dimension in slots.by if dimension in ENTITIES]
    for name in _FIRST:
        if slots.has(name) and not (name == "help" and (slots.measures or entity)):
            return name
    if (looking_ahead := _ahead(slots, clock)) is not None:
        return looking_ahead
    if slots.has("stock"):
        return "stock"
    if slots.has("concentration") and any(not c.exclude for c in slots.chosen):
        return "share"
    if slots.has("concentration") or (slots.has("share") and slots.has("top") and slots.number):
        return "concentration"
    if slots.has("streak") or (slots.has("decline", "growth") and slots.asked.bare and entity and slots.asked.compare is None):
        return "streak"
    if slots.has("declining") and entity and not _is_dated(slots) and not slots.has("top", "bottom", "fastest", "why", "yoy"):
        return "streak"
    if slots.has("fast", "slow") and not _is_dated(slots):
        return "pace"
    for name in _SIMPLE:
        if slots.has(name):
            return name
    if slots.asked.split is not None:
        return "split"
    return _about_figures(slots, entity)


def _is_dated(slots: Slots) -> bool:
    """A time of its own or a comparison: then “declining” and “slow” are meant over that, not over the usual last months."""
    return slots.asked.period is not None or slots.asked.compare is not None or slots.asked.bare is not None


def _ahead(slots: Slots, clock: Clock) -> str | None:
    if slots.has("target") and slots.amount is not None:
        return "target"
    if slots.has("runrate"):
        return "runrate"
    moment = slots.asked.period
    future = moment is not None and moment.period is not None and moment.period.start > clock.today
    over = moment is not None and moment.period is not None and moment.period.end < clock.today
    return "forecast" if (slots.has("forecast") and not over) or future else None


def _about_figures(slots: Slots, entity: list[str]) -> str:
    measured = set(slots.measures) - {"sales_eur_net"}
    if slots.has("median") or (slots.has("average") and not measured & RATIOS):
        return "average"
    if _is_stepwise(slots):
        return "stepwise"
    if slots.has(*CHANGING) or set(slots.options) & ALIKE:
        return _change(slots, entity)
    if slots.has("share") and not (slots.asked.compare and not slots.by):
        return "share"
    if slots.has("price") and not slots.measures:
        return "catalogue"
    if slots.asked.compare is not None or slots.has("share"):
        return "movers" if entity else "growth_series" if slots.by else "compare"
    if _is_ranking(slots):
        return _ranking(slots, entity)
    if (
        slots.has("catalogue")
        and (slots.counted or entity)
        and not slots.sold
        and not set(slots.measures) - {"resellers", "active_stores", "active_products"}
    ):
        return "catalogue"
    if slots.has("overview") and not slots.measures and not slots.by:
        return "overview"
    if slots.has("trend"):
        return "trend"
    return "breakdown" if slots.by else "total"


_STEPS = {"mom": ("month", 31), "qoq": ("quarter", 92), "wow": ("week", 7)}


def _is_stepwise(slots: Slots) -> bool:
    """Month over month of a longer time: every step, not one comparison."""
    found = next((_STEPS[name] for name in _STEPS if slots.has(name)), None)
    period = slots.asked.period.period if slots.asked.period else None
    if found is None or slots.asked.compare is not None or slots.has("why"):
        return False
    return period.days > found[1] if period else bool(slots.by) or not slots.has("top", "bottom")


def _change(slots: Slots, entity: list[str]) -> str:
    if slots.has("movers") or (slots.has("winners") and slots.has("losers")):
        return "movers"
    if slots.others:
        return "against_rest"
    if entity:
        return "movers"
    if slots.by:
        return "growth_series"
    undated = slots.asked.period is None and slots.asked.compare is None
    if undated and slots.measures and set(slots.measures) <= RATIOS:
        return "trend"
    return "compare"


def _is_ranking(slots: Slots) -> bool:
    if slots.nth is not None or slots.number is not None or slots.has("bottom"):
        return True
    return slots.has("top", "ends")


def _ranking(slots: Slots, entity: list[str]) -> str:
    if "orders" in slots.measures and not slots.by:
        return "orders"
    if len(slots.by) >= 2 and (slots.per or len(entity) >= 2):
        return "per_group"
    if slots.by and slots.by[0] in TIME and slots.by[0] != "weekday" and not slots.by_given:
        return "best_period"
    if not slots.by and len(_several(slots)) == 1:
        return "breakdown"
    return "ranking"


def _several(slots: Slots) -> list[str]:
    return [c.dimension for c in slots.chosen if not c.exclude and len(c.values) > 1]


# Choices that a question leaves open ------------------------------------------------------------------------------------


def complete(slots: Slots, operation: str, clock: Clock, first_word: str) -> tuple[Slots, list[str]]:
    """The slots with every open choice made, and a note for each choice a reader should know."""
    notes: list[str] = []
    slots = _group(slots, operation, first_word)
    slots = _source(slots, operation, notes)
    slots = _measure(slots, operation)
    if (slots.source in ("", "both") and any(c.dimension == "country" for c in slots.chosen)) or (
        "country" in slots.by and slots.source in ("", "both")
    ):
        notes.append("Country: of the store or reseller in sell-out, of delivery in the own web shop.")
    slots = _moving(slots)
    slots = _period(slots, operation, clock, notes)
    return slots, notes


def _moving(slots: Slots) -> Slots:
    """Fast movers of a time that the question names: most units in it; slow movers: fewest."""
    if not slots.has("fast", "slow") or not _is_dated(slots):
        return slots
    return replace(slots, measures=("units",))


def _group(slots: Slots, operation: str, first_word: str) -> Slots:
    if operation == "ranking" and not slots.by:
        return replace(slots, by=("product",), plural=True)
    if operation in ("movers", "streak", "pace", "volatility", "launch", "zero", "pareto", "concentration") and not any(
        d in ENTITIES for d in slots.by
    ):
        return replace(slots, by=("product",), plural=True)
    if operation == "orders":
        return replace(slots, by=("order",), plural=True, measures=("sales_eur_net",))
    if operation in ("trend", "rolling", "cumulative") and not any(d in TIME for d in slots.by):
        return replace(slots, by=("day" if operation == "rolling" else "month",))
    if operation == "growth_series" and slots.has("qoq", "mom", "wow") and not slots.by:
        return replace(slots, by=("quarter" if slots.has("qoq") else "month",))
    if operation == "stepwise":
        grain = next(_STEPS[name][0] for name in _STEPS if slots.has(name))
        return replace(slots, by=(*(d for d in slots.by if d not in TIME), grain))
    if operation == "heatmap":
        return replace(slots, by=slots.by if len(slots.by) == 2 else ((slots.by or ("product",))[0], "month"))
    if operation in ("total", "breakdown", "share", "compare", "ranking") and not slots.by:
        return _group_by_names(slots, operation, first_word)
    return slots


def _group_by_names(slots: Slots, operation: str, first_word: str) -> Slots:
    """Several names of one kind stand side by side; “what did they buy” lists products."""
    several = _several(slots)
    side_by_side = slots.versus or slots.alternatives or slots.has("compare", "top") or operation == "breakdown"
    chosen = next((c for c in slots.chosen if c.dimension in several), None)
    listed = chosen is not None and " + " in chosen.label
    if listed and chosen is not None and (side_by_side or operation == "total"):
        return replace(slots, by=(chosen.dimension,), plural=True)
    if slots.source == "both" and (side_by_side or len(slots.sources_named) > 1):
        return replace(slots, by=("source",), plural=True)
    if slots.source == "" and len(slots.sources_named) > 1:
        return replace(slots, by=("source",))
    if operation == "total" and first_word in ("what", "was", "que", "vad") and not slots.measures and slots.chosen:
        return replace(slots, by=("product",), measures=("sales_eur_net", "units"), plural=True)
    if operation == "total" and slots.asked.listed and slots.asked.period and slots.asked.period.grain in ("months", "quarters", "years"):
        return replace(slots, by=(slots.asked.period.grain[:-1],), plural=True)
    return slots


def _source(slots: Slots, operation: str, notes: list[str]) -> Slots:
    if (
        len(slots.sources_named) > 1
        and slots.source == "both"
        and slots.by
        and set(slots.by) <= set(TIME)
        and (slots.versus or slots.alternatives or slots.has("compare"))
    ):
        return replace(slots, by=(*slots.by, "source"))
    if slots.source:
        return slots
    if (
        operation in ("pairs", "multi", "orders")
        or set(slots.by) & SHOP_DIMENSIONS
        or (slots.measures and set(slots.measures) <= SHOP_ONLY)
    ):
        return replace(slots, source="online")
    about_stores = "active_stores" in slots.measures or "store" in slots.by
    ranks_resellers = (
        operation in ("ranking", "movers", "streak", "pace", "zero", "volatility", "concentration", "pareto") and "reseller" in slots.by
    )
    if about_stores or ranks_resellers or (operation == "per_group" and "reseller" in slots.by):
        notes.append(_NOT_COUNTED)
        return replace(slots, source="offline")
    return slots


def _measure(slots: Slots, operation: str) -> Slots:
    measures = slots.measures or ("sales_eur_net",)
    if operation == "pace":
        measures = ("units",)
    if operation in ("launch", "zero", "streak", "volatility") and not slots.measures:
        measures = ("sales_eur_net",)
    if "units_returned" in measures:
        measures = (*measures, "returns_rate")
    if operation == "concentration":
        measures = ("sales_eur_net",)
    return replace(slots, measures=tuple(dict.fromkeys(measures)))


def _period(slots: Slots, operation: str, clock: Clock, notes: list[str]) -> Slots:
    asked = slots.asked
    if asked.period is None and asked.bare is not None and operation not in ("streak", "rolling"):
        asked = replace(asked, period=_last(asked.bare, clock))
    if operation == "overview" and asked.period is None:
        asked = replace(asked, period=_this_year(clock), compare=Moment(None, relation="prior_year"))
        notes.append("Read as the year so far against the same months of last year.")
    if operation in ("movers", "compare", "growth_series", "against_rest", "why"):
        asked = _compared(slots, operation, asked.period, asked.compare, clock, notes)
    if operation in ("target", "runrate") and asked.period is None:
        asked = replace(asked, period=Moment(Period(clock.today.replace(day=1), clock.today), "month_to_date", words="this month so far"))
    if operation == "stepwise" and asked.period is None:
        asked = replace(asked, period=_last((12, "month"), clock))
    if operation == "rolling" and asked.period is None:
        asked = replace(asked, period=_last((90, "day"), clock))
    return replace(slots, asked=asked)


def _compared(slots: Slots, operation: str, period: Moment | None, compare: Moment | None, clock: Clock, notes: list[str]) -> Asked:
    asked = slots.asked
    if period is None:
        period, default = _changing_period(slots, operation, clock)
        compare = compare or default
        if compare and compare.period is not None:
            notes.append(f"The question names no period; compared are {period.text} and {compare.text}.")
        else:
            notes.append(f"The question names no period; taken is {period.text} against the same time of the year before.")
    if compare is None:
        compare = _usual_base(slots, operation, period)
    return replace(asked, period=period, compare=compare)


def _usual_base(slots: Slots, operation: str, period: Moment) -> Moment:
    """What a change is measured against where the question does not say: the year before; for “why” and mom, qoq the period before."""
    if slots.has("yoy"):
        return Moment(None, relation="prior_year")
    if slots.has("mom", "qoq", "wow"):
        return Moment(None, relation="prior_period")
    if operation == "why" and period.grain in ("month", "quarter", "week", "day", "half"):
        return Moment(None, relation="prior_period")
    return Moment(None, relation="prior_year")


def _changing_period(slots: Slots, operation: str, clock: Clock) -> tuple[Moment, Moment]:
    """Growth: 12 months against the 12 before; decline: 3 against the 3 before; as far as the data reach back."""
    quick = slots.has("decline") and operation == "movers"
    if slots.has("mom"):
        return _last((1, "month"), clock), Moment(None, relation="prior_period")
    if slots.has("qoq"):
        return _last((1, "quarter"), clock), Moment(None, relation="prior_period")
    if not quick and operation == "growth_series":
        return _last((12, "month"), clock), Moment(None, relation="prior_year")
    year = _last((12, "month"), clock)
    if not quick and year.period is not None and _reaches_back(clock, times.shift_years(year.period, -1).end):
        return year, Moment(None, relation="prior_year")
    count = 3 if _reaches_back(clock, times.months_back(clock.today, 4).start) else 1
    now = _last((count, "month"), clock)
    assert now.period is not None
    base = times.before(now.period)
    words = f"the {count} months before" if count > 1 else "the month before"
    return now, Moment(base, "months", f"{words} ({times.describe(base)})")


def _reaches_back(clock: Clock, day: date) -> bool:
    return clock.first_day is None or clock.first_day <= day


def _last(bare: tuple[int, str], clock: Clock) -> Moment:
    count, unit = bare
    if unit in ("day", "week"):
        days = count * (7 if unit == "week" else 1)
        end = clock.today - timedelta(days=1)
        period = Period(end - timedelta(days=days - 1), end)
        return Moment(period, "days", f"the last {count} {unit}s ({times.describe(period)})")
    length = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    start = clock.today if unit != "quarter" else clock.today.replace(month=(clock.today.month - 1) // 3 * 3 + 1)
    period = times.months_back(start, length, length)
    name = f"the last {count} complete {unit}s" if count > 1 else f"the last complete {unit}"
    return Moment(period, "months", f"{name} ({times.describe(period)})")


def _this_year(clock: Clock) -> Moment:
    period = Period(clock.today.replace(month=1, day=1), clock.today)
    return Moment(period, "ytd", f"this year so far ({times.describe(period)})")
