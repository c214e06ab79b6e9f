from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from core import opened
from core.people import accounts
from core.people.permissions import SYSTEM
from core.sales.query import build_query
from core.sales.running import run
from tests.api.conftest import PASSWORD, token
from tests.sales.conftest import Market, market  # noqa: F401

GUARDED = [
    ("POST", "/sales"),
    ("POST", "/pivot"),
    ("GET", "/measures"),
    ("GET", "/dimensions"),
    ("GET", "/coverage"),
    ("GET", "/batches"),
    ("GET", "/batches/1"),
]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nothing_is_said_without_a_token(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path, json={}).status_code == 401
    assert client.request(method, path, json={}, headers={"Authorization": "Bearer x.y.z"}).status_code == 401


def test_every_route_but_the_sign_in_is_guarded(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    known = {(method.upper(), path.replace("{batch_id}", "1")) for path, methods in described.items() for method in methods}
    assert known - {("POST", "/token"), ("DELETE", "/token")} == set(GUARDED)


def test_figures_are_those_of_the_core(client: TestClient, process: opened.Opened, market: Market) -> None:  # noqa: F811
    market.line("galilu", "2025-05", "9524001001008", 3, "123.450000001")
    market.covers("galilu", "2025-05")
    answer = client.post("/sales", json={"by": ["reseller"], "period": "2025"}, headers=token(client, process)).json()
    result = run(process.database, build_query("sales_eur_net", "reseller", period="2025"))
    assert answer["rows"] == [{"reseller": "Galilu", "sales_eur_net": "123.450000001"}]
    assert Decimal(answer["totals"]["sales_eur_net"]) == result.totals["sales_eur_net"]
    assert answer["data_version"] == result.data_version and answer["sql"] == result.sql


def test_a_pivot_is_the_table_of_the_page(client: TestClient, process: opened.Opened, market: Market) -> None:  # noqa: F811
    market.line("galilu", "2025-05", "9524001001008", 1, 30)
    market.line("liberty", "2025-06", "9524001001008", 1, 10)
    question = {"by": ["reseller"], "columns": ["month"], "period": "2025", "shown_as": "share_total"}
    answer = client.post("/pivot", json=question, headers=token(client, process)).json()
    assert answer["rows"] == [
        {"Reseller": "Galilu", "May 2025": "0.75", "Jun 2025": None, "Total": "0.75"},
        {"Reseller": "Liberty", "May 2025": None, "Jun 2025": "0.25", "Total": "0.25"},
        {"Reseller": "Total", "May 2025": "0.75", "Jun 2025": "0.25", "Total": "1"},
    ]
    assert answer["totals"]["sales_eur_net"] == "40"


def test_a_scope_holds_in_the_api_too(client: TestClient, process: opened.Opened, market: Market) -> None:  # noqa: F811
    market.line("galilu", "2025-05", "9524001001008", 3, 100)
    market.line("liberty", "2025-05", "9524001001008", 1, 7)
    headers = token(client, process, scope=(market.resellers["liberty"],))
    assert client.post("/sales", json={}, headers=headers).json()["totals"]["sales_eur_net"] == "7"
    assert {row["reseller"] for row in client.get("/coverage", headers=headers).json()} <= {"Liberty"}
    batch = market.new_batch("galilu")
    assert batch not in [row["id"] for row in client.get("/batches", headers=headers).json()]
    assert client.get(f"/batches/{batch}", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "question",
    [{"measures": ["foo"]}, {"by": ["foo"]}, {"period": "banana"}, {"where": {"foo": ["1"]}}, {"limit": 0}, {"unknown": 1}],
)
def test_a_question_that_can_not_be_asked_is_explained(client: TestClient, process: opened.Opened, question: dict[str, object]) -> None:
    answer = client.post("/sales", json=question, headers=token(client, process))
    assert answer.status_code == 422 and answer.json()["detail"]


def test_wrong_passwords_lock_the_account_here_too(client: TestClient, process: opened.Opened) -> None:
    accounts.create(process.database, SYSTEM, "ada", "Ada", "viewer", password=PASSWORD, must_change_password=False)
    codes = [client.post("/token", data={"username": "ada", "password": "x"}).status_code for _ in range(5)]
    assert codes == [401, 401, 401, 401, 423]
    assert client.post("/token", data={"username": "ada", "password": PASSWORD}).status_code == 423


def test_a_given_password_must_be_changed_first(client: TestClient, process: opened.Opened) -> None:
    password = accounts.create(process.database, SYSTEM, "ada", "Ada", "viewer")
    assert client.post("/token", data={"username": "ada", "password": password}).status_code == 403


def test_a_forgotten_token_is_worthless(client: TestClient, process: opened.Opened) -> None:
    headers = token(client, process)
    assert client.get("/measures", headers=headers).status_code == 200
    assert client.delete("/token", headers=headers).status_code == 204
    assert client.get("/measures", headers=headers).status_code == 401


def test_the_reference_page_runs_nothing_and_fetches_nothing(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "POST</b> /api/sales" in page and "<script" not in page and "http" not in page.replace("<!doctype html>", "")
