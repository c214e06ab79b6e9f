"""Text for COPY: what all lines begin with is made once, and every line reads as it would alone."""

from __future__ import annotations

import csv
import io
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.ingest.copying import blocks, stated_columns

TEXTS = st.sampled_from(["EUR", 'So"l', "a,b", "two\nlines", "", "Ñandú"])


@given(st.lists(st.tuples(TEXTS, TEXTS, st.integers(-5, 5)), min_size=1, max_size=8), TEXTS)
def test_every_value_comes_back_from_the_text(rows, same):
    columns = {"left": [a for a, *_ in rows], "same": [same] * len(rows), "right": [b for _, b, _ in rows], "units": [n for *_, n in rows]}
    frame = stated_columns(pl.DataFrame(columns))
    text = b"".join(part for _, part in blocks(frame)).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [[str(value) for value in row] for row in frame.rows()]
    assert sum(count for count, _ in blocks(frame)) == len(rows)


def test_columns_without_a_value_are_left_out_and_decimals_are_short():
    frame = pl.DataFrame({"money": pl.Series(["180.1700", "2.0000"]).cast(pl.Decimal(38, 4)), "none": [None, None], "vat": ["net", "net"]})
    stated = stated_columns(frame)
    assert stated.columns == ["vat", "money"] and next(blocks(stated)) == (2, b"net,180.17\nnet,2\n")


@given(
    st.lists(
        st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)) | st.dates(date(2025, 1, 1), date(2025, 1, 5)), min_size=1, max_size=40
    )
)
def test_dates_read_as_they_would_alone(days):
    frame = pl.DataFrame({"day": pl.Series(days, dtype=pl.Date), "row": range(len(days))})
    text = b"".join(part for _, part in blocks(frame)).decode()
    assert text.splitlines() == [f"{day or ''},{row}" for row, day in enumerate(days)]
