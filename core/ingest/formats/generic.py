"""Any list of sales that is nobody's report: columns by their names or a person's word, and nothing assumed that the file does not state."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import polars as pl

from core.ingest.evidence import Clue, weigh
from core.ingest.formats import generic_controls, tables
from core.ingest.formats.column_mapping import MONTHS, map_columns
from core.ingest.formats.generic_doubts import doubts
from core.ingest.formats.generic_layout import Found, find_lists
from core.ingest.formats.generic_money import basis_of, currency_of
from core.ingest.formats.generic_periods import ENDS, STARTS, Dated, Grain, evidence_around, read_period, slices_of
from core.ingest.formats.generic_questions import open_questions, reseller_of
from core.ingest.formats.generic_remarks import remarks
from core.ingest.formats.generic_sheets import Sheet, read_sheet, together
from core.ingest.formats.meanings import FIGURES, PRODUCT_KEYS
from core.ingest.layout import sheets_set_aside
from core.ingest.shapes import Guess, PeriodEvidence, PeriodReading, RawBook, ReadOptions, SalesFrame, SetAside, complete_rows

KEY = "generic"
TITLE = "Another list of sales"


def recognise(book: RawBook) -> Guess:
    """Guess from headers that say what is counted and what it is about. The last resort: any vendor's own layout comes first."""
    lists = find_lists(book)
    if not lists:
        return Guess(KEY, 0.0, (), ("no list with a column of numbers was found",))
    found = lists[0]
    mapped = map_columns(found, {}, {})
    has = (
        set(mapped.places)
        | ({str(choice.meaning) for choice in mapped.choices if choice.key == MONTHS})
        | ({"units"} if mapped.stores else set())
    )
    names = ", ".join(f"“{choice.header or choice.key}”" for choice in mapped.choices if choice.meaning != "ignore")
    clues = (
        Clue(f"a list with the columns {names}", bool(found.named) and bool(has & set(FIGURES)), 0.3),
        Clue("a list without a header row", found.header_row < 0, 0.1),
        Clue("a list under headers nobody knows", found.header_row >= 0 and not found.named, 0.1),
        Clue("figures under months or weeks", bool(found.bands), 0.1),
        Clue("products by EAN, number or name", bool(has & set(PRODUCT_KEYS)), 0.1),
    )
    return weigh(KEY, clues)


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Every line of the list as a fact of the period it states; `questions` holds all that the file leaves open, at once."""
    lists = find_lists(book)
    if not lists:
        empty = PeriodReading(None, None, "month")
        return SalesFrame(KEY, complete_rows(pl.DataFrame()), empty, None, None, problems=book.problems)
    taken = together(lists)
    sheets = [read_sheet(book, found, options) for found in taken]
    return _join(book, lists, sheets, options)


# All of it together ---------------------------------------------------------------------------------------------------


def _join(book: RawBook, lists: list[Found], sheets: list[Sheet], options: ReadOptions) -> SalesFrame:
    first = sheets[0]
    lines = pl.concat([sheet.lines for sheet in sheets])
    dated = [part.dated for sheet in sheets for part in sheet.parts]
    whole = Dated(pl.DataFrame(), _grain(dated), any(d.of_rows for d in dated) or len(sheets) > 1)
    facts = tables.facts_of(lines)
    currency, said_currency = currency_of(sheets, facts.lines)
    basis, said_basis = basis_of(book, first)
    hints = tuple(dict.fromkeys(hint for sheet in sheets for hint in evidence_around(book, sheet.found)))
    period = read_period(facts.lines, whole, hints if len(sheets) == 1 else _outside(hints), options)
    view = _view(facts.lines, options)
    stated = _within(facts.lines, period, options)
    rows = complete_rows(stated, vat_basis=basis or options.vat_basis, view=view)
    rows = rows.with_columns(pl.coalesce("currency", pl.lit(currency, pl.String)).alias("currency"))
    reseller, names = reseller_of(sheets)
    frame = SalesFrame(
        KEY,
        rows,
        period,
        currency,
        basis,  # type: ignore[arg-type]
        controls=generic_controls.controls_of(sheets, rows, view) if not _parted(sheets) else (),
        slices=slices_of(rows, view, whole.grain, period),
        set_aside=_aside(book, lists, sheets, facts.empty),
        explicit_zeros=facts.zeros,
        living=rows.select(STARTS).n_unique() > 1 and whole.grain != "day",
        columns=first.mapped.choices,
        reseller=reseller,
    )
    said = remarks(book, lists, sheets, frame, (said_currency, said_basis))
    return replace(
        frame,
        questions=open_questions(frame, sheets, names, options),
        problems=(*book.problems, *doubts(sheets, frame, names, options), *said),
    )


def _grain(dated: list[Dated]) -> Grain:
    grains = [d.grain for d in dated]
    return max(dict.fromkeys(grains), key=grains.count)


def _outside(hints: tuple[PeriodEvidence, ...]) -> tuple[PeriodEvidence, ...]:
    """Of several sheets each is its own month; only the name speaks of all."""
    return tuple(hint for hint in hints if hint.source == "file_name")


def _within(lines: pl.DataFrame, period: PeriodReading, options: ReadOptions) -> pl.DataFrame:
    """Lines without a readable period are held under the whole span of the file, so that they wait in the inbox and not nowhere."""
    first, last = lines[STARTS].min(), lines[ENDS].max()
    start = first if isinstance(first, date) else period.start
    end = last if isinstance(last, date) else period.end
    return lines.with_columns(pl.col(STARTS).fill_null(pl.lit(start, pl.Date)), pl.col(ENDS).fill_null(pl.lit(end, pl.Date)))


def _view(lines: pl.DataFrame, options: ReadOptions) -> str:
    """`main`; lines that add to what is there get a view of their own, told by their content, so that they replace nothing."""
    if options.completeness != "adds":
        return "main"
    stated = lines.select(STARTS, ENDS, "store_text", "vendor_key", "quantity", "amount_local").sort(pl.all(), nulls_last=True)
    return f"added {hashlib.sha256(stated.write_csv().encode()).hexdigest()[:12]}"


def _parted(sheets: list[Sheet]) -> bool:
    """True where only a part of the rows is taken, so that printed totals are not theirs."""
    return any(sheet.rows.foreign.any() or sheet.rows.others.any() for sheet in sheets)


def _aside(book: RawBook, lists: list[Found], sheets: list[Sheet], empty: pl.Series) -> tuple[SetAside, ...]:
    found: list[SetAside] = []
    start = 0
    for sheet in sheets:
        name, body, rows = sheet.found.sheet.name, sheet.found.body["row"], sheet.rows
        reasons = (
            (rows.totals, "total row"),
            (rows.again, "header repeated"),
            (rows.notes, "no figures"),
            (rows.foreign, "another brand"),
            (rows.others, "another reseller"),
        )
        for mask, reason in reasons:
            found += tables.runs(body.filter(mask), reason, name)
        kept = body.filter(rows.lines)
        blank = pl.repeat(True, kept.len(), dtype=pl.Boolean, eager=True)
        for _ in sheet.parts:
            blank &= empty.slice(start, kept.len())
            start += kept.len()
        found += tables.runs(kept.filter(blank), "no units and no amount", name)
    reasons_of = {found_.sheet.name: "another list; only one was read" for found_ in lists}
    return (*found, *sheets_set_aside(book, {sheet.found.sheet.name for sheet in sheets}, reasons_of))
