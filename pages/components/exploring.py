"""The state of the Explore page as a value: read from a URL's parameters, written back, turned into a question and into code. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import BadQuestion
from core.sales.chart_choices import SHAPES
from core.sales.dimensions import DIMENSIONS, find_dimension
from core.sales.measures import MEASURES, find_measure
from core.sales.pivot_query import MOST_DIMENSIONS, PivotQuery
from core.sales.pivot_values import SHOWN_AS, As, why_not
from core.sales.query import Filter, SalesQuery, conditions
from pages.components import drilling
from pages.components.choosing import Choice
from pages.components.drilling import Step

Show = Literal["table", "chart", "rows"]
SHOWS: Mapping[str, str] = {"table": "Table", "chart": "Chart", "rows": "Source rows"}
FINE = ("day", "weekday", "week")
LIMITS = (10, 25, 50, 100, 500, 0)
NAMES = ("measure", "by", "across", "top", "bulk", "show", "as", "sort", "subtotals", "shape", "figure", "drill")


@dataclass(frozen=True)
class View:
    """What the chips say. `across`: the dimensions in the columns; `limit` 0: every row; `sort`: `-units`, `units@2025-05-01` (a column), ''
    for the usual order; `shape`: of the chart, '' for the one that suits best; `figure`: what the chart and the source rows are of, '' for
    the first; `trail`: the cells that were looked into. Filters and comparison are the page's `Choice`."""

    measures: tuple[str, ...] = ("sales_eur_net", "units")
    by: tuple[str, ...] = ("reseller",)
    across: tuple[str, ...] = ()
    limit: int = 50
    without_bulk: bool = False
    show: Show = "table"
    shown_as: As = "value"
    sort: str = ""
    subtotals: bool = True
    shape: str = ""
    figure: str = ""
    trail: tuple[Step, ...] = ()

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(name for name in self.by if name not in self.across)[: MOST_DIMENSIONS - len(self.across)]

    @property
    def drawn(self) -> str:
        """The measure of the chart and the source rows."""
        return self.figure if self.figure in self.measures else self.measures[0]


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    problems: list[str] = []
    default = View()
    by = _names(parameters.get("by", ()), problems)
    across = _across(_names(parameters.get("across", ()), problems), problems)
    view = View(
        tuple(name for name in parameters.get("measure", ()) if _known(find_measure, name, problems)) or default.measures,
        by if by or "" in parameters.get("by", ()) else default.by,
        across,
        _limit(parameters, problems),
        bool(parameters.get("bulk")),
        _one(parameters, "show", SHOWS, default.show, problems),  # type: ignore[arg-type]
        _one(parameters, "as", SHOWN_AS, default.shown_as, problems),  # type: ignore[arg-type]
        _sort(parameters, problems),
        "off" not in parameters.get("subtotals", ()),
        _shape(parameters, problems),
        next((name for name in parameters.get("figure", ())[-1:] if _known(find_measure, name, problems)), ""),
        drilling.read(parameters.get("drill", ()), problems),
    )
    left_out = [name for name in view.by if name not in (*view.rows, *view.across)]
    if left_out:
        titles = " and ".join(DIMENSIONS[name].title for name in left_out)
        problems.append(f"A table has up to {MOST_DIMENSIONS} dimensions in rows and columns; {titles} was left out.")
    return replace(view, by=tuple(name for name in view.by if name not in left_out)), tuple(problems)


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    default = View()
    stated: dict[str, list[str]] = {}
    if view.measures != default.measures:
        stated["measure"] = list(view.measures)
    if view.by != default.by:
        stated["by"] = list(view.by) or [""]
    stated |= {"across": list(view.across)} if view.across else {}
    stated |= {"top": [str(view.limit)]} if view.limit != default.limit else {}
    stated |= {"bulk": ["out"]} if view.without_bulk else {}
    stated |= {"show": [view.show]} if view.show != default.show else {}
    stated |= {"as": [view.shown_as]} if view.shown_as != default.shown_as else {}
    stated |= {"subtotals": ["off"]} if not view.subtotals else {}
    named = {"sort": view.sort, "shape": view.shape, "figure": view.figure}
    stated |= {name: [value] for name, value in named.items() if value}
    return stated | ({"drill": [drilling.text(step) for step in view.trail]} if view.trail else {})


def question(view: View, chosen: Choice) -> SalesQuery:
    """The SalesQuery of a view under the global filter and the cells that were looked into; without an order of its own."""
    return SalesQuery(
        view.measures,
        view.rows,
        drilling.joined((*chosen.where, *(one for step in view.trail for one in step.filters))),
        chosen.period,
        chosen.comparison,
        limit=view.limit or None,
        others=bool(view.limit),
        without_bulk=view.without_bulk,
        like_for_like=chosen.like_for_like,
    )


def pivot(view: View, chosen: Choice) -> tuple[PivotQuery, tuple[str, ...]]:
    """The table of a view, and one sentence for an order it can not have."""
    asked = PivotQuery(question(view, chosen), view.across)
    asked = replace(asked, running=view.shown_as == "running" and not why_not(asked, "running"))
    if not view.sort:
        return asked, ()
    name, at = order_of(view.sort)
    ordered = replace(asked, query=replace(asked.query, order_by=name, descending=view.sort.startswith("-")), at=at)
    try:
        return ordered.check(), ()
    except BadQuestion as error:
        return asked, (f"{error.message} The usual order is shown.",)


def order_of(sort: str) -> tuple[str, str | None]:
    """`-units@2025-05-01` → (`units`, `2025-05-01`): the column of the table's figures, and of which heading; None: of the total."""
    name, mark, at = sort.removeprefix("-").partition("@")
    return name, at if mark else None


def turned(sort: str, name: str, at: str | None = None) -> str:
    """What a click on a heading makes of the order: the largest first (of groups, the first), and the other way round when clicked again."""
    asked = name if at is None else f"{name}@{at}"
    first = asked if name in DIMENSIONS else f"-{asked}"
    return first if sort != first else f"-{asked}" if name in DIMENSIONS else asked


def charted(view: View) -> tuple[str, ...]:
    """The dimensions of the chart: the outermost of the rows and of the columns, or two of either."""
    if view.rows and view.across:
        return (view.rows[0], view.across[0])
    return (view.rows or view.across)[:2]


def coarser(view: View) -> View:
    """The same by month in place of days, weekdays or weeks."""

    def months(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys("month" if name in FINE else name for name in names))

    across = months(view.across)
    return replace(view, by=tuple(name for name in months(view.by) if name not in across), across=across, sort="")


def title(query: SalesQuery, across: Sequence[str] = ()) -> str:
    """`Net revenue, Units by Reseller and Month`."""
    names = [DIMENSIONS[name].title for name in (*query.by, *across)]
    by = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
    return ", ".join(MEASURES[name].label for name in query.measures) + (f" by {by}" if by else "")


def code(query: SalesQuery) -> str:
    """The same question for a notebook; run there, it gives the same figures."""
    lines = [f"    measures={list(query.measures)!r},", f"    by={list(query.by)!r},", *_code_of_choices(query)]
    return "\n".join(["import core", "", "wb = core.open()", "wb.sales(", *lines, ")"])


def pivot_code(asked: PivotQuery, shown_as: As = "value", *, subtotals: bool = True) -> str:
    """The same table for a notebook; run there, it gives the same figures."""
    query = asked.query
    lines = [f"    measures={list(query.measures)!r},", f"    rows={list(query.by)!r},"]
    lines += [f"    columns={list(asked.columns)!r},"] if asked.columns else []
    lines += _code_of_choices(query)
    lines += [f"    at={asked.at!r},"] if asked.at is not None else []
    lines += [f'    shown_as="{shown_as}",'] if shown_as != "value" else []
    lines += ["    subtotals=False,"] if not subtotals else []
    return "\n".join(["import core", "", "wb = core.open()", "wb.pivot(", *lines, ")"])


def _code_of_choices(query: SalesQuery) -> list[str]:
    where = conditions(query.where)
    lines = [f"    where={where!r},"] if where else []
    lines += [f'    period="{query.period}",'] if query.period else []
    lines += [f'    compare="{query.compare}",'] if query.compare else []
    lines += [f'    like_for_like="{query.like_for_like}",'] if query.like_for_like else []
    lines += [f'    order_by="{query.order_by}", descending={query.descending},'] if query.order_by else []
    lines += [f"    limit={query.limit}, others={query.others},"] if query.limit else []
    return [*lines, *(["    without_bulk=True,"] if query.without_bulk else [])]


def looked_into(view: View, cell: Sequence[Filter], by: str, figure: str = "") -> View:
    """A cell split by another dimension: it becomes a filter, and a step of the way back."""
    fixed = {one.dimension for one in cell if not one.exclude}
    across = tuple(name for name in view.across if name not in fixed and name != by)
    step = Step(view.by, view.across, view.show, view.sort, tuple(cell))
    as_value = view.shown_as if view.shown_as in ("value", "change", "change_pct", "share_total") else "value"
    return replace(view, by=(by,), across=across, sort="", shown_as=as_value, figure=figure, trail=(*view.trail, step))


def traced(view: View, cell: Sequence[Filter], figure: str) -> View:
    """The rows behind a cell."""
    step = Step(view.by, view.across, view.show, view.sort, tuple(cell))
    return replace(view, show="rows", figure=figure, trail=(*view.trail, step))


def back(view: View, place: int) -> View:
    """The view as it was before the step at `place`."""
    step = view.trail[place]
    return replace(view, by=step.by, across=step.across, show=step.show, sort=step.sort, trail=view.trail[:place])  # type: ignore[arg-type]


def _names(texts: Sequence[str], problems: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in texts if name and _known(find_dimension, name, problems)))


def _across(names: tuple[str, ...], problems: list[str]) -> tuple[str, ...]:
    if len(names) > 2:
        problems.append("Columns hold up to two dimensions. The first two are shown.")
    return names[:2]


def _sort(parameters: Mapping[str, Sequence[str]], problems: list[str]) -> str:
    text = (parameters.get("sort") or ("",))[-1]
    name = order_of(text)[0]
    for suffix in ("_change_pct", "_change", "_before"):
        name = name.removesuffix(suffix) if name not in MEASURES else name
    if not text or name in DIMENSIONS or name in MEASURES:
        return text
    problems.append(f"Rows can not be sorted by “{name}”. The usual order is shown.")
    return ""


def _shape(parameters: Mapping[str, Sequence[str]], problems: list[str]) -> str:
    text = (parameters.get("shape") or ("",))[-1]
    if not text or text in SHAPES:
        return text
    problems.append(f"“{text}” is no shape of a chart. The one that suits best is shown.")
    return ""


def _known(find: object, name: str, problems: list[str]) -> bool:
    try:
        find(name)  # type: ignore[operator]
    except BadQuestion as error:
        problems.append(f"{error.message} It was left out.")
        return False
    return True


def _one(parameters: Mapping[str, Sequence[str]], name: str, known: Mapping[str, str], default: str, problems: list[str]) -> str:
    value = (parameters.get(name) or (default,))[-1]
    if value in known:
        return value
    problems.append(f"“{value}” can not be used for “{name}”. {known[default]} is shown instead.")
    return default


def _limit(parameters: Mapping[str, Sequence[str]], problems: list[str]) -> int:
    text = (parameters.get("top") or (str(View().limit),))[-1]
    if text in map(str, LIMITS):
        return int(text)
    problems.append(f"“{text}” is no number of rows. The first {View().limit} are shown instead.")
    return View().limit


MEASURE_LABELS: dict[str, str] = {name: measure.label for name, measure in MEASURES.items()}
DIMENSION_LABELS: dict[str, str] = {name: dimension.title for name, dimension in DIMENSIONS.items()}


def dimension_labels(view: View, *, fiscal: bool) -> dict[str, str]:
    """The dimensions to offer: the fiscal ones where the brand states a fiscal calendar, or where the view has one already."""
    used = {*view.by, *view.across}
    return {name: label for name, label in DIMENSION_LABELS.items() if fiscal or not name.startswith("fiscal_") or name in used}
