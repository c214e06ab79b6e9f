"""Saving the grid: what it would change is said first, then done."""

from __future__ import annotations

import streamlit as st
from streamlit.testing.v1 import AppTest

from core import catalogue_changes
from core.catalogue.editing import Edits
from core.people.permissions import SYSTEM
from pages.components import catalogue_grid
from tests.ingest.samples import CANDLE, JANUARY, bring_in, fill_catalogue, report, scalar
from tests.pages.conftest import Open

NEW = {"reseller": "BOXNOX", "alias_type": "sku", "alias": "NLMYSTERY", "ean": CANDLE}


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


def test_a_change_that_moves_stored_rows_is_saved_when_it_is_confirmed(open_page: Open, database, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    fill_catalogue(database)
    bring_in(database, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    monkeypatch.setattr(catalogue_grid.editing, "difference", lambda *_: Edits((NEW,), (), ()))  # AppTest can not type into a grid
    page = open_page("admin/catalogue.py", table="product_aliases")
    press(page, "save_grid")
    assert scalar(database, "select count(*) from product_aliases") == 0
    assert "1 held row placed" in "".join(part.value.replace("\\", "") for part in page.markdown)
    monkeypatch.setattr(catalogue_grid, "_next_round", st.stop)
    press(page, "save_grid")
    assert scalar(database, "select count(*) from product_aliases") == 1 and scalar(database, "select count(*) from sellout_entries2") == 1


def test_loaded_files_take_effect(database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    fill_catalogue(database)
    bring_in(database, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    (tmp_path / "product_aliases.csv").write_text(f"reseller,alias_type,alias,ean\nBOXNOX,sku,NLMYSTERY,{CANDLE}\n")
    loaded, done = catalogue_changes.load_folder(database, SYSTEM, tmp_path)
    assert loaded == {"product_aliases": 1} and done.placed == 1
