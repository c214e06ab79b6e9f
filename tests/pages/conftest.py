"""Pages run by Streamlit's own AppTest, signed in or not, on a fresh database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core import opened
from core.db.engine import Database
from core.people import accounts, sessions
from core.people.permissions import SYSTEM, Person
from core.settings import Settings
from pages.components.sections import entries_for

SHELL = Path(__file__).resolve().parents[2] / "pages" / "shell.py"
PASSWORD = "correct horse battery"
Open = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def installed_packages_are_read_once() -> Iterator[None]:
    """Each new AppTest reads what all installed packages say of themselves, in search of components: half a second every time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def process(database: Database, settings: Settings) -> Iterator[opened.Opened]:
    """This process works on the test's database."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield opened.use(settings, database)
    opened._current.clear()


@pytest.fixture
def shell(process: opened.Opened) -> AppTest:
    """The application as a browser that has not signed in meets it."""
    return AppTest.from_file(str(SHELL), default_timeout=60)


@pytest.fixture
def open_page(process: opened.Opened, shell: AppTest) -> Open:
    """`open_page("insight/overview.py", role="viewer", period="2025")`: that page, signed in, with the URL's parameters."""

    def opened_page(page: str, role: str = "admin", scope: tuple[int, ...] | None = None, **parameters: str | list[str]) -> AppTest:
        if accounts.find(process.database, role) is None:
            accounts.create(process.database, SYSTEM, role, role.title(), role, password=PASSWORD, scope=scope, must_change_password=False)
        begun = sessions.begin(process.database, role, datetime.now(UTC))
        shell.session_state["session_id"] = begun.id
        shell.session_state["authentication_status"] = True
        if page not in _known_before_any_run(Person(role, role, role, scope)):  # type: ignore[arg-type]
            shell.run()
        for name, value in parameters.items():
            shell.query_params[name] = value
        return shell.switch_page(page).run()

    return opened_page


def _known_before_any_run(person: Person) -> set[str]:
    """Pages whose address AppTest knows without having drawn the first page: called as their file is, and open to this person."""
    return {entry.file for entry in entries_for(person) if Path(entry.file).stem == entry.url}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that goes to the database from here on, of the application and of the reader alike."""
    said: list[str] = []
    execute = psycopg.Cursor.execute

    def listening(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **options: Any) -> Any:
        if query != ";":  # the sign of life that the pool asks for
            said.append(query if isinstance(query, str) else str(query))
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", listening)
    return said
