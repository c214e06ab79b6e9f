"""Guarded SQL against a real database: what comes back, what is refused, what is written down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from core.chat import querying
from core.chat.published import OWN as OWN_VIEWS
from core.chat.querying import READABLE, run_sql
from core.db.engine import Database
from core.db.tables import audit_log
from core.errors import QueryRefused
from tests.chat.statements import ALLOWED
from tests.db.seeding import OWN, seed


def test_the_catalogue_is_exactly_what_the_database_publishes(database: Database) -> None:
    with database.read() as connection:
        rows = connection.execute(
            sa.text(
                "select table_name, column_name from information_schema.columns where table_schema = 'readable' order by ordinal_position"
            )
        ).all()
    published: dict[str, list[str]] = {}
    for view, column in rows:
        if view not in OWN_VIEWS:
            published.setdefault(view, []).append(column)
    assert {view: list(columns) for view, columns in READABLE.items()} == published
    assert all(meaning for columns in READABLE.values() for meaning in columns.values())


def test_figures_come_back_as_exact_decimals(database: Database) -> None:
    seed(database)
    result = run_sql(database, "SELECT reseller, sum(quantity) AS units, sum(sales_eur_net) AS net FROM sales GROUP BY 1 ORDER BY 1")
    assert result.frame.rows() == [("HIDDEN-RESELLER", 3, Decimal(30)), ("Own Shop", 3, Decimal(30))]
    assert isinstance(result.frame.schema["net"], pl.Decimal)
    assert (result.truncated, result.cost > 0) == (False, True)


def test_a_scope_holds_for_free_sql_too(database: Database) -> None:
    seed(database)
    assert run_sql(database, "SELECT reseller FROM sales", scope=(OWN,)).frame.rows() == [("Own Shop",)]


def test_kinds_of_values_keep_their_kind(database: Database) -> None:
    statement = (
        "SELECT 1 AS n, 1.25 AS d, 0.5::float8 AS f, true AS b, DATE '2025-05-01' AS day, 'x' AS t, ARRAY[1, 2] AS a, NULL AS nothing,"
        " 'a' AS t, 2.0 / 3 AS third, 1e40 AS huge"
    )
    row = run_sql(database, statement).frame.row(0, named=True)
    assert (row["n"], row["d"], row["f"], row["b"], row["day"]) == (1, Decimal("1.25"), 0.5, True, date(2025, 5, 1))
    assert (row["t"], row["t_2"], row["a"], row["nothing"]) == ("x", "a", "[1, 2]", None)
    assert (row["third"], row["huge"]) == (Decimal("0.6666666667"), "1" + "0" * 40)


def test_text_with_percent_and_colon_runs_as_written(database: Database) -> None:
    result = run_sql(database, "SELECT '10:30 :abc %s %(x)s' AS t WHERE 'abc' LIKE '%b%'")
    assert result.frame.item() == "10:30 :abc %s %(x)s"


def test_a_long_list_is_cut_and_says_so(database: Database) -> None:
    result = run_sql(database, "SELECT n FROM generate_series(1, 5000) AS n", max_rows=100)
    assert (result.frame.height, result.truncated) == (100, True)
    assert not run_sql(database, "SELECT n FROM generate_series(1, 100) AS n", max_rows=100).truncated


def test_large_values_end_the_list_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(querying, "MOST_BYTES", 100_000)
    result = run_sql(database, "SELECT repeat('x', 200) AS t FROM generate_series(1, 5000) AS n")
    assert result.truncated
    assert result.frame.height < 5_000


def test_the_cost_cap_stops_what_the_guard_can_not_see(database: Database) -> None:
    seed(database)
    with pytest.raises(QueryRefused, match="too much at once"):
        run_sql(database, "SELECT count(*) FROM sales a JOIN sales b ON a.currency = b.currency", max_cost=1)


def test_a_slow_query_ends_in_time(database: Database) -> None:
    with pytest.raises(QueryRefused, match="too long"):
        run_sql(database, _slow(), seconds=0.2, max_cost=1e30)


def test_the_clock_outside_of_the_session_ends_it_too(database: Database) -> None:
    with (
        pytest.raises(QueryRefused, match="too long"),
        querying._translated(),
        database.reader(seconds=60) as connection,
        querying._deadline(connection, -0.8),
    ):
        connection.execute(_slow().encode())


def _slow() -> str:
    numbers = "generate_series(1, 2000)"
    return f"SELECT count(*) FROM (SELECT n FROM {numbers} AS n) a JOIN (VALUES (1), (2), (3)) v(x) ON v.x < a.n, LATERAL (SELECT sum(power(a.n + v.x + u.y, 3.3)) AS s FROM unnest(ARRAY[{', '.join(['1.5'] * 900)}]) AS u(y)) q WHERE q.s > 0"


def test_the_connection_serves_the_next_question_after_a_refusal(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(QueryRefused):
            run_sql(database, "SELECT 1 / (n - 1) AS x FROM generate_series(1, 3) AS n")
    assert run_sql(database, "SELECT 1 AS n").frame.item() == 1


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        ("divides by zero", "SELECT 1 / (n - 1) AS x FROM generate_series(1, 3) AS n"),
        ("GROUP BY", "SELECT reseller, sum(quantity) FROM sales"),
        ("several views", "SELECT reseller FROM sales JOIN stores ON stores.id = store_id"),
        ("kind of its values", "SELECT reseller + 1 FROM sales"),
        ("read as the number", "SELECT store::integer FROM sales"),
        ("published view", "SELECT * FROM users"),
    ],
)
def test_errors_are_sentences_without_data_or_catalog_names(database: Database, sentence: str, statement: str) -> None:
    seed(database)
    with pytest.raises(QueryRefused, match=sentence) as caught:
        run_sql(database, statement)
    assert not any(word in caught.value.message for word in ("Berlin", "HIDDEN", "ERROR", "operator does not exist", "pg_"))


def test_every_statement_leaves_one_line_in_the_audit_log(database: Database) -> None:
    run_sql(database, "SELECT 1 AS n", username="anna")
    for refused in ("SELECT * FROM users", "SELECT 1 / 0 AS x", "SELECT '\x00\ud800'"):
        with pytest.raises(QueryRefused):
            run_sql(database, refused, username="anna")
    with database.read() as connection:
        lines = connection.execute(sa.select(audit_log).where(audit_log.c.action == "sql").order_by(audit_log.c.id)).all()
    assert [(line.username, line.subject) for line in lines] == [
        ("anna", c) for c in ("allowed", "relation", "database", "control_character")
    ]
    assert (lines[0].details["sql"], lines[0].details["rows"]) == ("SELECT 1 AS n", 1)


@pytest.mark.parametrize("statement", ALLOWED)
def test_what_the_guard_allows_the_database_runs(database: Database, statement: str) -> None:
    seed(database)
    assert run_sql(database, statement).frame.width > 0


def test_a_second_statement_can_not_ride_along(database: Database) -> None:
    for stacked in ("SELECT 1; COMMIT; SET default_transaction_read_only = off", "SELECT 1; SELECT 2"):
        with pytest.raises(psycopg.Error), database.reader() as connection:
            querying._fetched(connection, stacked, 10)
        with pytest.raises(psycopg.Error), database.reader() as connection:
            querying.planned_cost(connection, stacked, 1)


@pytest.mark.parametrize(
    "statement",
    ["SHOW data_directory", "DELETE FROM sales", "SET ROLE postgres", "COMMIT", "COPY sales TO STDOUT", "LISTEN a", "DO $$ BEGIN END $$"],
)
def test_the_cursor_takes_nothing_but_a_select(database: Database, statement: str) -> None:
    with pytest.raises(psycopg.Error), database.reader() as connection:
        querying._fetched(connection, statement, 10)
