"""The state of the Explore page as a value: read from a URL's parameters, written back, turned into a question and into code. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import BadQuestion
from core.sales.dimensions import DIMENSIONS, find_dimension
from core.sales.measures import MEASURES, find_measure
from core.sales.query import SalesQuery
from pages.components.choosing import Choice

Show = Literal["table", "chart", "rows"]
SHOWS: Mapping[str, str] = {"table": "Table", "chart": "Chart", "rows": "Source rows"}
LIMITS = (10, 25, 50, 100, 500, 0)
CHART_HINT = "A chart needs one or two dimensions with at least two values. Put time or a group into the rows."
NAMES = ("measure", "by", "across", "top", "bulk", "show")


@dataclass(frozen=True)
class View:
    """What the chips say. `across`: the dimension in the columns; `limit` 0: every row. Filters and comparison are the page's `Choice`."""

    measures: tuple[str, ...] = ("sales_eur_net", "units")
    by: tuple[str, ...] = ("reseller",)
    across: str = ""
    limit: int = 50
    without_bulk: bool = False
    show: Show = "table"


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    problems: list[str] = []
    default = View()
    measures = tuple(name for name in parameters.get("measure", ()) if _known(find_measure, name, problems)) or default.measures
    by = tuple(name for name in parameters.get("by", ()) if name and _known(find_dimension, name, problems))
    across = next((name for name in parameters.get("across", ()) if name and _known(find_dimension, name, problems)), "")
    show = _one(parameters, "show", SHOWS, default.show, problems)
    view = View(
        measures,
        by if by or "" in parameters.get("by", ()) else default.by,
        across,
        _limit(parameters, problems),
        bool(parameters.get("bulk")),
        show,
    )  # type: ignore[arg-type]
    return view, tuple(problems)


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    default = View()
    stated: dict[str, list[str]] = {}
    if view.measures != default.measures:
        stated["measure"] = list(view.measures)
    if view.by != default.by:
        stated["by"] = list(view.by) or [""]
    stated |= {"across": [view.across]} if view.across else {}
    stated |= {"top": [str(view.limit)]} if view.limit != default.limit else {}
    stated |= {"bulk": ["out"]} if view.without_bulk else {}
    return stated | ({"show": [view.show]} if view.show != default.show else {})


def question(view: View, chosen: Choice) -> SalesQuery:
    """The SalesQuery of a view under the global filter."""
    return SalesQuery(
        view.measures,
        tuple(name for name in view.by if name != view.across),
        chosen.where,
        chosen.period,
        chosen.comparison,
        limit=view.limit or None,
        others=bool(view.limit),
        without_bulk=view.without_bulk,
        like_for_like=chosen.like_for_like,
    )


def charted(view: View, query: SalesQuery) -> SalesQuery:
    """What the chart shows: the first figure by the rows and, if set, the columns; time first."""
    names = [*query.by, *([view.across] if view.across else [])][:2]
    names.sort(key=lambda name: DIMENSIONS[name].kind != "date")
    compare = query.compare if len(names) == 1 else None
    alike = query.like_for_like if compare is not None else None
    cut = query.limit if len(names) == 1 and DIMENSIONS[names[0]].kind == "text" else None
    return replace(
        query,
        measures=query.measures[:1],
        by=tuple(names),
        compare=compare,
        like_for_like=alike,
        limit=min(cut, 30) if cut else cut,
        others=bool(cut),
    )


def title(query: SalesQuery) -> str:
    """`Net revenue, Units by Reseller`."""
    by = ", ".join(DIMENSIONS[name].title for name in query.by)
    return ", ".join(MEASURES[name].label for name in query.measures) + (f" by {by}" if by else "")


def code(query: SalesQuery, across: str = "") -> str:
    """The same question for a notebook; run there, it gives the same figures."""
    where = {f"{'not ' if f.exclude else ''}{f.dimension}": list(f.values) for f in query.where}
    lines = [f"    measures={list(query.measures)!r},", f"    by={[*query.by, *([across] if across else [])]!r},"]
    lines += [f"    where={where!r},"] if where else []
    lines += [f'    period="{query.period}",'] if query.period else []
    lines += [f'    compare="{query.compare}",'] if query.compare and not across else []
    lines += [f'    like_for_like="{query.like_for_like}",'] if query.like_for_like and not across else []
    lines += [f"    limit={query.limit}, others={query.others},"] if query.limit and not across else []
    lines += ["    without_bulk=True,"] if query.without_bulk else []
    return "\n".join(["import core", "", "wb = core.open()", "wb.sales(", *lines, ")"])


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
    if text.isdigit() and int(text) in LIMITS:
        return int(text)
    problems.append(f"“{text}” is no number of rows. The first {View().limit} are shown instead.")
    return View().limit


MEASURE_LABELS: dict[str, str] = {name: measure.label for name, measure in MEASURES.items()}
DIMENSION_LABELS: dict[str, str] = {name: dimension.title for name, dimension in DIMENSIONS.items()}


def dimension_labels(view: View, *, fiscal: bool) -> dict[str, str]:
    """The dimensions to offer: the fiscal ones where the brand states a fiscal calendar, or where the view has one already."""
    used = {*view.by, view.across}
    return {name: label for name, label in DIMENSION_LABELS.items() if fiscal or not name.startswith("fiscal_") or name in used}
