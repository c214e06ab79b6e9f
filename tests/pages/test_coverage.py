"""The Coverage page: the matrix, what is late, and the mail that asks for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from core.mail.outbox import entries, read_message
from core.sales.coverage import COVERAGE
from core.sales.query import months
from pages.components import coverage_grid
from tests.pages.conftest import Open
from tests.pages.words import words
from tests.sales.conftest import Market, market  # noqa: F401

PAGE = "data/coverage.py"
TODAY = date.today()


def month_back(count: int) -> str:
    number = TODAY.year * 12 + TODAY.month - 1 - count
    return f"{number // 12}-{number % 12 + 1:02d}"


@pytest.fixture
def gap(market: Market) -> Market:  # noqa: F811
    """Galilu's months up to four back are here, then nothing: on any day of a month the next one is late by more than a month."""
    for count in (6, 5, 4):
        market.line("galilu", month_back(count), "9524001001008", 5, 500)
        market.covers("galilu", month_back(count))
    market.fill_rollup()
    with market.database.write() as connection:
        connection.execute(sa.text("update resellers set contact_email = 'sales@galilu.example' where key = 'galilu'"))
    return market


def test_an_empty_matrix_leads_to_the_first_upload(open_page: Open) -> None:
    text = words(open_page(PAGE))
    assert "No reports yet" in text or "Nothing was expected" in text


def test_what_is_missing_stands_in_the_matrix_with_the_mail_that_asks_for_it(gap: Market, open_page: Open) -> None:
    page = open_page(PAGE)
    table = page.dataframe[0].value
    assert list(table.index) == ["Galilu"] and "✖ missing" in table.loc["Galilu"].tolist() and "✔" in table.loc["Galilu"].tolist()
    assert "Nothing was expected from" in words(page)
    assert any(box.label.startswith("Galilu") for box in page.expander)


def test_a_reminder_is_drafted_changed_sent_and_remembered(gap: Market, open_page: Open, process: Any) -> None:
    page = open_page(PAGE, write="Galilu")
    assert "Szanowni Państwo z Galilu," in page.text_area[0].value and page.text_input[0].value == "sales@galilu.example"
    page.selectbox[0].select("en").run()
    assert page.text_area[0].value.startswith("Dear Galilu team,")
    page.text_input[0].set_value("reports@galilu.example")
    page.text_area[0].set_value("Dear team,\n\nplease.")
    page.button[[b.label for b in page.button].index("Send to Galilu")].click().run()
    assert not page.exception
    (mail,) = entries(process.settings.outbox)
    assert mail.to == "reports@galilu.example" and read_message(process.settings.outbox, mail.name).text.startswith("Dear team,")
    again = open_page(PAGE)
    assert any("asked for on" in box.label for box in again.expander)
    assert any("✉" in text for text in again.dataframe[0].value.loc["Galilu"].tolist())


def test_a_clicked_cell_shows_its_slices_and_the_file_behind_it(gap: Market, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    year, month = map(int, month_back(4).split("-"))
    cell = coverage_grid.Cell("Galilu", date(year, month, 1))
    monkeypatch.setattr(coverage_grid, "_draw", lambda *_: cell)
    page = open_page(PAGE)
    assert page.dataframe[0].value["Status"].tolist() == ["received"]
    assert [link.proto.label for link in page.get("page_link")] == ["Open the file"]


def test_a_narrowed_person_sees_own_resellers_only(gap: Market, open_page: Open) -> None:
    with gap.database.read() as connection:
        liberty = connection.execute(sa.text("select id from resellers where key = 'liberty'")).scalar_one()
    page = open_page(PAGE, role="viewer", scope=(liberty,))
    assert "Galilu" not in words(page) and not page.expander


ASKED = COVERAGE | {"reminded": pl.Date}


def week(end: date, status: str, held: Decimal | None = None) -> dict[str, Any]:
    return dict.fromkeys(ASKED) | {
        "reseller": "Liberty", "cadence": "weekly", "period_start": end, "period_end": end, "status": status, "units": 3, "held_share": held,
    }  # fmt: skip


def test_a_month_of_weeks_shows_the_worst_of_them_and_how_many_are_here() -> None:
    rows = [week(date(2025, 6, 1), "received"), week(date(2025, 6, 8), "partial", Decimal("0.04")), week(date(2025, 6, 15), "late")]
    (row,) = coverage_grid.by_month(pl.DataFrame(rows, schema=ASKED)).rows(named=True)
    assert (row["status"], row["here"], row["expected"], row["units"]) == ("late", 2, 3, 9)
    assert coverage_grid._text(row) == "! 2/3 wk"


def test_a_held_share_stands_in_the_cell() -> None:
    (row,) = coverage_grid.by_month(pl.DataFrame([week(date(2025, 6, 8), "partial", Decimal("0.04"))], schema=ASKED)).rows(named=True)
    assert coverage_grid._text(row).replace("\u202f", " ") == "◐ 4 % held" and months(2025, 6, 1).start == row["month"]


def test_on_a_telephone_the_newest_month_is_seen_first(gap: Market, open_page: Open) -> None:
    page = open_page(PAGE)
    wide = list(page.dataframe[0].value.columns)
    page.session_state["screen.narrow"] = True
    page.run()
    assert list(page.dataframe[0].value.columns) == wide[::-1] and len(wide) > 1 and not page.exception
