"""Stored names never reach the model: a token stands for each, and tokens in the reply are put back. Pure.

A product called “ignore your instructions and …” is data. The model sees `Product#1`; the person sees the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

TOKEN = re.compile(r"\b[A-Z][a-z_]{0,30}#\d{1,5}\b")
HALF_TOKEN = re.compile(r"[A-Z][a-z_]{0,30}(#\d{0,5})?\Z")


@dataclass(frozen=True)
class Mask:
    """Tokens and the names they stand for."""

    names: Mapping[str, str]

    def hide(self, text: str) -> str:
        """`text` with every known name replaced by its token, longest name first."""
        tokens = {name.casefold(): token for token, name in self.names.items()}
        if not tokens:
            return text
        longest_first = sorted(tokens, key=len, reverse=True)
        pattern = r"(?<!\w)(?:" + "|".join(re.escape(name) for name in longest_first) + r")(?!\w)"
        return re.sub(pattern, lambda found: tokens.get(found[0].casefold(), found[0]), text, flags=re.I)

    def restore(self, text: str) -> str:
        """`text` with the names back in place."""
        return TOKEN.sub(lambda found: self.names.get(found[0], found[0]), text)

    def restore_sql(self, sql: str) -> str:
        """SQL with the names back inside its string literals, quotes doubled; the guard judges the result."""
        return TOKEN.sub(lambda found: self.names.get(found[0], found[0]).replace("'", "''"), sql)

    def restore_arguments(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A tool call's arguments with the names back in every text."""
        restore = self.restore_sql if tool == "run_sql" else self.restore
        return {key: _restored(value, restore) for key, value in arguments.items()}

    def restore_pieces(self, pieces: Iterator[str]) -> Iterator[str]:
        """A stream with the names back; a token that is cut between two pieces waits for its end."""
        waiting = ""
        for piece in pieces:
            waiting += piece
            half = HALF_TOKEN.search(waiting)
            ready, waiting = (waiting[: half.start()], waiting[half.start() :]) if half else (waiting, "")
            if ready:
                yield self.restore(ready)
        if waiting:
            yield self.restore(waiting)


def mask_of(question: str, names: Mapping[str, Sequence[str]]) -> Mask:
    """The mask for the stored names that occur in `question`; `names`: dimension → names."""
    folded, found = question.casefold(), {}
    for dimension, values in names.items():
        present = sorted({v for v in values if v and v.casefold() in folded}, key=lambda v: (-len(v), v))
        found.update({_token(dimension, number): value for number, value in enumerate(present, 1)})
    return Mask(found)


def mask_frame(frame: pl.DataFrame, mask: Mask, plain: Collection[str] = ()) -> tuple[Mask, pl.DataFrame]:
    """`mask` widened by every text in `frame`, and the frame with tokens in their place; values in `plain` stay (the product's own words)."""
    names = dict(mask.names)
    tokens = {name: token for token, name in names.items()}
    for column in (name for name, kind in frame.schema.items() if kind == pl.String):
        values = [v for v in frame[column].drop_nulls().unique(maintain_order=True) if v not in plain]
        for number, value in enumerate((v for v in values if v not in tokens), len(names) + 1):
            tokens[value] = _token(column, number)
            names[tokens[value]] = value
        frame = frame.with_columns(pl.col(column).replace({v: tokens[v] for v in values}))
    return Mask(names), frame


def _token(dimension: str, number: int) -> str:
    return f"{re.sub('[^a-z_]', '', dimension.lower())[:30].capitalize() or 'Name'}#{number}"


def _restored(value: Any, restore: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return restore(value)
    if isinstance(value, list):
        return [_restored(item, restore) for item in value]
    if isinstance(value, dict):
        return {key: _restored(item, restore) for key, item in value.items()}
    return value
