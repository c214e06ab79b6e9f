"""Checks on the text before the parser sees it: the parser may not survive huge input, and stops reading at a NUL."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from pglast.parser import ParseError, scan

from core.chat.guard.refusals import Refusal

PLAIN_BLANKS = "\t\n\r\f "
OPENING, CLOSING = {"ASCII_40", "ASCII_91", "CASE"}, {"ASCII_41", "ASCII_93", "END_P"}
FLAT = {"ASCII_44", "ICONST", "FCONST", "SCONST", "SQL_COMMENT", "C_COMMENT"}  # a list of values may be long, it does not nest


def refuse_bytes(sql: str, most_bytes: int) -> None:
    """Before anything else: size, NUL and characters that no keyboard makes."""
    try:
        size = len(sql.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise Refusal("control_character") from error
    if size > most_bytes:
        raise Refusal("too_long")
    if any(unicodedata.category(c) == "Cc" and c not in PLAIN_BLANKS for c in sql):
        raise Refusal("control_character")
    if not sql.strip():
        raise Refusal("empty")


def refuse_tokens(sql: str, most_tokens: int, most_depth: int) -> None:
    """What the server's own lexer sees: escapes, invisible characters outside of texts, how deep brackets nest."""
    tokens = scanned(sql)
    if any(token.name in ("USCONST", "UIDENT") for token in tokens):
        raise Refusal("unicode_escape")
    _refuse_invisible(sql, tokens)
    if sum(token.name not in FLAT for token in tokens) > most_tokens:
        raise Refusal("too_long")
    if _depth(tokens) > most_depth:
        raise Refusal("too_nested")


def scanned(sql: str) -> Sequence[Any]:
    try:
        return list(scan(sql))
    except (ParseError, UnicodeError) as error:
        raise Refusal("syntax") from error


def _refuse_invisible(sql: str, tokens: Sequence[Any]) -> None:
    covered = 0
    for token in [t for t in tokens if t.name == "SCONST"]:
        _refuse_odd(sql[covered : token.start])
        covered = token.end + 1
    _refuse_odd(sql[covered:])


def _refuse_odd(text: str) -> None:
    if any(unicodedata.category(c) in {"Cf", "Zs", "Zl", "Zp", "Co", "Cn"} and c != " " for c in text):
        raise Refusal("control_character")


def _depth(tokens: Sequence[Any]) -> int:
    depth = deepest = 0
    for token in tokens:
        depth += (token.name in OPENING) - (token.name in CLOSING)
        deepest = max(deepest, depth)
    return deepest
