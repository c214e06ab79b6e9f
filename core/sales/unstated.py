"""Who states less than a question asks for: resellers whose lines name no store, product or order, with what stands in such lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from core.sales.asking import Asked, AskedFilter
from core.sales.dimensions import DIMENSIONS, NOT_STATED, Dimension
from core.sales.formatting import format_figure
from core.sales.measures import MEASURES
from core.sales.naming import name_list
from core.sales.query import Caveat

FILTERED = ("product", "store")  # a filter on these leaves out, silently, what names none
Rows = Callable[[Asked], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Unstated:
    """What lines without a value of `dimension` hold, by reseller (of days and weeks without names: `caveats` names who states none).
    `filtered`: the question names values of it, so they are in no figure."""

    dimension: Dimension
    measure: str
    values: tuple[tuple[str, Any], ...]
    filtered: bool = False

    def caveat(self) -> Caveat:
        """“Net revenue of € 70 is not stated by product (Galilu) and stands in a row of its own.”"""
        label, without = MEASURES[self.measure].label, self.dimension.without
        whole = sum(value for _, value in self.values)
        names = name_list([name for name, _ in self.values if name])
        figure = f"{label} of {format_figure(self.measure, whole)} is not stated by {without}{f' ({names})' if names else ''}"
        if self.filtered:
            return Caveat("not_stated", f"{figure}: whatever of it belongs here is in no figure.")
        return Caveat("not_stated", f"{figure} and stands in a row of its own.")


def find_unstated(asked: Asked, frame: pl.DataFrame, read: Rows) -> tuple[Unstated, ...]:
    """Of the dimensions whose rows include “not stated”, and of filters on a product or store. `read` runs a question by reseller."""
    measure = asked.measures[0]
    if measure.additivity != "additive":
        return ()
    split = [d for d in asked.dimensions if d.without and _blank(frame, d).height and _blank(frame, d)[measure.name].sum()]
    found = [_in_sight(asked, d, frame) or _unstated(asked, d, read, filtered=False) for d in split]
    named = [f.dimension for f in asked.filters if f.dimension.name in FILTERED and not f.exclude and not f.blank]
    found += [_unstated(asked, d, read, filtered=True) for d in named if d not in split]
    return tuple(one for one in found if one.values)


def _in_sight(asked: Asked, dimension: Dimension, frame: pl.DataFrame) -> Unstated | None:
    """What the rows themselves tell: of time, or beside the reseller."""
    measure, blank = asked.measures[0].name, _blank(frame, dimension)
    if dimension.kind == "date":
        return Unstated(dimension, measure, (("", blank[measure].sum()),))
    if "reseller" not in frame.columns:
        return None
    sums = blank.group_by("reseller").agg(pl.col(measure).sum()).filter(pl.col(measure) != 0).sort("reseller")
    return Unstated(dimension, measure, tuple(sums.rows()))


def _unstated(asked: Asked, dimension: Dimension, read: Rows, *, filtered: bool) -> Unstated:
    measure = asked.measures[0]
    rows = [(str(row["reseller"]), row[measure.name]) for row in read(_by_reseller(asked, dimension)) if row[measure.name]]
    return Unstated(dimension, measure.name, tuple(sorted(rows)), filtered)


def _by_reseller(asked: Asked, dimension: Dimension) -> Asked:
    """The same lines that name nothing of the dimension, by reseller."""
    others: Iterable[AskedFilter] = (f for f in asked.filters if f.dimension.name != dimension.name)
    query = replace(asked.query, measures=asked.query.measures[:1], by=("reseller",), compare=None, limit=None, others=False, order_by=None)
    return replace(
        asked,
        query=query,
        measures=asked.measures[:1],
        dimensions=(DIMENSIONS["reseller"],),
        filters=(*others, AskedFilter(dimension, (), (), True, False)),
        order=(("reseller", False),),
        kept=None,
    )


def _blank(frame: pl.DataFrame, dimension: Dimension) -> pl.DataFrame:
    column = pl.col(dimension.name)
    return frame.filter(column.is_null() if dimension.kind == "date" else column == NOT_STATED)
