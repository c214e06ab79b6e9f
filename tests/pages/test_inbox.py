"""The Inbox page: what waits, suggestions, each kind of answer, and taking it back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from core import status
from core.db import tables as t
from core.ingest import inbox
from core.ingest.importing import import_file
from core.people import accounts, sessions
from core.people.permissions import SYSTEM
from tests.conftest import FillOnce
from tests.pages.conftest import Open
from tests.pages.words import labels, words
from tests.uploading import fill_catalogue, week

PAGE = "data/inbox.py"


@pytest.fixture
def held(process: Any, tmp_path: Path, fill_home_once: FillOnce) -> Any:
    """One row of Liberty waits for its product."""

    def prepare() -> None:
        fill_catalogue(process.database, tmp_path)
        assert import_file(process.database, process.settings, week(tmp_path), accept_warnings=True).rows_held == 1

    fill_home_once("a week with a held row", prepare)
    return process


def waiting(process: Any) -> int:
    with process.database.read() as connection:
        return connection.execute(sa.text("select count(*) from held_rows where live and resolved_at is null")).scalar_one()


def press(page: AppTest, label: str) -> AppTest:
    return page.button[[button.label for button in page.button].index(label)].click().run()


def test_an_empty_inbox_says_so(open_page: Open) -> None:
    assert "Nothing waits" in words(open_page(PAGE))


def test_what_waits_is_counted_with_its_money_and_the_first_is_open(held: Any, open_page: Open) -> None:
    page = open_page(PAGE)
    text = words(page)
    assert "1 row waits for one answer: £ 87.00 are in no figure yet." in text
    assert "Ember Chapel Scented Candle 290 g" in text and "form and scent are equal" in text
    assert page.query_params["waits"] == "1-code-000910749"


def test_an_accepted_suggestion_places_the_row_and_can_be_taken_back(held: Any, open_page: Open) -> None:
    page = press(open_page(PAGE), "Accept")
    assert waiting(held) == 0 and "Nothing waits" in words(page) and "matched to NLECC3 · Ember Chapel" in words(page)
    page = press(page, "Take back")
    assert waiting(held) == 1 and "taken back" in words(page)


def test_a_key_that_is_no_product_waits_for_nothing_any_more(held: Any, open_page: Open) -> None:
    page = press(open_page(PAGE), "Not a product")
    assert "Nothing waits" in words(page) and "marked as no product" in words(page)
    assert status.attention(held.database, None, date.today())["held_rows"] == 0


def draw_form(session_id: object, row: object) -> None:
    import streamlit as st

    from core.ingest.inbox import HeldKey
    from pages.components import held_keys

    st.session_state["session_id"] = session_id
    held_keys.product_form(HeldKey(row["reseller_id"], row["key_kind"], row["key"]), row)  # type: ignore[index]


def test_a_new_product_needs_its_fields_and_is_then_matched(held: Any) -> None:
    accounts.create(held.database, SYSTEM, "anna", "Anna", "analyst", password="correct horse battery", must_change_password=False)
    begun = sessions.begin(held.database, "anna", datetime.now(UTC))
    form = AppTest.from_function(draw_form, args=(begun.id, inbox.groups(held.database).row(0, named=True)), default_timeout=60).run()
    press(form, "Add and match")
    assert "A new product needs its EAN, code, name, kind and category." in words(form) and waiting(held) == 1
    fields = {field.label: field for field in form.text_input}
    fields["EAN"].set_value("9524001999909")
    fields["Code"].set_value("NLNEW1")
    press(form, "Add and match")
    assert waiting(held) == 0 and not form.exception


def test_another_product_of_the_catalogue_can_be_chosen(held: Any, open_page: Open) -> None:
    page = open_page(PAGE)
    assert "Match" not in labels(page)
    page.selectbox(key="other_000910749").select_index(0).run()
    press(page, "Match")
    assert waiting(held) == 0


@pytest.mark.parametrize(("role", "scope"), [("viewer", None), ("analyst", (1,))])
def test_who_may_not_decide_is_not_offered_the_page(held: Any, open_page: Open, role: str, scope: tuple[int, ...] | None) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_page(PAGE, role=role, scope=scope)


@pytest.fixture
def two_held(held: Any, tmp_path: Path) -> Any:
    """A second key of Liberty waits: a store nobody knows, of one more week."""
    with held.database.write() as connection:
        row = connection.execute(sa.text("select * from held_rows")).mappings().one()
        values = {k: v for k, v in row.items() if k not in ("id", "row")} | {
            "key": "000910700",
            "key_text": "000910700 | 98",
            "source_row": 999,
        }
        values |= {"product_text": "PINE PANTRY SCENTED CANDLE 290G"}
        connection.execute(t.held_rows.insert().values(**values, row=row["row"]))
    return held


def test_the_effect_of_the_best_candidate_is_foretold(held: Any, open_page: Open) -> None:
    text = words(open_page(PAGE))
    assert "Places 1 row, £ 87.00, in 1 file; net revenue" in text and "→" in text and "100 % ·" in text


def test_the_groups_are_walked_through_and_skipped(two_held: Any, open_page: Open) -> None:
    page = open_page(PAGE)
    first = page.query_params["waits"]
    page.button(key="walk_down").click().run()
    second = page.query_params["waits"]
    page.button(key="walk_S").click().run()
    assert second != first == page.query_params["waits"]
    page.button(key="walk_up").click().run()
    assert page.query_params["waits"] == second


def test_a_line_without_a_date_says_so(process: Any, tmp_path: Path, open_page: Open) -> None:
    fill_catalogue(process.database, tmp_path)
    with process.database.write() as connection:
        connection.execute(t.held_rows.insert().values(**UNDATED, reseller_id=sa.select(sa.func.min(t.resellers.c.id)).scalar_subquery()))
    page = open_page(PAGE)
    assert "line without a readable date" in words(page)
    assert "correct the file and load it again" in words(page)


UNDATED = {
    "rule": "missing_period",
    "view": "main",
    "primary_view": True,
    "line_kind": "sale",
    "live": True,
    "source_row": 5,
    "period_start": date(2025, 2, 1),
    "period_end": date(2025, 2, 28),
    "quantity": 2,
    "upload_batch_id": 1,
}
