"""What declines month after month, and what sells fast or slowly: the figures of the Movers page, in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from core.chat import times
from core.chat.analyses.material import EUR, Finding, Material, frame_of
from core.chat.analyses.wording import figure, joined, name_of, population, reach, sentence, title
from core.sales import pace
from core.sales.naming import name_list, name_period
from core.sales.pace import Paced
from core.sales.running_pace import Declining, Pace, find_declining, find_pace

LISTED = 3


def declining(m: Material, count: int = pace.FALLING) -> Finding:
    """Groups whose figure fell in each of the last complete months; who was not wholly heard of is named, not listed."""
    item = m.query.by[0]
    found = find_declining(m.ask, m.covered, m.query, item, m.measure, m.day, count)
    if found.result is None:
        return Finding(
            f"There are not {count} complete months{population(m)} to see a fall in each of; there are {len(found.spans)}.",
            unanswered=True,
            figures=(count, len(found.spans)),
        )
    steps = " → ".join(times.describe(month) for month in found.spans)
    number = len(found.found)
    text = f"{number} {title(item, number != 1)}{population(m)} fell every month over the last {count} complete months ({steps})"
    if found.found:
        first = found.found[0]
        text += f", most of all {name_of(item, first.name)}: {' → '.join(figure(m.measure, value) for value in first.values)}"
    elif found.unknown:
        text += " for certain"
    return Finding(
        sentence(text) + reach(found.result),
        _falls(m, item, found),
        found.result,
        caveats=_not_known(item, found),
        figures=(number, count),
    )


def _falls(m: Material, item: str, found: Declining) -> pl.DataFrame:
    rows = [(one.name, *one.values, one.change) for one in found.found]
    return frame_of(rows, {item: pl.String, **{times.describe(month): EUR for month in found.spans}, "change": EUR})


def _not_known(item: str, found: Declining) -> tuple[str, ...]:
    if not found.unknown:
        return ()
    names = [f"{name_of(item, one.name)} ({pace.missing_words(one.missing)})" for one in found.unknown]
    return (f"Not known of {name_list(names, 5)}: their figures fall, but a reseller that carries them was not wholly heard of.",)


def fast_and_slow(m: Material) -> Finding:
    """Fast: most units in the last 30 days; slow: fewest, 0 included, in the last 90 among what is on sale; months where months are stated."""
    item = m.query.by[0]
    found = find_pace(m.ask, m.covered, m.query, item, m.day, m.look_into(f"offers of {item}"), m.look_into("whole"))
    if found is None:
        return Finding(f"There is no complete month of data{population(m)} yet, so nothing can be called fast or slow.", unanswered=True)
    count = m.slots.number or 10
    asked = [name for name in ("fast", "slow") if m.slots.has(name)]
    sides = {"fast": found.fastest[:count], "slow": pace.slowest(found.rows, count)}
    parts = [_side(m, name, sides[name], found) for name in asked]
    frame = pl.concat([_units(item, sides[name], found) for name in asked])
    return Finding(" ".join(parts) + reach(found.long), frame, found.long, caveats=_not_ranked(item, found, asked), figures=_days(found))


def _side(m: Material, name: str, rows: tuple[Paced, ...], found: Pace) -> str:
    item, fast = m.query.by[0], name == "fast"
    over, words = (found.over.recent, found.over.words[0]) if fast else (found.over.long, found.over.words[1])
    among = "" if fast else " among what is on sale"
    head = f"{'Fastest' if fast else 'Slowest'} {title(item)}{population(m)} by units in the {words} ({name_period(over)}){among}"
    if not rows:
        return f"{head}: none."
    listed = [f"{name_of(item, one.name)} {one.recent if fast else one.long}" for one in rows[:LISTED]]
    return f"{head}: {joined(listed)}."


def _units(item: str, rows: tuple[Paced, ...], found: Pace) -> pl.DataFrame:
    schema: dict[str, Any] = {item: pl.String, **dict.fromkeys(found.over.words, pl.Int64)}
    return pl.DataFrame([(one.name, one.recent, one.long) for one in rows], schema, orient="row")


def _not_ranked(item: str, found: Pace, asked: list[str]) -> tuple[str, ...]:
    names = [name_of(item, name) for name in found.unknown] if "slow" in asked else []
    if not names:
        return ()
    return (f"Not ranked among the slowest, as a reseller that carries them is not wholly covered: {name_list(names, 6)}.",)


def _days(found: Pace) -> tuple[Any, ...]:
    """Figures of the sentence that stand in no cell: the lengths and the days of both windows."""
    spans = (found.over.recent, found.over.long)
    return (pace.RECENT, pace.LONG, 3, *found.over.words, *(name_period(span) for span in spans))
