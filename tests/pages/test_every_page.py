"""Every page draws without an exception: empty, with data, and for each role that may open it."""

import pytest

from core.people.permissions import ROLES, Person
from pages.components.sections import ENTRIES, entries_for
from tests.pages.conftest import Open
from tests.sales.conftest import Market, market  # noqa: F401

HERE = [entry for entry in ENTRIES if entry.path.is_file()]


def complaints(page: object) -> list[str]:
    boxes = [*page.exception, *page.error, *page.warning]  # type: ignore[attr-defined]
    return [box.value for box in boxes if not box.value.startswith("No worker is running")]  # true in a test, and said on purpose


@pytest.mark.parametrize("entry", HERE, ids=lambda entry: entry.url)
def test_page_is_calm_when_nothing_is_loaded(open_page: Open, entry: object) -> None:
    page = open_page(entry.file)  # type: ignore[attr-defined]
    assert page.title[0].value and not complaints(page)


@pytest.mark.parametrize("entry", [e for e in HERE if e.section == "Insight"], ids=lambda entry: entry.url)
def test_page_is_calm_with_sales(open_page: Open, market: Market, entry: object) -> None:  # noqa: F811
    fill(market)
    page = open_page(entry.file)  # type: ignore[attr-defined]
    assert page.title[0].value and not complaints(page)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_first_page(open_page: Open, role: str) -> None:
    assert open_page("insight/overview.py", role=role).title[0].value == "Overview"


def test_addresses_are_short_and_unique() -> None:
    urls = [entry.url for entry in ENTRIES]
    assert len(set(urls)) == len(urls) and all(url.isalpha() for url in urls)


def test_an_administrator_is_offered_every_page() -> None:
    assert len(entries_for(Person("a", "A", "admin"))) == len(HERE)


def fill(market: Market) -> None:  # noqa: F811
    market.once(_fill)


def _fill(market: Market) -> None:  # noqa: F811
    for year in ("2024", "2025"):
        for month in range(1, 7):
            period = f"{year}-{month:02d}"
            market.line("galilu", period, "9524001001008", 5 + month, 500 + month)
            market.line("liberty", period, "9524001002005", 3, 300)
            market.covers("galilu", period)
            market.covers("liberty", period)
    market.order_line("1", "2025-03-04", "9524001001008", 2, 210)
    market.fill_rollup()
