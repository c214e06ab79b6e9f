"""One table of the catalogue as an editable grid, with import and export."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from core.catalogue import editing, storing
from core.catalogue.grids import GRIDS, Grid, GridColumn
from core.people.permissions import require
from pages.components import cached, frame, session

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
    parts = [(len(edits.added), "new"), (len(edits.changed), "changed"), (len(edits.removed), "removed")]
    words = ", ".join(f"{count} {what}" for count, what in parts if count)
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"Not saved yet: {words}.", width="stretch")
        if st.button("Discard", key="discard_grid"):
            _next_round()
        if st.button("Save changes", key="save_grid", type="primary"):
            require(session.person(), "edit_catalogue")
            editing.save_edits(cached.database(), grid, edits, session.person().username)
            session.notify(f"Saved {grid.title.lower()}: {words}.")
            _next_round()


def _next_round() -> None:
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
        return kinds.SelectboxColumn(column.title, options=options, **common)
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
            if given and st.button("Load", type="primary"):
                _load({file.name: file.getvalue() for file in given})


def _load(given: dict[str, bytes]) -> None:
    require(session.person(), "edit_catalogue")
    unknown = [name for name in given if Path(name).stem not in FILES]
    if unknown:
        raise storing.UnusableCatalogue(
            f"“{unknown[0]}” is no table of the catalogue. Name the file like the export, for example products.csv."
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, data in given.items():
            (Path(folder) / Path(name).name).write_bytes(data)
        loaded = storing.load_folder(cached.database(), Path(folder))
    session.notify("Loaded " + ", ".join(f"{rows} rows of {name.replace('_', ' ')}" for name, rows in loaded.items()) + ".")
    _next_round()
