"""The dictionary of figures and dimensions as it is shown and searched: what each means, where it comes from, and who states it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.sales.dimensions import DIMENSIONS, Dimension
from core.sales.measures import MEASURES, SUMS, Measure
from core.sales.naming import name_list
from core.sales.query import Result, SalesQuery
from core.sales.suggesting import nearest_names
from core.sales.synonyms import SYNONYMS

ADDS = {"additive": "adds up", "distinct": "counted anew in every total", "ratio": "computed anew in every total"}


@dataclass(frozen=True)
class Stated:
    """Who states a figure, and since which year. `every`: of all resellers with data."""

    resellers: tuple[tuple[str, int], ...]
    every: int

    @property
    def words(self) -> str:
        """“7 of 9 resellers since 2024; not Aromateque and Galilu”."""
        if not self.resellers:
            return "nobody yet"
        since = min(year for _, year in self.resellers)
        if len(self.resellers) < 4 and len(self.resellers) < self.every:
            return f"{name_list([name for name, _ in self.resellers])}, since {since}"
        return f"{len(self.resellers)} of {self.every} resellers, since {since}"


def stated_query() -> SalesQuery:
    """Every measure that sums answer, by reseller and year, over all data."""
    return SalesQuery(tuple(name for name, measure in MEASURES.items() if _from_sums(measure)), ("reseller", "year"))


def stated(result: Result) -> Mapping[str, Stated]:
    """By measure, the resellers with a figure (0 counts for none) and the first year of it. `result`: the answer to `stated_query`."""
    every = result.frame["reseller"].n_unique()
    found: dict[str, Stated] = {}
    for name in result.query.measures:
        first: dict[str, int] = {}
        for reseller, year, value in result.frame.select("reseller", "year", name).rows():
            if value and year is not None:
                first[reseller] = min(year.year, first.get(reseller, year.year))
        found[name] = Stated(tuple(sorted(first.items())), every)
    return found


def source_of(measure: Measure) -> str:
    """Where its lines come from, in words: “every reseller's lines”, “web shop orders”."""
    if measure.only == "d2c":
        return "the own web shop's orders"
    return "; ".join(dict.fromkeys(SUMS[name].source for name in measure.sums)).replace("rollup", "every reseller's lines")


def conditions_of(measure: Measure) -> str:
    """Which lines count, in SQL of a line."""
    return ", ".join(measure.conditions) or "all lines that count"


def found_measures(text: str) -> list[Measure]:
    """The measures a search meets: by name, label, unit, definition, formula or what else people call them; all for an empty one. One whose
    name it is stands first."""
    met = [m for m in MEASURES.values() if _meets(text, m.name, m.label, m.unit, m.definition, m.formula)]
    return sorted(met, key=lambda m: text.casefold().strip() not in (m.name, m.label.casefold()))


def found_dimensions(text: str) -> list[Dimension]:
    """As `found_measures`."""
    return [d for d in DIMENSIONS.values() if _meets(text, d.name, d.title, d.definition)]


def _meets(text: str, name: str, *words: str) -> bool:
    """Every word of the search stands somewhere."""
    whole = " ".join((name, *words, *SYNONYMS.get(name, ()))).casefold()
    return all(part in whole for part in text.casefold().split())


def suggestions(text: str) -> tuple[str, ...]:
    """For a search that meets nothing: the nearest names."""
    labels = {name: measure.label for name, measure in MEASURES.items()} | {name: d.title for name, d in DIMENSIONS.items()}
    return tuple(labels[name] for name in nearest_names(text, labels))


def _from_sums(measure: Measure) -> bool:
    return all(SUMS[name].in_rollup and not SUMS[name].of_stock for name in measure.sums)
