"""Who is taken for whom: every vendor file and every file of nobody, by true sender and by what it is recognised as."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from core.errors import WorkbenchError
from core.ingest.formats.registry import FORMATS
from core.ingest.reading import read_book
from core.ingest.recognising import recognise
from core.ingest.shapes import RawBook
from tests.conftest import SHARED
from tests.ingest.formats import truth
from tests.ingest.formats.unknown_files import NO_SALES, SALES

NOBODY = "nobody"
OUTCOMES = (*(format_.KEY for format_ in FORMATS), "asked", "refused")


def outcome(book: RawBook) -> str:
    """The vendor a file is recognised as, 'generic' for a list of its own, 'asked' while a person has to say, 'refused' for no sales."""
    try:
        return recognise(book).vendor or "asked"
    except WorkbenchError:
        return "refused"


def files() -> Iterator[tuple[str, RawBook]]:
    """(true sender, file) of every shared vendor file and of the generated ones of nobody."""
    for vendor in (format_.KEY for format_ in FORMATS):
        yield from ((vendor, truth.book_of(path)) for path in truth.files_of(vendor))
    for path in sorted((SHARED / "vendors" / "unknown").glob("*.csv")):
        yield NOBODY, read_book(path, path.name)
    yield from ((NOBODY, file.book()) for file in (*SALES, *(file for file in NO_SALES)))


def matrix() -> pl.DataFrame:
    """One row per true sender, one column per outcome, files counted. A file of nobody is right as 'generic', 'asked' or 'refused'; a
    vendor's file is right as itself."""
    counted = pl.DataFrame([(true, outcome(book)) for true, book in files()], schema=["sender", "outcome"], orient="row")
    return counted.group_by("sender", maintain_order=True).agg(pl.col("outcome").eq(name).sum().alias(name) for name in OUTCOMES)


def mistaken(table: pl.DataFrame) -> int:
    """Files taken for somebody they are not: everything off the diagonal."""
    wrong = 0
    for row in table.iter_rows(named=True):
        right = {"generic", "asked", "refused"} if row["sender"] == NOBODY else {row["sender"]}
        wrong += sum(row[name] for name in OUTCOMES if name not in right)
    return wrong


if __name__ == "__main__":
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, tbl_hide_column_data_types=True):
        print(matrix())
