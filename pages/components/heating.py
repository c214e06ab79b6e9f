"""The state of the Heat map page as a value: read from a URL's parameters, written back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.sales.heat_map import ACROSS, MEASURES_OF_CELLS
from core.sales.measures import MEASURES
from core.sales.query import Comparison, Period
from pages.components import stating
from pages.components.choosing import Choice

MEASURE_LABELS: Mapping[str, str] = {name: MEASURES[name].label for name in MEASURES_OF_CELLS}
TINTS: Mapping[str, str] = {"value": "Value", "season": "Season", "change": "Change"}
ORDERS: Mapping[str, str] = {"size": "Largest first", "launch": "Newest first", "name": "By name"}
TOPS = (10, 25, 50, 100)
NAMES = ("by", "measure", "across", "tint", "order", "top")


@dataclass(frozen=True)
class View:
    """`tint`: what colours a cell: its value, its part of the row's largest (the season's shape), or its change."""

    by: str = "product"
    measure: str = "sales_eur_net"
    across: str = "month"
    tint: str = "value"
    order: str = "size"
    top: int = 25


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    problems: list[str] = []
    known = {"by": stating.ITEM_LABELS, "measure": MEASURE_LABELS, "across": ACROSS, "tint": TINTS, "order": ORDERS}
    chosen = {name: stating.one(parameters, name, labels, getattr(View(), name), problems) for name, labels in known.items()}
    return View(**chosen, top=stating.number(parameters, "top", TOPS, View().top, problems)), tuple(problems)


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    return {name: [str(getattr(view, name))] for name in NAMES if getattr(view, name) != getattr(View(), name)}


def comparison(view: View, chosen: Choice) -> Comparison | Period | None:
    """What the cells are compared with: the page's choice; where it makes none, the prior year if the cells show a change."""
    return chosen.comparison or ("prior_year" if view.tint == "change" else None)
