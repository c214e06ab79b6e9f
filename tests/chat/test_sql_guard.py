"""The guard by itself: what it refuses and why, what it lets pass, and that no text makes it fall over."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.chat.guard.refusals import REASONS
from core.chat.querying import check_sql
from core.chat.sql_guard import GuardLimits, check
from tests.chat.statements import ALLOWED, REFUSED

READABLE = {"facts": ["id", "store", "amount", "year"], "products": ["ean", "name"]}


@pytest.mark.parametrize("statement", REFUSED)
def test_hostile_statements_are_refused(statement: str) -> None:
    verdict = check_sql(statement)
    assert not verdict.allowed
    assert verdict.code in REASONS
    assert verdict.rewritten is None


@pytest.mark.parametrize("statement", ALLOWED)
def test_analysts_statements_pass(statement: str) -> None:
    verdict = check_sql(statement)
    assert verdict.allowed, verdict.reason


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("empty", "  \n -- nothing"),
        ("control_character", "SELECT 1\x00; DROP TABLE users"),
        ("control_character", "SELECT\x0bstore FROM facts"),
        ("control_character", "SELECT\u00a0store FROM facts"),
        ("control_character", "\ufeffSELECT store FROM facts"),
        ("control_character", "SELECT 1 /* \u202e */"),
        ("control_character", "SELECT '\ud800'"),
        ("too_long", "SELECT " + "1," * 10_000 + "1"),
        ("too_long", "SELECT " + "+".join("1" * 5_000)),
        ("too_long", "SELECT 1" + " UNION ALL SELECT 1" * 1_000),
        ("too_nested", "SELECT " + "(" * 50 + "1" + ")" * 50),
        ("too_nested", "SELECT " + "- " * 700 + "amount FROM facts"),
        ("too_nested", "SELECT 1" + "::int" * 400),
        ("syntax", "SELECT * FROM"),
        ("syntax", "Show me the users"),
        ("syntax", "SELECT 'open"),
        ("syntax", "SELECT 1 /* open"),
        ("many_statements", "SELECT 1 --\r; SELECT 2"),
        ("relation", "SELECT count(*) FROM facts --\rUNION ALL SELECT count(*) FROM users"),
        ("relation", "SELECT * FROM us\u0435rs"),
        ("function", "SELECT pg_sleep\n(5)"),
        ("not_select", "DELETE FROM facts"),
        ("writes", "WITH d AS (DELETE FROM facts RETURNING id) SELECT id FROM d"),
        ("into", "SELECT store INTO loot FROM facts"),
        ("locks", "SELECT store FROM facts FOR SHARE"),
        ("parameter", "SELECT store FROM facts WHERE id = $1"),
        ("whole_row", "SELECT f FROM facts f"),
        ("column", "SELECT ctid FROM facts"),
        ("recursion", "WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r"),
        ("too_many_relations", "SELECT 1 FROM " + ", ".join(f"(SELECT 1) a{i}" for i in range(13))),
        ("join", "SELECT 1 FROM facts a, facts b"),
    ],
)
def test_each_refusal_has_its_code(code: str, statement: str) -> None:
    assert check(statement, READABLE).code == code


def test_a_reason_names_what_was_wrong_and_what_is_there() -> None:
    assert check("SELECT 1 FROM users", READABLE).reason == "There is no published view “users”. Choose one of: facts, products."


def test_only_the_given_relations_are_readable() -> None:
    statement = "SELECT store FROM facts"
    assert check(statement, READABLE).allowed
    assert not check(statement, {"products": ["ean"]}).allowed
    assert not check(statement, {"facts": ["id"]}).allowed
    assert not check(statement, {}).allowed


def test_the_checked_text_is_a_slice_of_what_was_written() -> None:
    assert check("  SELECT 'ü;' FROM facts ;\n\n ", READABLE).rewritten == "SELECT 'ü;' FROM facts"


def test_a_list_of_values_may_be_long() -> None:
    values = ", ".join(str(n) for n in range(1_500))
    assert check(f"SELECT count(*) FROM facts WHERE id IN ({values})", READABLE).allowed


def test_schema_names_are_a_choice() -> None:
    assert check("SELECT store FROM mine.facts", READABLE, GuardLimits(schemas=("mine",))).allowed
    assert not check("SELECT store FROM public.facts", READABLE, GuardLimits(schemas=("mine",))).allowed


def test_a_sample_of_a_table_is_a_plain_number() -> None:
    assert check("SELECT max(amount) FROM facts TABLESAMPLE SYSTEM (10)", READABLE).allowed
    assert not check("SELECT max(amount) FROM facts TABLESAMPLE SYSTEM (length(store))", READABLE).allowed


def test_growth_adds_up_over_nested_queries() -> None:
    doubled = "SELECT store AS s FROM facts"
    for _ in range(6):
        doubled = f"SELECT s || s || s || s || s || s || s || s || s || s || s || s || s || s || s || s AS s FROM ({doubled}) q"
    assert check(doubled, READABLE).code == "too_large"


def test_expressions_that_double_with_each_level_are_refused() -> None:
    summed = "SELECT amount AS s FROM facts"
    for _ in range(7):
        summed = f"SELECT s + s + s + s + s + s + s + s AS s FROM ({summed}) q"
    assert check(summed, READABLE).code == "too_large"


def test_grouping_ends_the_growth_of_an_expression() -> None:
    summed = "SELECT store, amount AS s FROM facts"
    for _ in range(6):
        summed = f"SELECT store, sum(s + s + s + s + s + s + s + s) AS s FROM ({summed}) q GROUP BY store"
    assert check(summed, READABLE).allowed


@pytest.mark.parametrize("text", ["+1" * 9_000, " IS NULL" * 2_000, "[1]" * 6_000, " UNION SELECT 1" * 1_200, "NOT " * 4_900, "(" * 19_000])
def test_huge_input_never_ends_the_process(text: str) -> None:
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(check("SELECT 1" + text, READABLE)))
    thread.start()
    thread.join()
    assert [v.allowed for v in verdicts] == [False]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "SELECT FROM facts users f . , ( ) * store ; ' \" -- /* */ $$ WITH AS 1 = :: text UNION $1 JOIN ON \x00 é".split(" ")
        ),
        max_size=25,
    )
)
def test_any_text_gets_a_verdict_and_never_reaches_a_foreign_relation(words: list[str]) -> None:
    verdict = check(" ".join(words), READABLE)
    assert verdict.reason
    if verdict.allowed:
        assert verdict.rewritten is not None
