"""What a page costs: statements to the database, bounded for every page; nothing kept is shared between scopes."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from pages.components import cached, cached_analyses, cached_files
from tests.pages.conftest import Open
from tests.pages.test_every_page import HERE, fill
from tests.sales.conftest import Market, market  # noqa: F401

COLD, WARM = 180, 10  # statements of a first visit (signing in among them), of a second one with nothing changed


@pytest.mark.parametrize("entry", HERE, ids=lambda entry: entry.url)
def test_a_page_asks_the_database_a_bounded_number_of_times(open_page: Open, market: Market, asked: list[str], entry: object) -> None:  # noqa: F811
    fill(market)
    asked.clear()
    page = open_page(entry.file)  # type: ignore[attr-defined]
    cold = len(asked)
    asked.clear()
    page.run()
    warm = len(asked)
    assert (cold <= COLD, warm <= WARM) == (True, True), f"{cold} statements, then {warm}"


def test_the_overview_asks_all_its_questions_at_once(open_page: Open, market: Market, asked: list[str]) -> None:  # noqa: F811
    fill(market)
    open_page("insight/overview.py", period="2025-01/2025-06")
    assert sum("-- What must be known" in statement for statement in asked) == 1


def test_two_people_of_different_scopes_never_see_each_others_figures(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    units = lambda page: next(m.value for m in page.metric if m.label == "Units")  # noqa: E731
    address = {"period": "2025-01/2025-06"}
    whole = units(open_page("insight/overview.py", role="admin", **address))
    narrow = units(open_page("insight/overview.py", role="viewer", scope=(market.resellers["liberty"],), **address))
    other = units(open_page("insight/overview.py", role="analyst", scope=(market.resellers["galilu"],), **address))
    again = units(open_page("insight/overview.py", role="admin", **address))
    assert (narrow, again) == ("18", whole) and len({whole, narrow, other}) == 3


UNDER_KEYS_OF_ITS_OWN = "_results"  # core.sales.caching holds scope and version with every answer
MINUTES = "_reminders"  # sent mail is no figure: it is read anew every few seconds


def kept_functions() -> list[ast.FunctionDef]:
    files = [Path(inspect.getfile(module)) for module in (cached, cached_files, cached_analyses)]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [f for f in functions if any("cache_" in ast.unparse(decorator) for decorator in f.decorator_list)]


@pytest.mark.parametrize("function", kept_functions(), ids=lambda function: function.name)
def test_what_is_kept_is_kept_per_database_scope_and_version(function: ast.FunctionDef) -> None:
    names = {argument.arg for argument in function.args.args}
    assert not any(name.startswith("_") for name in names), "Streamlit leaves such a parameter out of the key"
    body = ast.unparse(function)
    if "database()" in body and function.name != UNDER_KEYS_OF_ITS_OWN:
        assert "database_mark" in names
    if "scope" in names and function.name != MINUTES:
        assert "version" in names, "figures of a scope outlive their data"
    assert "scope" not in body or "scope" in names, "a scope from elsewhere is not in the key"
