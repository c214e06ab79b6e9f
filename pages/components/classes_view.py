"""The parts of the Pareto page: the chart, the classes, who changed class, how much hangs on the cuts, the list of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from core.sales import classes
from core.sales.carrying import noun
from core.sales.classes import CLASSES, Classes
from core.sales.dimensions import DIMENSIONS, NOT_STATED
from core.sales.formatting import format_figure, format_number, format_ratio
from core.sales.measures import MEASURES
from core.sales.naming import name_list, name_period
from core.sales.query import Result
from core.sales.shown import Shown
from pages.components import charts, classing, filters, frame, session, stating
from pages.components.card_menu import PLAIN, Menu, card
from pages.components.choosing import Choice, Known
from pages.components.classing import COLUMNS_NOW, ROWS_BEFORE, View

HINT = "Click a bar to see the item alone"
SOURCES = (
    "Top ten: the part of the ten largest. Herfindahl–Hirschman index: the sum of the squared shares, 0 to 1 (DoJ and FTC, Merger Guidelines "
    "2023, § 2.1). Gini coefficient: 0 where all are equal (Damgaard and Weiner, Ecology 81, 2000)."
)


def controls(stated: View) -> View:
    """What to class, by which figure, and where the classes end."""
    with st.container(key="analysis_bar", horizontal=True, vertical_alignment="bottom", gap="small"):
        by = stating.select("By", "classes_by", stating.ITEM_LABELS, stated.by)
        measure = stating.select("Figure", "classes_measure", classing.MEASURE_LABELS, stated.measure)
        a = _cut("A ends at", "classes_a", classing.FIRST, stated.a, below=stated.b)
        b = _cut("B ends at", "classes_b", classing.SECOND, stated.b, above=a)
    view = replace(stated, by=by, measure=measure, a=a, b=b)
    if (view.by, view.measure) != (stated.by, stated.measure):
        view = replace(view, was="", now="")
    stating.write(classing.NAMES, classing.written(view))
    return view


def _cut(label: str, key: str, usual: tuple[int, ...], current: int, *, below: int = 100, above: int = 0) -> int:
    options = sorted({n for n in usual if above < n < below} | {current})
    return int(stating.select(label, key, {str(n): f"{n} %" for n in options}, str(current), width=110))


def chart(found: Classes, answer: Result, chosen: Choice, known: Known) -> None:
    lead = f"{MEASURES[found.measure].label}, {found.cuts.words}; the line is the running share. {HINT}"
    with card(classes.headline(found), lead, _menu("pareto", found, answer, chosen, known)):
        clicked = charts.draw(classes.pareto_chart(found, answer), key="pareto", select=True)
        filters.narrow(chosen, "pareto.bar", found.item, clicked)


def summary(found: Classes, answer: Result, chosen: Choice, known: Known) -> None:
    """The classes with their items and money, and how concentrated it all is."""
    rows = classes.summary(found)
    label = MEASURES[found.measure].label
    shown = rows.select(
        pl.col("class").alias("Class"),
        pl.col("items").alias(noun(found.item).capitalize()),
        pl.col("value").alias(label),
        pl.col("share").alias("Share"),
        *([pl.col("items_before").alias("Before")] if found.moved else []),
    )
    heading = _heading(found)
    formats: dict[str, Any] = {shown.columns[1]: format_number, heading: lambda value: stating.bare(format_figure(found.measure, value))}
    formats |= {"Share": lambda value: format_ratio(value, 1), "Before": format_number}
    with card(
        "Classes",
        "Before: over what both periods cover" if found.moved else "",
        _menu(
            "classes",
            found,
            answer,
            chosen,
            known,
            lambda: stating.seen("Classes", shown, answer, {label: MEASURES[found.measure].unit, "Share": "ratio"}),
        ),
    ):
        stating.table(shown.rename({label: heading}), formats, key="classes")
        _concentration(found)


def _heading(found: Classes) -> str:
    """The figure with its currency, said once."""
    measure = MEASURES[found.measure]
    return f"{measure.label} €" if measure.unit.startswith("EUR") else measure.label


def _concentration(found: Classes) -> None:
    now = classes.concentration(row.value for row in found.rows)
    if now is None:
        return
    pairs = [("Top ten", format_ratio(now.top, 1)), ("Herfindahl", f"{now.herfindahl:.3f}"), ("Gini", f"{now.gini:.3f}")]
    before = classes.concentration(one.value_before for one in found.moved)
    if before is not None:
        told = (format_ratio(before.top, 1), f"{before.herfindahl:.3f}", f"{before.gini:.3f}")
        pairs = [(name, f"{value} (before {was})") for (name, value), was in zip(pairs, told, strict=True)]
    with st.container(key="concentration"):
        lines = "".join(f"<dt>{name}</dt><dd>{frame.escaped(text)}</dd>" for name, text in pairs)
        st.html(f'<dl class="facts">{lines}</dl>')
        st.caption("Concentration", help=SOURCES)


def migration(found: Classes, view: View, answer: Result, chosen: Choice, known: Known) -> View:
    """Who changed class, as a matrix; a click lists the items of a cell. Returns the view with the chosen cell."""
    taken = (lambda: stating.seen("Who changed class", _matrix(found), answer)) if found.moved else None
    with card("Who changed class", _periods(answer), _menu("migration", found, answer, chosen, known, taken)):
        if not found.moved:
            st.caption(
                "Choose a comparison above to see who changed class." if answer.query.compare is None else "Nothing can be compared yet."
            )
            return view
        rows = _matrix(found)
        rows = rows.select(pl.col("Before").alias(""), *(pl.Series(name, [_count(n) for n in rows[name]]) for name in rows.columns[1:]))
        rows = rows.rename({"Now Gone": "Gone"})
        event = st.dataframe(
            rows,
            key="migration",
            hide_index=True,
            on_select="rerun",
            selection_mode="single-cell",
            column_config={name: st.column_config.Column(alignment="right") for name in rows.columns[1:]},
            alt="Classes before and now",
        )
        for sentence in classes.moves_in_words(found):
            st.caption(frame.plain(sentence))
        if found.uncompared:
            st.caption(
                f"{format_number(found.uncompared)} {noun(found.item, found.uncompared)} can not be compared: a period is not covered."
            )
        return _clicked(view, event.selection.cells, list(rows.columns))


def _menu(key: str, found: Classes, answer: Result, chosen: Choice, known: Known, shown: Callable[[], Shown] | None = None) -> Menu:
    """All classes (or what else a card shows), and the notebook's line for them."""
    code = stating.call(
        "classes", found.item, answer.query, measure=found.measure, cuts=tuple(int(100 * cut) for cut in (found.cuts.a, found.cuts.b))
    )
    return Menu(key, answer, chosen, known, shown=shown or (lambda: classes.as_shown(found, answer)), code=code, leave_out=PLAIN)


def _matrix(found: Classes) -> pl.DataFrame:
    """How many items made each move."""
    counts, names = found.matrix(), {**{group: group for group in CLASSES}, "new": "New", "gone": "Gone"}
    cells = {f"Now {names[now]}": [counts.get((was, now), 0) for was in ROWS_BEFORE] for now in COLUMNS_NOW}
    return pl.DataFrame({"Before": [f"Was {names[was]}" if was != "new" else "New" for was in ROWS_BEFORE], **cells})


def _count(count: int | None) -> str:
    return format_number(count) if count else "·"


def _clicked(view: View, cells: list[tuple[int, str]], columns: list[str]) -> View:
    """A click is followed once, so that the link above the list can take it away."""
    picked = cells[0] if cells and cells[0][1] in columns[1:] and cells[0][0] < len(ROWS_BEFORE) else None
    before = session.recall("clicked.migration", None)
    session.remember("clicked.migration", picked)
    if picked is None or picked == before:
        return view
    return replace(view, was=ROWS_BEFORE[picked[0]], now=COLUMNS_NOW[columns.index(picked[1]) - 1])


def _periods(answer: Result) -> str:
    if answer.compared_with is None or answer.period is None:
        return ""
    return f"{name_period(answer.compared_with)} → {name_period(answer.period)}, over what both periods cover; click a cell for its items"


def sensitivity(found: Classes, answer: Result, chosen: Choice, known: Known) -> None:
    """What hangs on where A ends."""
    cuts, unsteady = classes.sensitivity(found)
    lead = "The class of each item if A ended five points lower or higher; all others stay where they are"
    words = ", ".join(format_ratio(one.a, 0) for one in cuts)
    head = f"{format_number(unsteady.height)} {noun(found.item, unsteady.height)} hang on the cut" if unsteady.height else "Steady classes"
    title = head.replace(" hang ", " hangs ") if unsteady.height == 1 else head
    shown = unsteady.rename({"item": DIMENSIONS[found.item].title})
    with card(title, lead, _menu("sensitivity", found, answer, chosen, known, lambda: stating.seen(title, shown, answer))):
        if unsteady.is_empty():
            st.caption(f"No item changes class whether A ends at {words}.")
            return
        filters.narrow(
            chosen, "pareto.sensitivity", found.item, stating.table(shown, {}, key="sensitivity", select=True, most=8, name_width=190)
        )


def items(found: Classes, view: View, answer: Result, chosen: Choice, known: Known) -> View:
    """Every item with its class now and before; or those of one cell of the matrix."""
    chosen_cell = bool(view.was and view.now)
    title = f"{noun(found.item).capitalize()}: {_move_words(view)}" if chosen_cell else f"All {noun(found.item)}"
    taken = (lambda: _moved_seen(found, view, answer, title)) if chosen_cell else None
    with card(title, f"{found.cuts.words}; click one to see it alone", _menu("class_items", found, answer, chosen, known, taken)):
        if chosen_cell:
            if st.button("Show all items", key="classes_all", type="tertiary", icon=":material/close:"):
                view = replace(view, was="", now="")
                stating.write(classing.NAMES, classing.written(view))
                st.rerun()
            clicked = _moved_table(found, view)
        else:
            clicked = _all_table(found)
        filters.narrow(chosen, "pareto.item", found.item, clicked)
    return view


def _move_words(view: View) -> str:
    was = "new" if view.was == "new" else f"was {view.was}"
    return f"{was}, {'gone' if view.now == 'gone' else f'now {view.now}'}"


def _moved_table(found: Classes, view: View) -> str | None:
    rows = _moved(found, view)
    if rows.is_empty():
        st.caption("No item made this move.")
        return None
    formats: dict[str, Any] = dict.fromkeys(rows.columns[3:], lambda value: format_figure(found.measure, value))
    return stating.table(rows, formats, key="class_moved", select=True)


def _moved_seen(found: Classes, view: View, answer: Result, title: str) -> Shown:
    rows = _moved(found, view)
    return stating.seen(title, rows, answer, dict.fromkeys(rows.columns[3:], MEASURES[found.measure].unit))


def _moved(found: Classes, view: View) -> pl.DataFrame:
    """The items of a cell of the matrix, with their figures before and now."""
    ones, title = found.went(view.was, view.now), DIMENSIONS[found.item].title
    rows = pl.DataFrame(
        [(o.name, o.before, o.now, o.value_before, o.value_now) for o in ones], [title, "Was", "Now", "Before", "Since"], orient="row"
    )
    return rows.rename({"Before": f"{MEASURES[found.measure].label} before", "Since": f"{MEASURES[found.measure].label} now"})


def _all_table(found: Classes) -> str | None:
    rows = classes.table(found)
    if not found.moved:
        rows = rows.drop("Class before")
    label = _heading(found)
    rows = rows.rename({rows.columns[-3]: label})
    formats: dict[str, Any] = {label: lambda value: stating.bare(format_figure(found.measure, value))}
    formats |= dict.fromkeys(("Share", "Running share"), lambda value: format_ratio(value, 1))
    return stating.table(rows, formats, key="class_items", select=True, most=15)


def apart(found: Classes) -> None:
    """What has no class, with its figures, and the rule."""
    if found.apart:
        named = [
            f"{'money that names none' if name == NOT_STATED else name} {format_figure(found.measure, value)}"
            for name, value in found.apart
        ]
        total = sum((value for _, value in found.apart), Decimal(0))
        frame.hint(
            frame.plain(
                f"Without a class, and no part of the 100 %: {name_list(named, 5)}; together {format_figure(found.measure, total)}."
            )
        )
    frame.hint(frame.plain(classes.RULE))
