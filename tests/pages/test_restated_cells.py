"""Restated figures carry their mark in the chat's tables, in pivots and in heat maps: at the cell that a later file stated differently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import streamlit as st
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from core.sales.palette import palette
from core.settings import Settings
from core.workbench import Workbench
from pages.components.heat_grid import grid
from tests.pages.conftest import Open
from tests.pages.words import words
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

MAY, JUNE = datetime(2025, 5, 10, tzinfo=UTC), datetime(2025, 6, 10, tzinfo=UTC)


@pytest.fixture
def changed(market: Market) -> Market:  # noqa: F811
    """Galilu's April was restated, Skins SA's was not; May of both stands as it was stated."""
    for content, units, net, moment, live in (("a", 10, 1000, MAY, False), ("b", 13, 1212, JUNE, True)):
        batch = market.new_batch("galilu", file_name=f"{content}.xlsx", stored_at=moment)
        market.covers("galilu", "2025-04", batch=batch, live=live, content=content)
        market.line("galilu", "2025-04", TUNDRA, units, net, upload_batch_id=batch, live=live)
    market.line("galilu", "2025-05", TUNDRA, 5, 500)
    market.covers("galilu", "2025-05")
    for month in ("2025-04", "2025-05"):
        market.line("skins_sa", month, TUNDRA, 7, 700)
        market.covers("skins_sa", month)
    market.fill_rollup()
    return market


def drawn(page: Any) -> list[list[str]]:
    """The first table as it is drawn, line by line."""
    assert not page.exception and not page.error
    shown = convert_arrow_bytes_to_pandas_df(page.dataframe[0].proto.arrow_data.styler.display_values)
    return [[str(cell) for cell in row] for row in shown.to_numpy().tolist()]


def test_a_table_of_the_chat_marks_the_month_of_the_reseller_that_restated_it(changed: Market, open_page: Open) -> None:
    page = open_page("insight/chat.py")
    page.chat_input[0].set_value("sales by reseller and month in 2025").run()
    rows = drawn(page)
    marked = [row for row in rows if any("↻" in cell for cell in row)]
    assert len(rows) == 4 and [row[:2] for row in marked] == [["Galilu", "Apr 2025 ↻"]]
    assert "↻ Galilu restated on 10 Jun 2025: 10 → 13 units, € 1 000 → € 1 212 (“b.xlsx”)" in words(page)


def test_a_table_of_the_chat_without_resellers_marks_the_month(changed: Market, open_page: Open) -> None:
    page = open_page("insight/chat.py")
    page.chat_input[0].set_value("sales by month in 2025 as a table").run()
    assert [row[0] for row in drawn(page) if "↻" in row[0]] == ["Apr 2025 ↻"]


def test_a_table_of_the_chat_about_others_carries_no_mark(changed: Market, open_page: Open) -> None:
    page = open_page("insight/chat.py")
    page.chat_input[0].set_value("sales by month in 2025 of Skins SA as a table").run()
    assert "Apr 2025" in [row[0] for row in drawn(page)] and "↻" not in words(page)


def test_a_pivot_marks_the_cell_and_no_other(changed: Market, open_page: Open) -> None:
    page = open_page("insight/explore.py", period="2025-04/2025-05", by="reseller", across="month", compare="none")
    marked = [(row[0], cell) for row in drawn(page) for cell in row if "↻" in cell]
    assert [(name, cell.replace("\u202f", " ")) for name, cell in marked] == [("Galilu", "1 212 ↻"), ("Galilu", "13 ↻")]


def test_a_heat_map_marks_the_cell(changed: Market, settings: Settings) -> None:
    found = Workbench(changed.database, settings).heat_map("reseller", period="2025-04/2025-05")
    rows = {row["key"]: [cell["text"] for cell in row["cells"][:2]] for row in grid(found, "value", palette(False))["rows"]}
    assert "↻" in rows["Galilu"][0] and not any("↻" in text for text in (rows["Galilu"][1], *rows["Skins SA"]))


def test_an_answer_opened_later_says_what_was_restated_since(changed: Market, open_page: Open) -> None:
    page = open_page("insight/chat.py")
    page.chat_input[0].set_value("units of Skins SA in May 2025").run()
    page.chat_input[0].set_value("units of Galilu in May 2025").run()
    assert "Restated since" not in words(page)
    with changed.database.write() as connection:
        connection.exec_driver_sql("update slice_claims set live = false where period_end = '2025-05-31'")
        connection.exec_driver_sql("update sellout_entries2 set live = false where period_end = '2025-05-31'")
    old = changed.new_batch("skins_sa")  # a copy of what Skins SA said: no restatement
    changed.covers("skins_sa", "2025-05", batch=old)
    changed.line("skins_sa", "2025-05", TUNDRA, 7, 700, upload_batch_id=old)
    new = changed.new_batch("galilu", file_name="c.xlsx", stored_at=datetime.now(UTC))
    changed.covers("galilu", "2025-05", batch=new, content="c")
    changed.line("galilu", "2025-05", TUNDRA, 4, 390, upload_batch_id=new)
    with changed.database.write() as connection:
        connection.exec_driver_sql("update upload_batches b set stored_at = now() - interval '1 day' where stored_at is null")
    changed.set_state("data_version", 99)
    conversation = page.query_params["conversation"]
    page = open_page("insight/chat.py", conversation=conversation)
    assert words(page).count("Restated since this answer") == 1
    assert "↻ Restated since this answer: Galilu May 2025, " in words(page) and f"by “c.xlsx” (upload {new})." in words(page)


def test_a_conversation_is_downloaded_by_the_server_after_the_page_has_run(
    changed: Market, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Any] = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, *_, **__: offered.update({label: data}))
    page = open_page("insight/chat.py")
    page.chat_input[0].set_value("units of Galilu in May 2025").run()
    page.run()
    with ThreadPoolExecutor(1) as server:  # where nobody is signed in
        assert "units of Galilu in May 2025" in server.submit(offered["Download as text"]).result()
