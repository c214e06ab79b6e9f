"""The state of the Pareto page as a value: read from a URL's parameters, written back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import BadQuestion
from core.sales.classes import CLASSED_BY, CLASSES, GONE, NEW, Cuts
from core.sales.measures import MEASURES
from pages.components import stating

MEASURE_LABELS: Mapping[str, str] = {name: MEASURES[name].label for name in CLASSED_BY}
FIRST, SECOND = (60, 65, 70, 75, 80, 85, 90), (85, 90, 95, 97, 99)
ROWS_BEFORE: tuple[str, ...] = (*CLASSES, NEW)
COLUMNS_NOW: tuple[str, ...] = (*CLASSES, GONE)
NAMES = ("by", "measure", "a", "b", "was", "is")


@dataclass(frozen=True)
class View:
    """`a`, `b`: percent of the whole at which the classes A and B end; `was`, `now`: the cell of the migration matrix whose items are listed,
    '' for all items."""

    by: str = "product"
    measure: str = "sales_eur_net"
    a: int = 80
    b: int = 95
    was: str = ""
    now: str = ""

    @property
    def cuts(self) -> Cuts:
        return Cuts(Decimal(self.a) / 100, Decimal(self.b) / 100)


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    problems: list[str] = []
    default = View()
    a, b = (stating.number(parameters, name, tuple(range(1, 100)), getattr(default, name), problems) for name in ("a", "b"))
    try:
        View(a=a, b=b).cuts  # noqa: B018
    except BadQuestion as error:
        problems.append(f"{error.message} {default.a} and {default.b} are used instead.")
        a, b = default.a, default.b
    was, now = _cell(parameters, problems)
    view = View(
        stating.one(parameters, "by", stating.ITEM_LABELS, default.by, problems),
        stating.one(parameters, "measure", MEASURE_LABELS, default.measure, problems),
        a,
        b,
        was,
        now,
    )
    return view, tuple(problems)


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    default = View()
    values = {name: (getattr(view, _field(name)), getattr(default, _field(name))) for name in NAMES}
    return {name: [str(value)] for name, (value, usual) in values.items() if value != usual}


def _cell(parameters: Mapping[str, Sequence[str]], problems: list[str]) -> tuple[str, str]:
    was, now = ((parameters.get(name) or ("",))[-1] for name in ("was", "is"))
    if (was, now) == ("", "") or (was in ROWS_BEFORE and now in COLUMNS_NOW):
        return was, now
    problems.append(f"There is no move from “{was}” to “{now}”. All items are listed.")
    return "", ""


def _field(name: str) -> str:
    return "now" if name == "is" else name
