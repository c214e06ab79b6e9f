"""The trace dialog: a figure, its lines, what does not count, the original around the cell, the file itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from core.ingest.importing import import_file
from core.people import accounts, sessions
from core.people.permissions import SYSTEM
from core.sales.query import SalesQuery, build_query
from core.workbench import Workbench
from pages.components import source_rows
from tests.conftest import FillOnce
from tests.pages.conftest import Open
from tests.pages.words import words
from tests.uploading import fill_catalogue, matrix, week


@pytest.fixture
def loaded(process: Any, tmp_path: Path, fill_home_once: FillOnce) -> Any:
    def prepare() -> None:
        fill_catalogue(process.database, tmp_path)
        for file in (week(tmp_path), matrix(tmp_path)):
            assert import_file(process.database, process.settings, file, accept_warnings=True).status == "stored"

    fill_home_once("a week and a month, stored", prepare)
    return process


def draw_panel(session_id: object, query: object) -> None:
    import streamlit as st

    from pages.components import cached, session, source_rows

    st.session_state["session_id"] = session_id
    source_rows.panel(cached.result(query, session.scope()), query.measures[0])  # type: ignore[attr-defined,arg-type]


def open_panel(process: Any, query: SalesQuery, scope: tuple[int, ...] | None = None) -> AppTest:
    accounts.create(
        process.database, SYSTEM, "ana", "Ana", "viewer", password="correct horse battery", scope=scope, must_change_password=False
    )
    begun = sessions.begin(process.database, "ana", datetime.now(UTC))
    return AppTest.from_function(draw_panel, args=(begun.id, query), default_timeout=60).run()


def test_the_total_is_traced_first_and_any_row_can_be_chosen(loaded: Any) -> None:
    query = build_query(("sales_eur_net", "units"), "reseller")
    panel = open_panel(loaded, query)
    lines = Workbench(loaded.database, loaded.settings).trace()
    assert f"{lines.height} lines add up to" in words(panel) and len(panel.dataframe[0].value) == lines.height
    panel.selectbox(key="trace_row").select_index(1).run()
    assert set(panel.dataframe[0].value["Reseller"]) == {panel.selectbox(key="trace_row").options[1]}
    panel.selectbox(key="trace_figure").select("units").run()
    assert "**Units" in words(panel)


def test_held_lines_are_shown_when_asked_for(loaded: Any) -> None:
    panel = open_panel(loaded, build_query("sales_eur_net"))
    assert "State" not in panel.dataframe[0].value.columns
    panel.button_group(key="trace_also_dialog").set_value(["held"]).run()
    assert (panel.dataframe[0].value["State"] == "held").sum() == 1


def draw_line(session_id: object, line: object) -> None:
    import streamlit as st

    from pages.components import source_rows

    st.session_state["session_id"] = session_id
    source_rows.original(line, "test")  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", [None, (999,)])
def test_a_line_opens_its_file_around_the_cell_for_those_who_may_see_it(
    loaded: Any, scope: tuple[int, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.components.empty.link", lambda *_, **__: None)  # no navigation in a function's own page
    line = Workbench(loaded.database, loaded.settings).trace({"reseller": "Liberty"}).row(0, named=True)
    accounts.create(
        loaded.database, SYSTEM, "ana", "Ana", "viewer", password="correct horse battery", scope=scope, must_change_password=False
    )
    begun = sessions.begin(loaded.database, "ana", datetime.now(UTC))
    page = AppTest.from_function(draw_line, args=(begun.id, line), default_timeout=60).run()
    if scope:
        assert "not kept any more" in words(page) and not page.get("download_button")
        return
    text = words(page)
    assert 'class="marked"' in page.get("html")[0].proto.body and "As printed:" in text and "SHA-256" in text
    assert [button.proto.label for button in page.get("download_button")] == ["Download the original"]


def draw_sheet() -> None:
    from core.ingest.excerpts import Excerpt
    from pages.components import source_rows

    script = "<script>alert(1)</script>"
    source_rows._sheet(Excerpt("S", ("A",), ("<i>h</i>",), ((1, (script,)),), frozenset({(1, "A")}), (("A1", "<b>x</b>"),)))


def test_a_text_of_a_file_never_becomes_markup() -> None:
    (sheet,) = AppTest.from_function(draw_sheet, default_timeout=60).run().get("html")
    assert "<script>" not in sheet.proto.body and "&lt;script&gt;" in sheet.proto.body and "&lt;i&gt;" in sheet.proto.body


def test_tiles_offer_the_way_to_the_source(loaded: Any, open_page: Open) -> None:
    opened = open_page("insight/overview.py")
    assert any(button.key and button.key.startswith("trace_") for button in opened.button) and not opened.exception


def test_the_lines_behind_an_explored_figure_lead_to_their_cells(loaded: Any, open_page: Open) -> None:
    opened = open_page("insight/explore.py", show="rows")
    assert "Choose a line to see its cell in the original file." in words(opened) and not opened.exception


def test_rows_of_a_result_are_named_as_people_say_them() -> None:
    query = build_query("units", ("month", "channel"))
    row = pl.DataFrame({"month": [date(2025, 5, 1)], "channel": ["offline"]}).row(0, named=True)
    assert source_rows._row_label(query, row) == "May 2025 · Stores"
