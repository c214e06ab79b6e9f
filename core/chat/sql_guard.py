"""Whether a SQL statement may run: one SELECT over the readable relations, made only of listed parts. Pure; the first of several walls.

The order is fixed: size and characters, then the server's own lexer and parser, then every node of the tree, then relations and columns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pglast import ast, parse_sql
from pglast.parser import ParseError

from core.chat.guard.refusals import Refusal
from core.chat.guard.resolving import Resolver
from core.chat.guard.shape import refuse_shape
from core.chat.guard.texts import refuse_bytes, refuse_tokens

Readable = Mapping[str, Collection[str]]  # relation → its columns


@dataclass(frozen=True)
class GuardLimits:
    """How large a statement may be, and which schema names may stand before a relation."""

    bytes: int = 20_000
    tokens: int = 1_500  # without values and commas, so that a list of values may be long
    brackets: int = 40  # how deep brackets and CASE nest
    nodes: int = 3_000
    depth: int = 120  # how deep the parse tree is
    relations: int = 12
    series_steps: int = 5_000
    schemas: tuple[str, ...] = ("public", "readable")


@dataclass(frozen=True)
class Verdict:
    """`code` is stable ('allowed' or the rule that refused), `reason` is for people, `rewritten` the one statement that was checked."""

    allowed: bool
    code: str
    reason: str
    rewritten: str | None = None


def check(sql: str, readable: Readable, limits: GuardLimits | None = None) -> Verdict:
    """Judge `sql` against the relations and columns in `readable`. Never raises for any text."""
    limits = limits or GuardLimits()
    try:
        return Verdict(True, "allowed", "This statement only reads published figures.", _judge(sql, readable, limits))
    except Refusal as refusal:
        return Verdict(False, refusal.code, refusal.reason)
    except RecursionError:
        nested = Refusal("too_nested")
        return Verdict(False, nested.code, nested.reason)


def _judge(sql: str, readable: Readable, limits: GuardLimits) -> str:
    refuse_bytes(sql, limits.bytes)
    refuse_tokens(sql, limits.tokens, limits.brackets)
    statement = _only_statement(sql)
    if not isinstance(statement.stmt, ast.SelectStmt):
        raise Refusal("not_select")
    refuse_shape(statement, limits.nodes, limits.depth, limits.series_steps)
    Resolver(readable, limits.schemas, limits.relations).select(statement.stmt, {}, None)
    return _text_of(statement, sql)


def _only_statement(sql: str) -> ast.RawStmt:
    try:
        statements = parse_sql(sql)
    except (ParseError, UnicodeError) as error:
        raise Refusal("syntax") from error
    if not statements:
        raise Refusal("empty")
    if len(statements) > 1:
        raise Refusal("many_statements")
    return statements[0]


def _text_of(statement: ast.RawStmt, sql: str) -> str:
    """The statement without the semicolon after it: a slice of what was parsed, so nothing new can appear."""
    start = statement.stmt_location or 0
    text = sql[start : start + statement.stmt_len] if statement.stmt_len else sql[start:]
    return text.strip()
