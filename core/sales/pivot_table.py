"""A pivot as it is seen: lines with subtotals, headings, cells; as a frame, and as what can be taken away. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import polars as pl

from core.sales import shown
from core.sales.charts import name_moment
from core.sales.dimensions import DIMENSIONS, NOT_STATED, OTHERS
from core.sales.files import column_title
from core.sales.fiscal import FiscalCalendar, Part, name_part
from core.sales.measures import find_measure
from core.sales.pivot_ordering import arranged
from core.sales.pivot_query import Cells, Member, Path
from core.sales.pivot_values import HELD, HELD_PAIR, SHOWN_AS, As, Value, can_be_held, figures_in, is_share, reader, why_not
from core.sales.query import Result
from core.sales.relative import in_place
from core.sales.shown import Shown

TOTAL = "Total"
MONEY = pl.Decimal(38, 9)
Kind = Literal["cells", "subtotal", "total", "held"]
Name = Callable[[Member], str]


@dataclass(frozen=True)
class Line:
    """A row. `kind` 'cells': the finest groups (or the remainder of an outer one)."""

    path: Path
    kind: Kind = "cells"


@dataclass(frozen=True)
class Head:
    """A column: the groups across, and which figure of theirs. `unit` as in `Shown.units`."""

    path: Path
    figure: str
    unit: str
    kind: Kind = "cells"


@dataclass(frozen=True)
class PivotTable:
    """`values[line][head]`; a blank is not stated, a 0 is. `notes`: what must be said of how the figures are shown."""

    cells: Cells
    shown_as: As
    lines: tuple[Line, ...]
    heads: tuple[Head, ...]
    values: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        return self.cells.result

    def label_columns(self) -> tuple[str, ...]:
        """Headings of the rows' groups."""
        return tuple(DIMENSIONS[name].title for name in self.cells.asked.rows) or ("",)

    def labels(self, line: Line, name: Name) -> tuple[str, ...]:
        """What stands at the left of a line; a subtotal says “Total” in place of its parts."""
        count = len(self.label_columns())
        if line.kind in ("total", "held"):
            return (TOTAL if line.kind == "total" else HELD, *[""] * (count - 1))
        words = [name(member) for member in line.path] or ["All"]
        more = [TOTAL, *[""] * count] if line.kind == "subtotal" else [""] * count
        return tuple([*words, *more][:count])

    def titles(self, name: Name) -> tuple[str, ...]:
        """A heading for each column, each once: `May 2025`, with several figures `May 2025 · Units`."""
        several = len({head.figure for head in self.heads}) > 1 or not self.cells.asked.columns
        found: list[str] = []
        for head in self.heads:
            above = " · ".join(name(member) for member in head.path) + (f" · {TOTAL}" if head.kind == "subtotal" else "")
            groups = above or (TOTAL if self.cells.asked.columns else "")
            title = " · ".join(part for part in (groups, self.figure_title(head) if several else "") if part)
            found.append(title if title not in found else f"{title} ({found.count(title) + 1})")
        return tuple(found)

    def figure_title(self, head: Head) -> str:
        """`Net revenue (EUR net)`, `Net revenue, change %`, `Net revenue, share of total`."""
        if is_share(head.figure, self.shown_as):
            return f"{find_measure(head.figure).label}, {SHOWN_AS[self.shown_as].lower()}"
        running = ", running total" if self.shown_as == "running" and head.kind == "cells" else ""
        return f"{column_title(head.figure)}{running}"

    def frame(self, name: Name | None = None) -> pl.DataFrame:
        """One text column for each dimension of the rows, then one for each heading; subtotals stand above their parts, the total last."""
        named = name or namer()
        texts = [self.labels(line, named) for line in self.lines]
        labels = [pl.Series(title, [row[i] for row in texts], dtype=pl.String) for i, title in enumerate(self.label_columns())]
        taken = {series.name for series in labels}
        columns = [
            pl.Series(title if title not in taken else f"{title} ", [row[i] for row in self.values], dtype=self._dtype(head))
            for i, (head, title) in enumerate(zip(self.heads, self.titles(named), strict=True))
        ]
        return pl.DataFrame([*labels, *columns])

    def word(self, row: int, place: int) -> str:
        """What stands in a cell where a percentage would: “new” or a dash; '' elsewhere."""
        head, line = self.heads[place], self.lines[row]
        if self.values[row][place] is not None or not head.figure.endswith("_change_pct"):
            return ""
        figures = self.cells.figures.get((line.path, head.path), {})
        return in_place([figures], [head.figure]).get(head.figure, ("",))[0]

    def _stands(self, titles: Sequence[str]) -> dict[str, tuple[str, ...]]:
        found = {title: tuple(self.word(row, place) for row in range(len(self.lines))) for place, title in enumerate(titles)}
        return {title: words for title, words in found.items() if any(words)}

    def _dtype(self, head: Head) -> Any:
        return pl.Int64 if head.unit in ("units", "orders", "lines", "stores", "products", "resellers") else MONEY

    def as_shown(self, title: str, name: Name | None = None) -> Shown:
        """The table exactly as it is seen, with what it says of itself."""
        frame = self.frame(name)
        has_total = bool(self.lines) and self.lines[-1].kind == "total"
        labels = self.label_columns()
        totals = frame.row(-1, named=True) if has_total else {}
        units = dict(zip(frame.columns[len(labels) :], (head.unit for head in self.heads), strict=True))
        facts = [fact for fact in shown.about(self.result) if fact[0] != "SQL"]
        facts += [("Rows", text) for text in self._shortened()]
        facts += [("Shown as", SHOWN_AS[self.shown_as]), *(("Note", note) for note in self.notes), ("SQL", self.result.sql)]
        rows = frame.head(-1) if has_total else frame
        left = {k: v for k, v in totals.items() if k not in labels}
        return Shown(title, rows, tuple(facts), left, units, self._stands(frame.columns[len(labels) :]))

    def _shortened(self) -> Iterator[str]:
        if any(member.is_rest for line in self.lines for member in line.path) and self.cells.asked.query.limit:
            yield f"the first {self.cells.asked.query.limit} of each group, the rest as “{OTHERS}”"


def table(cells: Cells, shown_as: As = "value", *, subtotals: bool = True) -> PivotTable:
    """Lay the answers out. What can not be shown so is shown as values, and a note says why."""
    refused = why_not(cells.asked, shown_as)
    shown_as = "value" if refused else shown_as
    held = cells.result.held_net if shown_as in ("share_total", "share_column") and can_be_held(cells.asked) else None
    rows, columns = (arranged(cells.asked, cells.figures, side) for side in (0, 1))
    lines, heads = list(_lines(cells, rows, subtotals)), list(_heads(cells, columns, shown_as))
    if held and lines and cells.asked.rows:
        lines.insert(len(lines) - 1, Line((), "held"))
    value = reader(cells, shown_as, held if cells.asked.rows else None)
    values = tuple(tuple(value(_pair(line, head), head.figure) for head in heads) for line in lines)
    notes = tuple(note for note in (refused, *_notes(cells, shown_as, held)) if note)
    return PivotTable(cells, shown_as, tuple(lines), tuple(heads), values, notes)


def _pair(line: Line, head: Head) -> tuple[Path, Path]:
    return (HELD_PAIR[0], head.path) if line.kind == "held" else (line.path, head.path)


def _lines(cells: Cells, leaves: Sequence[Path], subtotals: bool) -> Iterator[Line]:
    """Every subtotal above its parts, the total last; the remainder of an outer list is one line, without parts."""
    depth, seen = len(cells.asked.rows), set[Path]()
    if not depth:
        yield Line(())
        return
    for leaf in leaves:
        for level in range(1, depth):
            above = leaf[:level]
            if above in seen:
                continue
            seen.add(above)
            closed = _is_closed(leaf, level)
            if subtotals or closed:
                yield Line(above, "cells" if closed else "subtotal")
        if not any(_is_closed(leaf, level) for level in range(1, depth)):
            yield Line(leaf)
    yield Line((), "total")


def _is_closed(leaf: Path, level: int) -> bool:
    """True where the group of that level is a remainder and everything below it too."""
    return all(member.is_rest for member in leaf[level - 1 :])


def _heads(cells: Cells, leaves: Sequence[Path], shown_as: As) -> Iterator[Head]:
    """The finest columns, after each outer group its total, then the total of all."""
    asked = cells.asked
    one = figures_in(asked, shown_as, total=False)
    for place, leaf in enumerate(leaves if asked.columns else ()):
        yield from (Head(leaf, figure, _unit(figure, shown_as)) for figure in one)
        after = leaves[place + 1] if place + 1 < len(leaves) else ()
        if len(leaf) > 1 and leaf[:1] != after[:1]:
            yield from (Head(leaf[:1], figure, _unit(figure, shown_as), "subtotal") for figure in one)
    yield from (Head((), figure, _unit(figure, shown_as), "total") for figure in figures_in(asked, shown_as, total=True))


def _unit(figure: str, shown_as: As) -> str:
    return "ratio" if not figure.endswith(("_change", "_change_pct", "_before")) and is_share(figure, shown_as) else shown.unit_of(figure)


def _notes(cells: Cells, shown_as: As, held: Value) -> Iterator[str]:
    shares = [name for name in cells.asked.query.measures if is_share(name, shown_as)]
    others = [find_measure(name).label for name in cells.asked.query.measures if name not in shares]
    if shares and others:
        yield f"{' and '.join(others)}: shown as values, because they do not add up over groups and so have no shares."
    if cells.asked.at is not None and not any(path[0].text == cells.asked.at for path in cells.paths(1, 1)):
        yield f"There is no column “{cells.asked.at}” to sort by, so rows follow the total."
    if held and shares:
        yield "What is held in the inbox is a part of the whole, in a row of its own, so that shares add to 100 %."
    if shown_as == "running" and any(
        member.value is None for path in cells.figures for side in path for member in side if _is_time(member)
    ):
        yield "Lines that state no such time are in the total, but in no running total."


def _is_time(member: Member) -> bool:
    return DIMENSIONS[member.dimension].kind == "date"


def namer(calendar: FiscalCalendar | None = None, words: Mapping[tuple[str, str], str] | None = None) -> Name:
    """Names of members as people read them: `May 2025`, `FY2026 Q2`, `w/c 2 Jun 2025`, `not stated`. `words`: (dimension, value) said
    differently."""

    def name(member: Member) -> str:
        value: Any = member.value
        if value is None:
            return NOT_STATED
        if isinstance(value, date):
            if calendar is not None and member.dimension.startswith("fiscal_"):
                part: Part = member.dimension.removeprefix("fiscal_")  # type: ignore[assignment]
                return name_part(calendar, value, part)
            return name_moment(value, member.dimension)
        return (words or {}).get((member.dimension, str(value)), str(value))

    return name


def finest(cells: Cells, names: Sequence[str]) -> Result:
    """The answer by some of the pivot's groups (a grouping of it), in the pivot's order, as a Result: for charts."""
    asked = cells.asked
    count = (len([n for n in asked.rows if n in names]), len([n for n in asked.columns if n in names]))
    rows, columns = (list(dict.fromkeys(path[: count[side]] for path in arranged(asked, cells.figures, side))) for side in (0, 1))
    found: list[dict[str, Any]] = []
    for row in rows:
        for column in columns:
            figures = cells.figures.get((row, column))
            if figures is not None:
                found.append(
                    {member.dimension: member.value if member.value is not None else _blank(member) for member in (*row, *column)}
                    | dict(figures)
                )
    shape = cells.result.frame.schema
    kept = [*names, *(name for name in shape if name not in asked.dimensions)]
    frame = pl.DataFrame([pl.Series(name, [row[name] for row in found], dtype=shape[name]) for name in kept])
    return replace(cells.result, query=replace(cells.result.query, by=tuple(names)), frame=frame, rows_in_all=frame.height)


def _blank(member: Member) -> str | None:
    return None if _is_time(member) else NOT_STATED
