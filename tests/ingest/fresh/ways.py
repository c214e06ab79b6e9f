"""The ways in which the same report is sent differently, for every layout: what must be read as before, and what must be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.ingest.fresh.grid import Book, Grid, Place, csv, plain, xls, xlsx
from tests.ingest.fresh.judged import Fact, Judged, difference, facts, judge

Way = Callable[[Book], Book]
Change = Callable[[Place, Any], Any]
NOTES = Grid({(0, 0): "Please see the figures", (1, 0): "Total", (1, 1): 999, (3, 0): "Store", (3, 1): "Product"})
FOREIGN = {
    "a text": ("Foreign", "x"), "a text without a head": (None, "x"), "a number without a head": (None, 7), "stock": ("Stock", 7),
    "a price": ("Price", 218.5), "a supplier's 13 digits": ("Supplier GLN", "9524001001008"), "remarks that say total": ("Comment", "Total"),
    "row numbers": ("Index", lambda row: row), "item numbers": ("Item no", lambda row: f"A{row:04}"),
}  # fmt: skip
OTHER_NAMES = ("(4).xlsx", "book1.xlsx", "Nordlys_sellout_Galilu_2025.xlsx", "Continuity Supplier Size Report 25_05_2025.xlsx")


def texts(change: Callable[[str], str]) -> Way:
    return lambda book: book.main(lambda grid: grid.changed(lambda _, value: change(value) if isinstance(value, str) else value))


def numbers(head: int, change: Callable[[Any], Any]) -> Way:
    """Every number below the heads as `change` writes it."""

    def one(place: Place, value: Any) -> Any:
        number = plain(value)
        is_number = isinstance(number, int | float) and not isinstance(number, bool) and place[0] > head
        return change(number) if is_number else value

    return lambda book: book.main(lambda grid: grid.changed(one))


def grouped(value: Any, decimal: str, thousands: str) -> str:
    text = f"{abs(value):,}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    return f"-{text}" if value < 0 else text


def doubled(book: Book, head: int) -> Grid:
    grid = next(iter(book.sheets.values()))
    return grid.changed(lambda place, value: value * 2 if isinstance(value, int | float) and place[0] > head else value)


def harmless(head: int, columns: tuple[int, ...]) -> Iterator[tuple[str, Way]]:
    """Changes of looks and places that no reader may stumble over; `head`: the row of the heads, `columns`: where foreign ones go."""
    for down, right in ((5, 0), (0, 4), (8, 7), (18, 0), (0, 30)):
        yield f"moved {down} down and {right} right", lambda book, d=down, r=right: book.main(lambda grid: grid.moved(d, r))
    yield "no-break blanks around texts", texts(lambda text: f"\u00a0{text} ")
    yield "doubled blanks", texts(lambda text: text.replace(" ", "  "))
    yield "no-break blanks inside", texts(lambda text: text.replace(" ", "\u00a0"))
    yield "capitals", texts(str.upper)
    yield "small letters", texts(str.lower)
    yield "numbers as text", numbers(head, str)
    yield "numbers as text, decimal comma", numbers(head, lambda value: str(value).replace(".", ","))
    yield "thousands parted by no-break blanks", numbers(head, lambda value: grouped(value, ",", "\u00a0"))
    yield (
        "euro signs in front",
        numbers(head, lambda v: grouped(v, ",", "\u00a0") if isinstance(v, int) else "€" + grouped(v, ",", "\u00a0")),
    )
    yield "negatives in brackets", numbers(head, lambda value: f"({grouped(abs(value), ',', ' ')})" if value < 0 else value)
    yield "a real minus sign", numbers(head, lambda value: "\u2212" + str(abs(value)).replace(".", ",") if value < 0 else value)
    yield "units with three decimals", numbers(head, lambda value: f"{value},000" if isinstance(value, int) else value)
    yield "units as floats", numbers(head, lambda value: float(value) if isinstance(value, int) else value)
    yield "float noise", numbers(head, lambda value: value + 1e-12 if isinstance(value, float) else value)
    yield "a sheet of notes first", lambda book: replace(book, sheets={"Notes": NOTES, **book.sheets})
    yield (
        "a hidden copy with other figures first",
        lambda book: replace(book, sheets={"old": doubled(book, head), **book.sheets}, hidden=frozenset({"old"})),
    )
    yield "hidden rows and columns", lambda book: replace(book, hidden_rows=[head + 1, head + 2], hidden_columns=[1, 2, 3])
    yield "nothing merged", lambda book: book.main(Grid.unmerged)
    yield "a sheet called Sheet1", lambda book: replace(book, sheets={"Sheet1": next(iter(book.sheets.values()))})
    yield "a sheet with a Ukrainian name", lambda book: replace(book, sheets={" АРКУШ 1 ": next(iter(book.sheets.values()))})
    yield "blank rows under the heads", lambda book: book.main(lambda grid: grid.placed(lambda row: row + 2 * (row > head), lambda c: c))
    yield "a blank row in the body", lambda book: book.main(lambda grid: grid.placed(lambda row: row + (row > head + 2), lambda c: c))
    yield "a remark below", lambda book: book.main(lambda grid: grid.with_cells({(grid.height + 2, 1): "Prepared by Rasa"}))
    for column in columns:
        for name, (text, below) in FOREIGN.items():
            yield (
                f"{name} in front of column {column}",
                lambda book, c=column, t=text, b=below: book.main(lambda grid: grid.with_column(c, head, t, b)),
            )


def asked(head: int) -> Iterator[tuple[str, Way]]:
    """Changes after which nobody but a person knows what counts."""
    yield "a visible copy with other figures", lambda book: replace(book, sheets={**book.sheets, "old": doubled(book, head)})
    yield "a visible copy first", lambda book: replace(book, sheets={"old": doubled(book, head), **book.sheets})
    yield "the only sheet hidden", lambda book: replace(book, sheets={"Cover": NOTES, **book.sheets}, hidden=frozenset(book.sheets))


def assert_same(data: bytes, name: str, stated: list[Fact], **said: Any) -> Judged:
    """Exactly the stated facts, without a question."""
    found = judge(data, name, **said)
    assert found.silent, (found.stopped, found.asked, found.sentences[:5])
    assert not (wrong := difference(found, facts(stated))), wrong
    return found


def assert_asked(data: bytes, name: str, *words: str) -> Judged:
    """A question or a refusal, with these words."""
    found = judge(data, name)
    assert not found.silent, found.facts
    said = " ".join((*found.asked, found.stopped or "", *found.sentences))
    assert all(word in said for word in words), said
    return found


def same_or_asked(data: bytes, name: str, stated: list[Fact]) -> None:
    found = judge(data, name)
    assert not found.silent or not difference(found, facts(stated)), difference(found, facts(stated))


def as_texts(book: Book) -> Iterator[tuple[str, bytes]]:
    """The first sheet as text files of several countries, and as an old workbook."""
    for delimiter, decimal in ((",", "."), (";", ","), ("\t", "."), ("|", ","), (",", ",")):
        for encoding in ("utf-8-sig", "utf-8", "cp1252", "utf-16", "utf-16-le"):
            yield f"csv {delimiter!r} {encoding} {decimal}", csv(book, delimiter, encoding, decimal)
    yield "xls", xls(book)


__all__ = ["as_texts", "asked", "assert_asked", "assert_same", "harmless", "same_or_asked", "xlsx"]
