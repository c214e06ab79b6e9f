"""One table of the catalogue as an editable grid, with import and export."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from core import catalogue_changes
from core.catalogue import editing, storing
from core.catalogue.grids import GRIDS, Grid, GridColumn
from core.catalogue_changes import MONTH_MONEY, Effect
from pages.components import cached, cached_files, frame, session

FILES = tuple(storing.LOADERS)


def chosen() -> Grid:
    """One tab a table; the choice stands in the URL."""
    names = {grid.name: grid.title for grid in GRIDS}
    stated = st.query_params.get("table", "")
    session.show_in("table", stated if stated in names else GRIDS[0].name)
    picked = st.segmented_control(
        "Table", list(names), format_func=names.__getitem__, key="table", label_visibility="collapsed", required=True
    )
    if picked != stated:
        st.query_params["table"] = picked
    session.settle()
    return next(grid for grid in GRIDS if grid.name == picked)


def draw(grid: Grid) -> None:
    """The grid; a line under it says what was changed and stores it. `round` gives a stored grid fresh widgets."""
    before = editing.read_grid(cached.database(), grid)
    search = st.text_input(
        "Search", key=f"search_{grid.name}", placeholder=f"Search {grid.title.lower()}", label_visibility="collapsed", width=320
    )
    shown = _matching(before, search)
    st.caption(grid.text)
    after = st.data_editor(
        shown,
        key=f"grid_{grid.name}_{session.recall('catalogue.round', 0)}",
        num_rows="dynamic" if not grid.keeps_rows else "add",
        hide_index=True,
        height=560 if shown.height > 15 else "content",
        column_config={editing.ROW: None, **_config(grid)},
        placeholder="",
    )
    edits = editing.difference(shown, after)
    if edits.count:
        _store(grid, edits)


def _matching(before: pl.DataFrame, search: str) -> pl.DataFrame:
    if not search.strip():
        return before
    texts = pl.concat_str(pl.exclude(editing.ROW).cast(pl.String).fill_null(""), separator=" ").str.to_lowercase()
    return before.filter(texts.str.contains(search.strip().lower(), literal=True))


def _store(grid: Grid, edits: editing.Edits) -> None:
    """Save at once what touches no stored row; say first what else would change, and save that when it is confirmed."""
    parts = [(len(edits.added), "new"), (len(edits.changed), "changed"), (len(edits.removed), "removed")]
    words = ", ".join(f"{count} {what}" for count, what in parts if count)
    foretold = _foretold(edits)
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="grid_changes"):
        st.markdown(
            f"Not saved yet: {words}." + (f"  \n{frame.plain(f'This changes stored rows: {foretold.words}')}" if foretold else ""),
            width="stretch",
        )
        if st.button("Discard", key="discard_grid"):
            _next_round()
        if st.button("Save and apply" if foretold else "Save changes", key="save_grid", type="primary"):
            _save(grid, edits, words, confirmed=bool(foretold))
    if foretold:
        _show_months(foretold)


def _foretold(edits: object) -> Effect | None:
    """What was found for these very edits or files; None before it was asked for and after they changed."""
    asked, effect = session.recall("catalogue.foretold", (None, None))
    return effect if asked == edits else None


def _show_months(effect: Effect) -> None:
    """The months of the resellers whose revenue would change, before and after."""
    if not effect.months:
        return
    titles = ("EUR net before", "EUR net after", "EUR gross before", "EUR gross after")
    money = {name: st.column_config.NumberColumn(title, format="%,.2f") for name, title in zip(MONTH_MONEY, titles, strict=True)}
    table = effect.month_table.with_columns(pl.col(MONTH_MONEY).cast(pl.Float64))
    named = {"reseller": "Reseller", "month": st.column_config.DateColumn("Month", format="MMM YYYY"), "lines": "Rows"}
    st.dataframe(
        table, hide_index=True, column_config={**named, **money}, height="content" if table.height < 12 else 420, key="foretold_months"
    )


def _save(grid: Grid, edits: editing.Edits, words: str, *, confirmed: bool) -> None:
    if not confirmed:
        with st.spinner("Working out what this changes …"):
            effect = catalogue_changes.preview(cached.database(), session.person(), grid, edits)
        if effect.touches_rows:
            session.remember("catalogue.foretold", (edits, effect))
            st.rerun()
    with st.spinner("Saving, and working the stored rows out anew …"):
        done = catalogue_changes.save(cached.database(), session.person(), grid, edits)
    _tell(f"Saved {grid.title.lower()}: {words}.", done)


def _tell(saved: str, done: Effect) -> None:
    session.notify(frame.plain(f"{saved} {done.words}".strip()))
    cached_files.forget_held()
    _next_round()


def _next_round() -> None:
    session.forget("catalogue.foretold")
    session.remember("catalogue.round", session.recall("catalogue.round", 0) + 1)
    st.rerun()


def _config(grid: Grid) -> dict[str, Any]:
    resellers, stores = editing.choices(cached.database())
    return {column.name: _column(column, resellers, stores) for column in grid.columns}


def _column(column: GridColumn, resellers: list[str], stores: list[str]) -> Any:
    common = {"required": column.needed, "help": column.help or None}
    kinds = st.column_config
    if column.kind in ("reseller", "store", "choice"):
        options = {"reseller": resellers, "store": stores, "choice": list(column.options)}[column.kind]
        words = (lambda value: str(value).replace("_", " ")) if column.kind == "choice" else str
        return kinds.SelectboxColumn(column.title, options=options, format_func=words, **common)
    if column.kind in ("date", "month"):
        return kinds.DateColumn(column.title, format="MMM YYYY" if column.kind == "month" else "D MMM YYYY", **common)
    if column.kind in ("number", "whole"):
        return kinds.NumberColumn(column.title, step=1 if column.kind == "whole" else None, **common)
    if column.kind == "yes_no":
        return kinds.CheckboxColumn(column.title, help=column.help or None)
    return kinds.TextColumn(column.title, **common)


def files(grid: Grid) -> None:
    """Take the table away as CSV, or load tables from CSV files of the same columns."""
    with st.container(horizontal=True):
        st.download_button(
            f"Export {grid.title.lower()}",
            lambda: editing.csv_of(cached.database(), grid),
            f"{grid.name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
        )
        with st.popover("Import CSV", icon=":material/upload:", type="tertiary"):
            st.caption(
                f"Files named {', '.join(f'{frame.plain(name)}.csv' for name in FILES)}, in the columns of the export. What a file does not name stays."
            )
            given = st.file_uploader(
                "CSV files", type="csv", accept_multiple_files=True, key="catalogue_files", label_visibility="collapsed"
            )
            if given:
                _load_button({file.name: file.getvalue() for file in given})


def _load_button(given: dict[str, bytes]) -> None:
    """Load at once what touches no stored row; say first what else would change, and load that when it is confirmed."""
    foretold = _foretold(given)
    if foretold:
        st.markdown(frame.plain(f"This changes stored rows: {foretold.words}"))
        _show_months(foretold)
    if st.button("Load and apply" if foretold else "Load", type="primary"):
        _load(given, confirmed=bool(foretold))


def _load(given: dict[str, bytes], *, confirmed: bool) -> None:
    unknown = [name for name in given if Path(name).stem not in FILES]
    if unknown:
        raise storing.UnusableCatalogue(
            f"“{unknown[0]}” is no table of the catalogue. Name the file like the export, for example products.csv."
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, data in given.items():
            (Path(folder) / Path(name).name).write_bytes(data)
        if not confirmed:
            with st.spinner("Working out what this changes …"):
                _, effect = catalogue_changes.preview_folder(cached.database(), session.person(), Path(folder))
            if effect.touches_rows:
                session.remember("catalogue.foretold", (given, effect))
                st.rerun()
        with st.spinner("Loading, and working the stored rows out anew …"):
            loaded, done = catalogue_changes.load_folder(cached.database(), session.person(), Path(folder))
    _tell("Loaded " + ", ".join(f"{rows} rows of {name.replace('_', ' ')}" for name, rows in loaded.items()) + ".", done)
