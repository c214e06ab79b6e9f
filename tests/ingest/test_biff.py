"""Old workbooks that would become far larger than they are: counted before a reader of cells unpacks them."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import pytest
import xlwt
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import FileTooLarge, UnreadableFile, WorkbenchError
from core.ingest import biff
from core.ingest.reading import read_book
from tests.evidence.ole import xls


def old(cells: Sequence[tuple[int, int, str | float]]) -> bytes:
    book, target = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("A")
    for row, column, value in cells:
        sheet.write(row, column, value)
    book.save(target)
    return target.getvalue()


def shared_texts(data: bytes) -> list[int]:
    parts: list[bytes] = []
    for _, kind, body in biff._records(biff._stream(data)):
        if kind == biff.TEXTS or (kind == biff.MORE and parts):
            parts.append(body)
    return biff._text_sizes(parts)


letters = st.tuples(st.sampled_from(["a", "ä", "€Ж", "a€"]), st.integers(1, 4_500)).map(lambda found: found[0] * found[1])
texts = st.lists(letters, min_size=3, max_size=12, unique=True)


@hypothesis_settings(deadline=None, max_examples=20)
@given(texts)
def test_every_shared_text_has_its_length_also_across_records(found):
    written = [*found, "z" * biff.LONG_TEXT]  # where no text can be long, none is measured
    assert shared_texts(old([(row, 0, text) for row, text in enumerate(written)])) == [len(text) for text in written]


def test_an_ordinary_workbook_is_read():
    cells = [(row, column, f"text {row}" if column else row) for row in range(300) for column in range(6)]
    assert read_book(old(cells), "old.xls").sheets[0].height == 300
    long = read_book(old([(row, 0, "x" * 30_000) for row in range(20)]), "old.xls")
    assert {len(row[0] or "") for row in long.sheets[0].grid} == {30_000}


BOMBS = {
    "a long text in thousands of cells": lambda: old([(row, 0, "x" * 32_767) for row in range(5_000)]),
    "a cell at the far end": lambda: old([(0, 0, 1.0), (65_535, 255, 1.0)]),
    "more texts than there is room for": lambda: old([(0, 0, "a"), (1, 0, "b"), (2, 0, "a")]).replace(struct.pack("<II", 3, 2), struct.pack("<II", 3, 2**31 - 1)),
    "a sheet of four thousand million rows": lambda: xls([["a"], ["b"], ["c"]]).replace(struct.pack("<IIHHH", 0, 3, 0, 1, 0), struct.pack("<IIHHH", 0, 2**32 - 1, 0, 65_535, 0)),
}  # fmt: skip


@pytest.mark.parametrize("what", BOMBS)
def test_what_would_fill_the_memory_is_refused_unread(what):
    with pytest.raises((FileTooLarge, UnreadableFile)):
        biff.check_sizes(BOMBS[what](), 20_000_000)
    with pytest.raises(WorkbenchError):
        read_book(BOMBS[what](), "old.xls")


def test_texts_that_stop_short_are_damage_and_no_crash():
    whole = old([(row, 0, chr(97 + row) * 3_000) for row in range(5)])
    parts = [body for _, kind, body in biff._records(biff._stream(whole)) if kind in (biff.TEXTS, biff.MORE)]
    with pytest.raises(UnreadableFile):
        biff._text_sizes([*parts[:-1], parts[-1][:-10]] if len(parts) > 1 else [parts[0][:-10]])
