from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.application import build
from core import opened
from core.db.engine import Database
from core.people import accounts
from core.people.permissions import SYSTEM
from core.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def process(database: Database, settings: Settings) -> Iterator[opened.Opened]:
    yield opened.use(settings, database)
    opened._current.clear()


@pytest.fixture
def client(process: opened.Opened) -> TestClient:
    return TestClient(build())


def token(client: TestClient, process: opened.Opened, role: str = "viewer", scope: tuple[int, ...] | None = None) -> dict[str, str]:
    """The header of a signed-in caller."""
    accounts.create(process.database, SYSTEM, role, role, role, password=PASSWORD, scope=scope, must_change_password=False)
    answer = client.post("/token", data={"username": role, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
