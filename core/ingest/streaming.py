"""A long list judged piece by piece: the same plan as `judging.judge` makes of the whole file, without ever holding it.

What a format reads, what is observed of its rows and what its slices add up to are gathered from each piece and added up. Where a later
piece shows that earlier ones were read wrongly (a decimal comma behind a million rows of whole numbers) the file is begun anew with what is
known by then; where a file can not be read in pieces at all (`NotInPieces`), it is read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, Protocol

import polars as pl
import sqlalchemy as sa

from core.catalogue.rates import RateNeed, rates_for
from core.catalogue.records import Catalogue, Reseller
from core.db.engine import Database
from core.errors import WorkbenchError
from core.ingest import pieces as text_pieces
from core.ingest.asking import Answers
from core.ingest.content import NOTHING, add_sums, content_sums, file_key, nominal, slice_keys
from core.ingest.families import Memory, recall
from core.ingest.fingerprints import FileLayout, layout_of
from core.ingest.formats import boxnox
from core.ingest.formats.remarks import Lines, Written
from core.ingest.formats.tables import Table, piece_of
from core.ingest.judging import Batch, Judged, Stopped, contrary_periods, vendor_of
from core.ingest.notes import without_notes
from core.ingest.observing import Observed, observe
from core.ingest.pieces import NotInPieces, TextFile
from core.ingest.planning import Content, Pieces, fill_in, in_basis_of, make_plan, place_and_value
from core.ingest.proposing import catalogue_for, standing_of
from core.ingest.reading import ReadLimits, text_of
from core.ingest.settling import BookNames, cover, options_for, settle
from core.ingest.shapes import Guess, Measure, RawBook, ReadOptions, SalesFrame, complete_rows
from core.ingest.storing import Progress
from core.ingest.undated import Span, has_undated, newest
from core.ingest.valuing import rate_needs

LONG = 24 << 20  # bytes of a text file from which on it is read in pieces
TELLING_EANS = 2_000


class Listing(Protocol):
    """A format whose list can be read in pieces; what concerns the list as a whole is concluded from their sum."""

    def find(self, book: RawBook) -> Table | None: ...
    def spell(self, found: Table) -> Written: ...
    def read_lines(self, found: Table, options: ReadOptions, written: Written | None = None) -> Lines: ...
    def conclude(self, book: RawBook, found: Table, lines: Lines, options: ReadOptions) -> SalesFrame: ...


LISTINGS: dict[str, Listing] = {boxnox.KEY: boxnox}


class Respelled(Exception):
    """A later piece tells how earlier ones have to be read: the way it writes its numbers, or that the newest period has to be known first."""


@dataclass
class Stream:
    """One file on its way: how it is written, whose it is, and what its rows are placed and valued by."""

    database: Database
    settings: Any
    batch: Batch
    file: TextFile
    book: RawBook  # its first piece
    found: Table
    listing: Listing
    guess: Guess
    layout: FileLayout
    memory: Memory
    options: ReadOptions
    answers: Answers
    catalogue: Catalogue
    reseller: Reseller
    template: SalesFrame
    size: int
    written: Written = field(default_factory=Written)
    newest: Span | None = None  # the newest period, once a line without a readable one was met
    rates: dict[RateNeed, pl.DataFrame] = field(default_factory=dict)

    def lines(self) -> Iterator[tuple[Lines, int]]:
        """What each piece states, and how many bytes were read by then. Errors: NotInPieces, Respelled."""
        known = self.written
        for found, done in self._tables():
            lines = self.listing.read_lines(found, self.options, known)
            if not known.whole:
                known = _agreed(known, lines.written)
            if self.newest is None and has_undated(lines.rows):
                raise Respelled
            yield lines, done

    def _tables(self) -> Iterator[tuple[Table, int]]:
        for piece in text_pieces.pieces(self.file, self.size):
            yield (self.found if piece.first_row == 1 else piece_of(self.found, piece.sheet, piece.first_row)), piece.done

    def spell_out(self) -> None:
        """Look at every number and every period of the file, so that it can be read in one way from its first row on. Errors: NotInPieces."""
        spelled: list[Written] = []
        for found, _ in self._tables():
            spelled.append(self.listing.spell(found))
            own = newest(self.listing.read_lines(found, self.options, spelled[-1]).rows)
            self.newest = max(filter(None, (self.newest, own)), default=None)
        self.written = replace(reduce(add, spelled), whole=True)
        if self.newest is None:
            raise NotInPieces

    def place(self, lines: Lines) -> pl.DataFrame:
        """The rows of a piece, placed and valued."""
        rows = in_basis_of(fill_in(self.template.with_rows(lines.rows), self.reseller, self.answers, self.newest), self.reseller).rows
        needs = rate_needs(rows)
        if missing := [need for need in needs if need not in self.rates]:
            with self.database.write() as connection:
                found = rates_for(connection, missing, self.reseller.fx_method)
            self.rates |= {n: found.filter((pl.col("currency") == n.currency) & (pl.col("fx_day") == n.day)) for n in missing}
        rates = pl.concat([self.rates[need] for need in needs]) if needs else rates_of_nothing(self.database)
        return place_and_value(rows, self.catalogue, self.reseller, rates)

    def as_stated(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Placed rows in the basis the list is read in, as its keys are taken of."""
        read, counted = self.template.vat_basis, in_basis_of(self.template, self.reseller).vat_basis
        return rows if counted == read or self.answers.vat_basis is not None else rows.with_columns(pl.lit(read).alias("vat_basis"))

    def rows(self) -> Iterator[pl.DataFrame]:
        """Every piece once more, placed and valued."""
        return (self.place(lines) for lines, _ in self.lines())


def rates_of_nothing(database: Database) -> pl.DataFrame:
    with database.write() as connection:
        return rates_for(connection, [])


def _agreed(known: Written, own: Written) -> Written:
    """What is known with one more piece. Raises Respelled where numbers with a decimal sign were read by another one before."""
    now = known + own
    for meaning, spelling in now.spellings.items():
        measure: Measure = "units" if meaning == "quantity" else "amount"
        changed = known.of(meaning).marks and known.of(meaning).sign(measure) != spelling.sign(measure)
        if changed or not spelling.settled:
            raise Respelled
    return now


def open_stream(database: Database, settings: Any, batch: Batch, answers: Answers, size: int | None = None) -> Stream:
    """The file as a stream. Raises NotInPieces for every file that has to be read whole: small ones, workbooks, and lists of other layouts."""
    if not isinstance(batch.source, Path) or answers.password is not None or (size is None and batch.size < LONG):
        raise NotInPieces
    with suppress(WorkbenchError):
        text_of(batch.source, batch.file_name, ReadLimits.of(settings))
        return _open(database, settings, batch, answers, text_pieces.survey(batch.source), size or text_pieces.PIECE)
    raise NotInPieces


def _open(database: Database, settings: Any, batch: Batch, answers: Answers, file: TextFile, size: int) -> Stream:
    head = next(text_pieces.pieces(file, size), None)
    if head is None:
        raise NotInPieces
    book = RawBook(batch.file_name, "csv", (head.sheet,), file.problems, file.encoding, file.delimiter)
    if without_notes(book)[0] is not book:
        raise NotInPieces
    layout = layout_of(book)
    with database.write() as connection:
        memory = recall(connection, layout)
        guess = vendor_of(book, answers, memory)
        listing = LISTINGS.get(guess.vendor) if isinstance(guess, Guess) else None
        found = listing.find(book) if listing is not None else None
        if listing is None or found is None or isinstance(guess, Stopped):
            raise NotInPieces
        options = options_for(answers, memory, settings.brand.split()[0], settings.time_zone)
        template = listing.conclude(book, found, listing.read_lines(found, options), options)
        held = settle(connection, BookNames.of(book), template, answers, memory, settings.brand).answers
        catalogue, reseller = catalogue_for(connection, guess.vendor, held)
    if reseller.values_from_price_list:
        raise NotInPieces
    return Stream(
        *(database, settings, batch, file, book, found, listing, guess, layout, memory, options, held, catalogue, reseller),
        replace(template, rows=template.rows.clear()),
        size,
    )


def judge_stream(
    stream: Stream, answers: Answers, say: Progress, on_rows: Callable[[pl.DataFrame, int], None] | None = None
) -> Judged | Stopped:
    """The plan of a long list. `on_rows` gets each piece, placed and valued, with an estimate of all rows; what it did is to be undone when
    Respelled is raised, which it only is while `on_rows` is given. Errors: NotInPieces, Respelled."""
    try:
        gathered = gather(stream, say, on_rows)
    except Respelled:
        stream.spell_out()
        if on_rows is not None:
            raise
        gathered = gather(stream, say, None)
    return conclude(stream, answers, gathered)


@dataclass(frozen=True)
class Gathered:
    """What the pieces add up to."""

    lines: Lines
    seen: Observed
    sums: pl.DataFrame
    eans: frozenset[str]


def gather(stream: Stream, say: Progress, on_rows: Callable[[pl.DataFrame, int], None] | None) -> Gathered:
    total: Gathered | None = None
    for lines, done in stream.lines():
        rows = stream.place(lines)
        eans = frozenset(rows["ean"].unique().drop_nulls()) if total is None or len(total.eans) < TELLING_EANS else frozenset[str]()
        part = Gathered(replace(lines, rows=lines.rows.clear()), observe(rows), content_sums(stream.as_stated(rows)), eans)
        total = part if total is None else _added(total, part)
        estimate = total.seen.counts.rows * stream.file.size // max(done, 1)
        if on_rows is None:
            say("Checking", total.seen.counts.rows, max(estimate, total.seen.counts.rows))
        else:
            on_rows(rows, estimate)
    if total is None or not total.seen.counts.rows:
        raise NotInPieces
    return total


def _added(one: Gathered, other: Gathered) -> Gathered:
    return Gathered(one.lines + other.lines, one.seen + other.seen, add_sums([one.sums, other.sums]), one.eans | other.eans)


def conclude(stream: Stream, answers: Answers, gathered: Gathered) -> Judged | Stopped:
    """From the sum of all pieces to the plan, as `judging.judge` does it from the whole."""
    frame = stream.listing.conclude(stream.book, stream.found, gathered.lines, stream.options)
    alone = stream.listing.conclude(stream.book, stream.found, gathered.lines, replace(stream.options, period=None))
    problems = (*stream.book.problems, *frame.problems, *contrary_periods(stream.options, frame, alone))
    frame = replace(frame, problems=tuple(dict.fromkeys(problems)), rows=complete_rows(pl.DataFrame({"ean": sorted(gathered.eans)})))
    if nominal(frame) is None or frame.controls or frame.year_to_date:
        raise NotInPieces
    with stream.database.write() as connection:
        settled = settle(connection, BookNames.of(stream.book), frame, answers, stream.memory, stream.settings.brand)
        if settled.open:
            return Stopped("needs_decision", settled.open[0].text, settled.frame.problems, settled.open, guess=stream.guess)
        return Judged(_propose(connection, stream, settled.frame, gathered), stream.guess, stream.layout)


def _propose(connection: sa.Connection, stream: Stream, settled: SalesFrame, gathered: Gathered) -> Any:
    frame = settled.with_rows(settled.rows.clear())
    frame = cover(connection, fill_in(frame, stream.reseller, stream.answers), stream.reseller.id, NOTHING)
    keyed = slice_keys(frame, gathered.sums)
    content = Content(keyed, file_key(keyed), "")
    frame = in_basis_of(frame, stream.reseller)
    standing = standing_of(connection, frame, content, stream.reseller)
    if not stream.written.whole:
        stream.written = replace(gathered.lines.written, whole=True)
    nothing = stream.place(replace(gathered.lines, rows=frame.rows))
    return make_plan(
        *(frame, content, nothing, stream.catalogue, stream.reseller, standing, stream.answers, stream.settings.brand),
        Pieces(gathered.seen, stream.rows),
    )
