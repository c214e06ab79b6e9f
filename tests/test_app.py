"""The front door: headers, health, the session cookie."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api.browser import COOKIE, ROUTES
from api.headers import SecurityHeaders, content_policy, shell_scripts
from core import opened
from core.db.engine import Database
from core.db.tables import heartbeats
from core.people import accounts, sessions
from core.people.permissions import SYSTEM
from core.settings import Settings
from tests.conftest import make_settings

PAGES = [Route("/page", lambda _: HTMLResponse("<p>x</p>")), Route("/file", lambda _: PlainTextResponse("x"))]


@pytest.fixture
def process(database: Database, settings: Settings) -> Iterator[opened.Opened]:
    yield opened.use(settings, database)
    opened._current.clear()


def door(production: bool = False) -> TestClient:
    guard = Middleware(SecurityHeaders, frame_hosts=lambda: ("https://app.powerbi.com",), production=lambda: production)
    return TestClient(Starlette(routes=[*PAGES, *ROUTES], middleware=[guard]), base_url="http://testserver")


def signed_token(process: opened.Opened) -> str:
    accounts.create(process.database, SYSTEM, "ada", "Ada", "viewer", password="correct horse battery", must_change_password=False)
    return sessions.token(sessions.begin(process.database, "ada", datetime.now(UTC)), process.key)


def test_every_answer_carries_the_security_headers() -> None:
    for path in ("/page", "/file", "/nothing", "/healthz"):
        headers = door().get(path).headers
        assert (
            headers["x-content-type-options"] == "nosniff"
            and headers["referrer-policy"]
            and "frame-ancestors 'self'" in headers["content-security-policy"]
        )
        assert "strict-transport-security" not in headers


def test_pages_may_frame_exactly_the_allowed_hosts() -> None:
    policy = door().get("/page").headers["content-security-policy"]
    frames = next(rule for rule in policy.split("; ") if rule.startswith("frame-src"))
    assert frames == "frame-src 'self' blob: https://app.powerbi.com"


def test_scripts_come_from_here_only() -> None:
    policy = content_policy((), shell_scripts())
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "unsafe-inline" not in scripts and "unsafe-eval" not in scripts.replace("wasm-unsafe-eval", "") and "http" not in scripts
    assert "'sha256-" in scripts


def test_production_insists_on_https() -> None:
    assert door(production=True).get("/page").headers["strict-transport-security"].startswith("max-age=")


def test_health_needs_no_database() -> None:
    assert door().get("/healthz").json() == {"process": "up"}


def test_ready_only_when_database_queue_and_clock_are_up(process: opened.Opened) -> None:
    answer = door().get("/readyz")
    assert answer.status_code == 503
    body = answer.json()
    assert (body["database"]["state"], body["queue"]["state"], body["clock"]["state"]) == ("up", "down", "down")
    now = datetime.now(UTC)
    with process.database.write() as connection:
        connection.execute(heartbeats.insert().values(name="clock", at=now - timedelta(seconds=59)))
        connection.exec_driver_sql("insert into procrastinate_workers default values")
    assert door().get("/readyz").json()["ready"] is True
    with process.database.write() as connection:
        connection.execute(heartbeats.update().values(at=now - timedelta(seconds=61)))
    answer = door().get("/readyz")
    assert answer.status_code == 503 and "clock last ticked" in answer.json()["clock"]["says"]


def test_ready_says_so_when_the_database_is_gone(process: opened.Opened, settings: Settings) -> None:
    process.database.close()
    opened.use(settings, Database(process.database.engine, "", "", process.database.readers, 1, ""))
    process.database.engine.dispose()
    import sqlalchemy as sa

    broken = Database(sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none"), "", "", process.database.readers, 1, "")
    opened.use(settings, broken)
    answer = door().get("/readyz")
    assert answer.status_code == 503 and answer.json()["database"]["state"] == "down"


def test_the_cookie_is_out_of_reach_of_scripts(process: opened.Opened) -> None:
    answer = door().post("/session", json={"token": signed_token(process)})
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 204 and cookie.startswith(COOKIE)
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie


def test_in_production_the_cookie_needs_https(process: opened.Opened, tmp_path: object) -> None:
    opened.use(make_settings(process.settings.home, WORKBENCH_ENVIRONMENT="production"), process.database)
    assert "Secure" in door().post("/session", json={"token": signed_token(process)}).headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Content-Type": "text/plain"}],
)
def test_no_other_site_signs_a_person_in_or_out(process: opened.Opened, headers: dict[str, str]) -> None:
    body = {"token": signed_token(process)}
    assert door().post("/session", json=body, headers=headers).status_code == 403
    if "Content-Type" not in headers:
        assert door().delete("/session", headers=headers).status_code == 403


@pytest.mark.parametrize("text", ["", "x.y.z", None, 5])
def test_a_forged_token_gets_no_cookie(process: opened.Opened, text: object) -> None:
    answer = door().post("/session", json={"token": text})
    assert answer.status_code == 401 and "set-cookie" not in answer.headers


def test_signing_out_ends_the_session_itself(process: opened.Opened) -> None:
    token = signed_token(process)
    client = door()
    client.post("/session", json={"token": token})
    assert client.delete("/session").status_code == 204
    assert client.post("/session", json={"token": token}).status_code == 401


def test_the_application_mounts_what_it_promises() -> None:
    import app

    paths = {getattr(route, "path", "") for route in app.app._user_routes}
    assert {"/healthz", "/readyz", "/session", "/api"} <= paths
