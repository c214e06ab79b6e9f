"""The state of the Movers page as a value: read from a URL's parameters, written back, turned into questions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.sales.measures import MEASURES
from core.sales.movers import MOVED_BY
from core.sales.query import SalesQuery
from pages.components import stating
from pages.components.choosing import Choice

SHOWS: Mapping[str, str] = {"movers": "What moved", "declining": "Declining", "pace": "Fast and slow", "asleep": "Asleep"}
MEASURE_LABELS: Mapping[str, str] = {name: MEASURES[name].label for name in MOVED_BY}
IN_UNITS = ("pace", "asleep")  # whatever the figure above
COUNTED = "Pace and sleep are told in units sold, whatever the figure."
NAMES = ("by", "measure", "show")


@dataclass(frozen=True)
class View:
    """`by`: a dimension; `measure`: what it moved by; `show`: one of SHOWS."""

    by: str = "product"
    measure: str = "sales_eur_net"
    show: str = "movers"


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    problems: list[str] = []
    default = View()
    view = View(
        stating.one(parameters, "by", stating.ITEM_LABELS, default.by, problems),
        stating.one(parameters, "measure", MEASURE_LABELS, default.measure, problems),
        stating.one(parameters, "show", SHOWS, default.show, problems),
    )
    return view, tuple(problems)


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    default = View()
    return {name: [getattr(view, name)] for name in NAMES if getattr(view, name) != getattr(default, name)}


def population(chosen: Choice) -> SalesQuery:
    """What every part of the page is asked of: filters, period and comparison of the page."""
    return SalesQuery(("sales_eur_net",), (), chosen.where, chosen.period, chosen.comparison, like_for_like=chosen.like_for_like)
