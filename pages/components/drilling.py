"""Looking into a cell as a value: each step is a part of the URL, with the way back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from core.errors import BadQuestion
from core.sales.dimensions import DIMENSIONS, OTHERS, find_dimension
from core.sales.query import Filter

MOST_STEPS = 8
FINER = {
    "year": "quarter", "quarter": "month", "month": "week", "week": "day",
    "fiscal_year": "fiscal_quarter", "fiscal_quarter": "fiscal_month", "fiscal_month": "week",
}  # fmt: skip
USUAL = ("product", "reseller", "store", "month", "category", "channel", "country")
SHOWS = ("table", "chart", "rows")


@dataclass(frozen=True)
class Step:
    """One look into a cell: how the page was laid out before, and the filters that leave the cell alone."""

    by: tuple[str, ...]
    across: tuple[str, ...] = ()
    show: str = "table"
    sort: str = ""
    filters: tuple[Filter, ...] = ()


def text(step: Step) -> str:
    """`table|reseller,product|month|-units|reseller:Liberty|month:2025-05-01`, as the URL holds it."""
    cells = [f"{'not ' if one.exclude else ''}{one.dimension}:{value}" for one in step.filters for value in one.values]
    return "|".join(
        part.replace("%", "%25").replace("|", "%7C") for part in (step.show, ",".join(step.by), ",".join(step.across), step.sort, *cells)
    )


def read(texts: Sequence[str], problems: list[str]) -> tuple[Step, ...]:
    """The steps that a URL states; what can not be read ends the way, with a sentence."""
    steps: list[Step] = []
    for one in texts[:MOST_STEPS]:
        try:
            steps.append(_step(one))
        except (BadQuestion, ValueError):
            problems.append("A step of this address can not be read any more. The page shows what led up to it.")
            break
    return tuple(steps)


def _step(stated: str) -> Step:
    show, by, across, sort, *cells = (unquote(part) for part in stated.split("|"))
    names = [tuple(find_dimension(name).name for name in part.split(",") if name) for part in (by, across)]
    found: dict[tuple[str, bool], list[str]] = {}
    for cell in cells:
        name, mark, value = cell.removeprefix("not ").partition(":")
        if not mark:
            raise BadQuestion
        found.setdefault((find_dimension(name).name, cell.startswith("not ")), []).append(value)
    filters = tuple(Filter(name, tuple(values), exclude) for (name, exclude), values in found.items())
    return Step(names[0], names[1], show if show in SHOWS else "table", sort, filters)


def joined(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """One filter for each dimension and direction where they can be one: what both allow, or what either leaves out."""
    found: list[Filter] = []
    for one in filters:
        place = next((i for i, f in enumerate(found) if (f.dimension, f.exclude) == (one.dimension, one.exclude)), None)
        if place is None:
            found.append(one)
            continue
        own = found[place].values
        both = tuple(dict.fromkeys((*own, *one.values))) if one.exclude else tuple(value for value in one.values if value in own)
        if both:
            found[place] = replace(one, values=both)
        else:
            found.append(one)
    return tuple(found)


def words(filters: Iterable[Filter], name: Callable[[str, str], str]) -> str:
    """`Liberty · May 2025`, of a remainder `other products`, of a running total `Jan 2025–May 2025`. `name`: of a dimension's value."""
    return " · ".join(_words(one, name) for one in filters) or "Total"


def _words(one: Filter, name: Callable[[str, str], str]) -> str:
    title = DIMENSIONS[one.dimension].title.lower()
    if one.exclude:
        return f"{OTHERS} ({title})" if len(one.values) > 1 else f"without {name(one.dimension, one.values[0])}"
    if len(one.values) > 1:
        return f"{name(one.dimension, one.values[0])}–{name(one.dimension, one.values[-1])}"
    return name(one.dimension, one.values[0]) if one.values[0] else f"{title} not stated"


def next_dimensions(used: Iterable[str], offered: Iterable[str]) -> list[str]:
    """What to split a cell by: the finer time first, then what people ask for most, then the rest; nothing that the cell has fixed."""
    fixed = list(used)
    finer = [FINER[name] for name in fixed if name in FINER]
    listed = dict.fromkeys((*finer, *USUAL, *offered))
    return [name for name in listed if name in set(offered) and name not in fixed]
