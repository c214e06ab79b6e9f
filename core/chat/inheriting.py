"""Follow-up questions: when a question leans on the one before, and what it takes over. Pure."""

from __future__ import annotations

from dataclasses import replace

from core.chat import times
from core.chat.marking import Marked
from core.chat.slots import Chosen, Slots
from core.chat.spans import Asked
from core.chat.times import Moment
from core.sales.query import Period

_OPENERS = {
    "how",
    "what",
    "which",
    "who",
    "where",
    "when",
    "is",
    "are",
    "was",
    "were",
    "did",
    "does",
    "do",
    "has",
    "have",
    "show",
    "give",
    "list",
    "will",
}
_OPENERS |= {"wie", "was", "welche", "welcher", "wer", "ile", "jaka", "ktory", "combien", "quel", "quelle", "quels", "hur", "vilken"}
_MODIFIERS = {"compare", "top", "bottom", "yoy", "mom", "qoq", "wow", "share", "trend", "why", "cumulative", "rolling", "average", "growth"}


def follows(marked: Marked, slots: Slots) -> bool:
    """True when the question says only what changes against the one before."""
    marks = [mark for mark in marked.marks if mark.kind != "filler"]
    if not marks:
        return False
    follow = [mark for mark in marks if mark.kind == "follow"]
    if follow and follow[0] is marks[0] and follow[0].value in ("and", "correct", "same") and follow[0].first == 0:
        return True
    own_subject = bool(slots.measures or marked.of("weak") or slots.counted or set(slots.operations) - _MODIFIERS)
    if any(mark.value in ("correct", "same") for mark in follow) and not own_subject:
        return True
    if own_subject:
        return _only_a_measure(marked, slots)
    pointing = any(mark.value == "that" for mark in follow) or slots.chart in ("chart", "line", "bar", "pie", "table")
    if marked.tokens[0].key in _OPENERS and not pointing:
        return False
    return not (slots.by and slots.has("top", "bottom")) or pointing


def _only_a_measure(marked: Marked, slots: Slots) -> bool:
    """`in units`, `and by quantity`: a measure alone."""
    others = slots.by or slots.chosen or slots.asked.period or slots.operations or slots.counted or slots.source
    return bool(slots.measures) and not others and marked.tokens[0].key in {"in", "by", "as", "und", "and", "nach", "en", "w", "per"}


def leans(marked: Marked) -> bool:
    """True when a question makes no sense without an earlier one: `plot it`, `split that by product`, `and last month?`."""
    follow = [mark for mark in marked.marks if mark.kind == "follow"]
    if any(
        mark.kind == "link" and {t.key for t in marked.tokens[mark.first : mark.last]} & {"it", "that", "this"} for mark in marked.marks
    ):
        return True
    return any(mark.value in ("that", "same") or (mark.value in ("and", "correct") and mark.first == 0) for mark in follow)


def inherit(previous: Slots, new: Slots) -> Slots:
    """The slots of a follow-up: what it names replaces, everything else stays."""
    operations = _operations(previous, new)
    charted = bool(new.chart) and not (new.by or new.operations or new.measures or new.chosen or new.asked.period)
    merged = replace(
        new,
        source=new.source or previous.source,
        sources_named=new.sources_named or previous.sources_named,
        measures=new.measures or previous.measures,
        by=new.by or _kept_groups(previous, new),
        per=new.per or (previous.per if not new.by else ()),
        plural=new.plural or (previous.plural and not new.by),
        counted=new.counted or previous.counted,
        chosen=_filters(previous.chosen, new.chosen),
        asked=_periods(previous, new),
        operations=operations,
        number=new.number if new.number is not None else previous.number if operations == previous.operations else None,
        nth=new.nth or (previous.nth if operations == previous.operations else None),
        threshold=new.threshold or previous.threshold,
        amount=new.amount or previous.amount,
        versus=(new.versus and new.asked.compare is None) or (previous.versus and not new.source),
        others=new.others or previous.others,
        alternatives=previous.alternatives and not (new.source or new.chosen),
        by_given=new.by_given or previous.by_given,
        options=new.options or previous.options,
    )
    return replace(merged, chart=new.chart) if charted else merged


def _kept_groups(previous: Slots, new: Slots) -> tuple[str, ...]:
    """Groups stay, but one value of the dimension they were made of leaves nothing to split."""
    single = {c.dimension for c in new.chosen if not c.exclude and len(c.values) == 1}
    return tuple(dimension for dimension in previous.by if dimension not in single)


def _operations(previous: Slots, new: Slots) -> tuple[str, ...]:
    telling = tuple(o for o in new.operations if o not in ("compare", "overview"))
    if telling:
        return telling
    if new.asked.compare is not None:
        return tuple(o for o in previous.operations if o not in ("trend", "top", "bottom", "zero"))
    if new.by and not set(new.by) & set(previous.by):
        return tuple(o for o in previous.operations if o not in ("top", "bottom", "overview"))
    return previous.operations


def _filters(previous: tuple[Chosen, ...], new: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
    merged = list(previous)
    for chosen in new:
        same = [c for c in merged if c.dimension == chosen.dimension]
        if chosen.exclude:
            merged = [_without(c, chosen) if c in same and not c.exclude else c for c in merged]
            if all(c.exclude for c in same):
                merged.append(chosen)
        else:
            merged = [c for c in merged if c.dimension != chosen.dimension] + [chosen]
    return tuple(c for c in merged if c.values)


def _without(kept: Chosen, left_out: Chosen) -> Chosen:
    values = tuple(value for value in kept.values if value not in left_out.values)
    return replace(kept, values=values, label=" + ".join(values) if values != kept.values else kept.label)


def _periods(previous: Slots, new: Slots) -> Asked:
    before, asked = previous.asked, new.asked
    if asked.split is not None:
        return asked
    relation = asked.period.relation if asked.period else ""
    if asked.compare is not None and asked.period is None and not new.versus and not new.has("compare") and asked.compare.period is None:
        shifted = _shifted(before.period, asked.compare.relation)
        return replace(before, period=shifted or before.period, compare=None)
    if asked.period is not None and relation == "last_year" and before.period is not None and _shorter(before.period):
        return replace(asked, period=_shifted(before.period, "prior_year"), compare=None)
    if asked.period is not None and before.period is not None and asked.period.period == before.period.period and relation == "last_year":
        return replace(asked, period=_shifted(before.period, "prior_year"), compare=None)
    if asked.period is not None:
        kept = _relative(before.compare)
        return replace(asked, compare=asked.compare or kept)
    if asked.compare is not None:
        return replace(before, compare=asked.compare)
    return replace(before, notes=())


def _relative(compare: Moment | None) -> Moment | None:
    """“The year before” moves with the period; a base that was named does not."""
    if compare is None or compare.relation not in ("prior_year", "last_year", "prior_period"):
        return None
    return Moment(None, relation=compare.relation)


def _shorter(moment: Moment) -> bool:
    """Shorter than a year: “and last year?” then means the same days of last year."""
    return moment.period is not None and moment.period.days < 360 and moment.grain != "year"


def _shifted(moment: Moment | None, relation: str) -> Moment | None:
    if moment is None or moment.period is None:
        return None
    period: Period = times.before(moment.period) if relation == "prior_period" else times.shift_years(moment.period, -1)
    return Moment(period, moment.grain)
