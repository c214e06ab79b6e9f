"""Where things stand on a sheet: headers found by their text, labels carried over merged ranges, totals told by place and shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from core.ingest.normalising import fold
from core.ingest.shapes import Problem, RawBook, RawSheet, SetAside

HEADER_ROWS = 30
BARE_TOTALS = {
    *("total", "totals", "grand total", "sum total", "sum", "total sum", "total qty", "total units", "total eur", "overall total"),
    *("totaal", "eindtotaal", "razem", "suma", "ogolem", "gesamt", "summe", "gesamtsumme", "insgesamt", "totale", "total general"),
    *("kopa", "pavisam", "pavisam kopa", "is viso", "viso", "viso suma", "kokku", "summa", "totalt", "ialt", "yhteensa"),
    *(
        "subtotal",
        "sub-total",
        "sub total",
        "zwischensumme",
        "sous-total",
        "sous total",
        "tussentotaal",
        "subtotaal",
        "total parcial",
        "subtotale",
    ),
    *("итого", "всего", "всього", "разом", "усього", "сума", "сумма", "загалом", "підсумок"),
}
NET_WORDS = re.compile(
    r"\b(?:ex(?:cl(?:uding|uded|usive)?)?\.?|without|w/o|net|net of|before|less|minus|be|bez)\s*(?:of\s+)?(?:vat|pvm|pvn|tax|iva|btw)\b"
    r"|\b(?:vat|tax)\s+(?:is\s+)?(?:not\s+included|excl(?:uded|usive)?)\b|\bnet\s+(?:sales|value|amount|revenue|price)s?\b|\bнетто\b|без пдв"
)
NOT_THIS_PERIOD = re.compile(
    r"\b(?:ly|py|sply|last year|prior year|previous|prev|budget|plan|target|forecast|variance|var|growth|share|stock)\b|%"
)
CURRENCY_WORDS = {"€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP", "$": "USD", "usd": "USD", "uah": "UAH", "грн": "UAH",
                  "₴": "UAH", "pln": "PLN", "zl": "PLN", "zar": "ZAR", "sek": "SEK", "chf": "CHF", "євро": "EUR", "евро": "EUR"}  # fmt: skip


@dataclass(frozen=True)
class Header:
    """A header row (0-based) and where each of its texts stands; the same text may head several columns.

    Texts are compared folded; blank cells keep their place and have no name."""

    row: int
    columns: Mapping[str, tuple[int, ...]]

    def first(self, *names: str) -> int | None:
        """The leftmost column of the first of `names` that the header has."""
        return next((self.columns[name][0] for name in map(fold, names) if name in self.columns), None)

    def starting(self, prefix: str) -> tuple[int, ...]:
        """All columns whose header begins with `prefix`, left to right."""
        return tuple(sorted(c for name, found in self.columns.items() if name.startswith(fold(prefix)) for c in found))


def name_tokens(file_name: str) -> frozenset[str]:
    """Whole words of a file name, folded: split at blanks, signs, digits and changes of case, so that 'sa' is not found in 'Sales'."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", file_name)
    return frozenset(fold(word) for word in re.findall(r"[^\W\d_]+", spaced))


def is_blank(text: str | None) -> bool:
    """True for an empty cell and for one that holds only blanks (also no-break ones)."""
    return text is None or not text.strip()


def text_at(cells: Sequence[str | None], column: int | None) -> str | None:
    """The text of a cell without blanks around it; None for an empty cell or an absent column."""
    text = None if column is None else cells[column]
    return None if text is None else text.strip() or None


def header_of(sheet: RawSheet, row: int) -> Header:
    """The texts of one row as a header; blank cells keep their place and have no name."""
    columns: dict[str, tuple[int, ...]] = {}
    for column, text in enumerate(sheet.frame.row(row)):
        if name := fold(text or ""):
            columns[name] = (*columns.get(name, ()), column)
    return Header(row, columns)


def find_header(sheet: RawSheet, required: Collection[str], start: int = 0, within: int = HEADER_ROWS) -> Header | None:
    """The first row from `start` on that holds every text of `required` (compared folded), wherever it stands."""
    wanted = {fold(text) for text in required}
    for row in range(start, min(start + within, sheet.height)):
        header = header_of(sheet, row)
        if wanted <= header.columns.keys():
            return header
    return None


def find_sheet(book: RawBook, required: Collection[str]) -> tuple[RawSheet, Header] | None:
    """The first visible sheet with such a header, and the header."""
    for sheet in book.visible:
        if header := find_header(sheet, required):
            return sheet, header
    return None


def label_runs(sheet: RawSheet, row: int, to_next: bool = True) -> tuple[tuple[int, int, str], ...]:
    """The labels of a header row as (first column, column behind the last, text).

    A label reaches over its merged range; one without (text files) reaches `to_next` label, or stays alone.
    """
    cells = sheet.frame.row(row)
    ends = {merge.left: merge.right + 1 for merge in sheet.merges if merge.top == row and merge.right > merge.left}
    starts = [column for column, text in enumerate(cells) if not is_blank(text)]
    behind = [*starts[1:], len(cells)]
    return tuple(
        (start, min(ends.get(start, following if to_next else start + 1), following), str(cells[start]))
        for start, following in zip(starts, behind, strict=False)
    )


def carried_labels(sheet: RawSheet, row: int, to_next: bool = True) -> list[str | None]:
    """The label over each column of a header row, see `label_runs`."""
    labels: list[str | None] = [None] * sheet.width
    for start, stop, text in label_runs(sheet, row, to_next):
        labels[start:stop] = [text] * (stop - start)
    return labels


def total_of(text: str | None) -> str | None:
    """'' for a bare total label, the folded group for '<group> Total', None for any other text."""
    name = fold(text or "").rstrip(" :.*=")
    if name in BARE_TOTALS:
        return ""
    match = re.fullmatch(r"(.+\S) total", name)
    return match.group(1) if match else None


def leads_total(text: str | None) -> bool:
    """True for `Total <group>`, `Subtotal <group>`: a total only where no key stands in the row, a product or store may be called so."""
    word, _, group = fold(text or "").partition(" ")
    return word.rstrip(":") in BARE_TOTALS and bool(group)


def first_text(cells: Iterable[str | None]) -> str | None:
    """The first cell of a row that is not blank."""
    return next((text for text in cells if not is_blank(text)), None)


def unknown_columns(sheet: RawSheet, header: Header, known: Collection[str]) -> tuple[Problem, ...]:
    """One remark for each header nobody knows; the column stays in the file and is not read."""
    names = {fold(name) for name in known}
    return tuple(
        Problem(
            "unknown_column",
            f"The column '{sheet.frame.row(header.row)[column]}' is new and was not read. If it matters, ask the reseller what it means.",
            "info",
            sheet.name,
            sheet.address(header.row, column),
            sheet.frame.row(header.row)[column],
        )
        for name, columns in header.columns.items()
        if name not in names
        for column in columns
    )


def sheets_set_aside(book: RawBook, used: Collection[str | None], reasons: Mapping[str | None, str]) -> tuple[SetAside, ...]:
    """Every sheet that gave no facts, with a reason."""
    return tuple(
        SetAside(
            "hidden sheet" if sheet.hidden else reasons.get(sheet.name, "not a part of this report"), sheet.name, rows=filled_rows(sheet)
        )
        for sheet in book.sheets
        if sheet.name not in used
    )


def filled_rows(sheet: RawSheet) -> int:
    """How many rows hold anything at all."""
    return sum(1 for cells in sheet.grid if first_text(cells) is not None)


def with_hidden(book: RawBook, fits: Callable[[RawBook], object]) -> RawBook:
    """The book as it is; where no visible sheet `fits` the layout but a hidden one does, the book with its hidden sheets shown."""
    if len(book.visible) == len(book.sheets) or fits(book):
        return book
    shown = replace(book, sheets=tuple(replace(sheet, hidden=False) for sheet in book.sheets))
    return shown if fits(shown) else book


def hidden_sheets(book: RawBook, read: Collection[str | None] = ()) -> tuple[Problem, ...]:
    """One remark for each hidden sheet: not read, or (`read`) the only one with the layout, which a person has to confirm."""
    return tuple(hidden_sheet(sheet.name, sheet.name in read) for sheet in book.sheets if sheet.hidden)


def hidden_sheet(name: str | None, read: bool) -> Problem:
    if read:
        message = f"The only sheet with this layout, '{name}', is hidden. Confirm that it is the report, or ask the sender."
        return Problem("hidden_sheet_read", message, "error", name)
    message = f"The sheet '{name}' is hidden and was not read. Unhide it and upload the file again if it belongs to the report."
    return Problem("hidden_sheet_ignored", message, "info", name)


def rival_sheets(book: RawBook, read: str | None, fits: Callable[[RawBook], object]) -> tuple[Problem, ...]:
    """One question for all visible sheets that have the layout of the sheet that was `read` too: nobody but a person knows which counts."""
    others = [sheet for sheet in book.visible if sheet.name != read and fits(replace(book, sheets=(sheet,)))]
    return (rival_sheet(read, [str(sheet.name) for sheet in others]),) if others else ()


def rival_sheet(read: str | None, others: Sequence[str]) -> Problem:
    names = ", ".join(f"“{name}”" for name in others)
    message = (
        f"Several sheets have the layout of this report: “{read}” was read, {names} {'was' if len(others) == 1 else 'were'} not. "
        "Confirm that it is the right one, or upload each report as a file of its own."
    )
    return Problem("rival_sheet", message, "error", read)


def rival_column(sheet: RawSheet, row: int, read: int, other: int) -> Problem:
    """Two columns of a header row with one meaning and different values: one was read, a person says whether it is the right one."""
    heads = sheet.frame.row(row)
    used, rival = (f"“{(heads[column] or '').strip()}” in {sheet.address(row, column)}" for column in (read, other))
    message = f"The columns {used} and {rival} mean the same and differ; the first was read. Confirm that it is the right one."
    return Problem("rival_columns", message, "error", sheet.name, sheet.address(row, other), heads[other])


def contradicts(rival: pl.Series, column: pl.Series) -> bool:
    """True where a rival column of texts states something else than `column`; where it is blank it says nothing."""
    told = rival.str.contains(r"\S").fill_null(False)
    return bool((told & rival.str.strip_chars().ne_missing(column.str.strip_chars())).any())


def rival_headers(sheet: RawSheet, header: Header, names: Collection[str]) -> tuple[Problem, ...]:
    """`rival_column` of each of `names` that heads several columns which differ below it."""
    several = ((columns[0], other) for name in map(fold, names) if (columns := header.columns.get(name, ())) for other in columns[1:])
    below = sheet.frame.slice(header.row + 1)
    return tuple(
        rival_column(sheet, header.row, first, other) for first, other in several if contradicts(below[f"c{other}"], below[f"c{first}"])
    )


def says_net(texts: Iterable[str | None]) -> bool:
    """True where a title or header says that its amounts are without VAT."""
    return any(NET_WORDS.search(fold(text or "")) for text in texts)


def currency_named(text: str | None) -> str | None:
    """The currency that a header names by a sign, a code or a word; None where it names none."""
    words = re.findall(r"[€£$₴]|[^\W\d_]+", fold(text or ""))
    return next((CURRENCY_WORDS[word] for word in words if word in CURRENCY_WORDS), None)


def basis_remark(stated: str, usual: str, sheet: str | None) -> tuple[Problem, ...]:
    """A remark where the file says another VAT basis than this reseller's reports usually have; the file counts."""
    if stated == usual:
        return ()
    words = {"gross": "incl. VAT", "net": "excl. VAT"}
    message = f"The file says its amounts are {words[stated]}; this reseller's usually are {words[usual]}. They were read as the file says."
    return (Problem("vat_basis_stated", message, "warning", sheet),)


def of_brand(text: str | None, brand: str) -> bool:
    """True where a brand cell names our brand, also cut off (`NORDLYSPARF`) or with more behind it; a blank cell says nothing against it."""
    printed, own = (re.sub(r"\W", "", fold(word or "")) for word in (text, brand))
    return not printed or printed.startswith(own) or own.startswith(printed)
