"""The story of a file, from its bytes to proven rows. Read it from `import_file` down: nothing is stored before it is proven or accepted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord
from core.ingest import families, originals, storing
from core.ingest.asking import Answers, check_answers
from core.ingest.checking import as_frame
from core.ingest.correcting import put_aside
from core.ingest.judging import Batch, Judged, Stopped, judge
from core.ingest.numbers import read_currency
from core.ingest.pieces import NotInPieces
from core.ingest.planning import Plan
from core.ingest.progress import progress_of, silent
from core.ingest.repeating import repeats
from core.ingest.reporting import load_report, report_of, save_outcome, save_plan
from core.ingest.shapes import Guess, ImportReport, Problem, Status
from core.ingest.standing import EarlierFile, same_bytes
from core.ingest.storing import Progress
from core.ingest.streaming import Respelled, Stream, judge_stream, open_stream
from core.people import audit
from core.sales.query import Period, parse_period

OPEN = ("queued", "reading", "preview", "needs_decision", "refused", "failed")
SETTLED = ("stored", "undone", "discarded")  # nothing is left to do with it
TRIES = 3
FAILED = "The workbench could not finish this file. Try again; if it fails again, report it."
DISCARDABLE = ("queued", "preview", "needs_decision", "refused", "failed", "duplicate")  # nobody is working on it


def import_file(
    database: Database,
    settings: Any,
    source: Path | bytes,
    *,
    file_name: str | None = None,
    vendor: str | None = None,
    period: str | Period | None = None,
    accept_warnings: bool = False,
    reseller: str | None = None,
    currency: str | None = None,
    vat_basis: str | None = None,
    columns: Mapping[str, str] | None = None,
    amount_is: str | None = None,
    completeness: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    password: str | None = None,
    uploaded_by: str = "system",
    on_progress: Progress | None = None,
) -> ImportReport:
    """Take a file in, read, prove and store it. Status 'stored', 'duplicate', 'refused', or 'needs_decision': then nothing was stored, the
    report's `questions` say what to answer, and the same call with the answers as arguments goes on.

    `period`: 2025-06, 2025-Q2, a day, or 2025-06-09/2025-06-15. Of a list that is nobody's report also: `columns` (header or letter → a key
    of `formats.meanings.MEANINGS`), `amount_is` 'line' or 'unit', `completeness` 'complete' or 'adds', `date_order` 'dmy' or 'mdy',
    `decimal` ',' or '.'. Errors: BadQuestion for a period that is none, and for a word that answers no question.
    """
    said = answered(
        vendor, period, accept_warnings, reseller, currency, vat_basis, password,
        columns=columns, amount_is=amount_is, completeness=completeness, date_order=date_order, decimal=decimal,
    )  # fmt: skip
    batch_id = take_in(database, settings, source, file_name, uploaded_by)
    return _carry_on(database, settings, batch_id, said, True, uploaded_by, on_progress)


def preview_file(
    database: Database,
    settings: Any,
    source: Path | bytes,
    *,
    file_name: str | None = None,
    vendor: str | None = None,
    period: str | Period | None = None,
    accept_warnings: bool = False,
    reseller: str | None = None,
    currency: str | None = None,
    vat_basis: str | None = None,
    columns: Mapping[str, str] | None = None,
    amount_is: str | None = None,
    completeness: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    password: str | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """The same report without a trace in the database: status 'preview' where the file could be stored as it is. `rows` holds every row it
    states, also those already live."""
    said = answered(
        vendor, period, accept_warnings, reseller, currency, vat_basis, password,
        columns=columns, amount_is=amount_is, completeness=completeness, date_order=date_order, decimal=decimal,
    )  # fmt: skip
    sha256, size = originals.fingerprint(source)
    batch = Batch(None, _name(source, file_name), sha256, source, size)
    with database.engine.connect() as connection:
        transaction = connection.begin()
        outcome = judge(connection, settings, batch, said, on_progress or silent)
        twin = same_bytes(connection, sha256)
        transaction.rollback()
    if isinstance(outcome, Stopped):
        return _stopped_report(batch, outcome)
    status: Status = "needs_decision" if outcome.plan.questions else "preview"
    report = report_of(outcome.plan, replace(batch, guess=outcome.guess), status, rows=True)
    return replace(report, duplicate_of=report.duplicate_of or (twin.upload_batch_id if twin else None))


def answered(
    vendor: str | None = None,
    period: str | Period | None = None,
    accept_warnings: bool = False,
    reseller: str | None = None,
    currency: str | None = None,
    vat_basis: str | None = None,
    password: str | None = None,
    columns: Mapping[str, str] | None = None,
    **of_a_list: str | None,
) -> Answers:
    """A person's words as values. Errors: BadQuestion for a period that is none, and for a word that answers no question."""
    span = parse_period(period) if isinstance(period, str) else period
    days = (span.start, span.end) if span else None
    check_answers(columns or {}, {"vat_basis": vat_basis, "currency": currency, **of_a_list})
    code = currency and (read_currency(currency) or currency.upper())
    return Answers(vendor, days, accept_warnings, reseller, code, vat_basis, password, columns or {}, **of_a_list)


# Two steps, as the upload page takes them -----------------------------------------------------------------------------


def take_in(
    database: Database, settings: Any, source: Path | bytes | BinaryIO, file_name: str | None = None, uploaded_by: str = "system"
) -> int:
    """Keep the original and enter the file as queued; returns the batch id. The same file that still waits for an answer goes on as it was."""
    sha256, size = originals.keep(settings, source)
    with database.write() as connection:
        return enter(connection, sha256, size, _name(source, file_name), uploaded_by)


def enter(connection: sa.Connection, sha256: str, size: int, name: str, uploaded_by: str) -> int:
    """Enter a kept original as queued, in the caller's transaction; returns the batch id, as `take_in` does."""
    c = t.upload_batches.c
    # One entry for the same file, also when two people drop it at the same instant.
    connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"entering:{sha256}"})
    waiting = sa.select(c.id).where(c.sha256 == sha256, c.file_name == name, c.status.in_(OPEN)).order_by(c.id.desc()).limit(1)
    known: int | None = connection.execute(waiting).scalar_one_or_none()
    if known is not None:
        return known
    row = {"sha256": sha256, "file_name": name, "file_size": size, "uploaded_by": uploaded_by, "status": "queued"}
    batch_id: int = connection.execute(t.upload_batches.insert().values(**row).returning(c.id)).scalar_one()
    audit.record(connection, uploaded_by, "file taken in", f"batch {batch_id}", {"file": name, "bytes": size})
    return batch_id


def preview_batch(
    database: Database, settings: Any, batch_id: int, answers: Mapping[str, Any] | None = None, on_progress: Progress | None = None
) -> ImportReport:
    """Read and judge a file that was taken in; nothing is stored, except where the reseller's files are stored without asking and nothing
    about this one is doubtful. `answers`: what a person said, by question key; added to what was said before. Errors: UnknownRecord."""
    return _carry_on(database, settings, batch_id, _remember(database, batch_id, answers), False, "system", on_progress)


def store_batch(
    database: Database,
    settings: Any,
    batch_id: int,
    accepted_by: str = "system",
    on_progress: Progress | None = None,
    answers: Mapping[str, Any] | None = None,
) -> ImportReport:
    """Store a file that was looked at. Run twice, or again after a crash, it stores once. Errors: UnknownRecord."""
    return _carry_on(database, settings, batch_id, _remember(database, batch_id, answers), True, accepted_by, on_progress)


def discard_batch(database: Database, batch_id: int, by: str = "system") -> None:
    """Set a file aside that was not stored. Errors: UnknownRecord when it was stored (take it back instead) or does not exist."""
    c = t.upload_batches.c
    with database.write() as connection:
        changed = connection.execute(
            t.upload_batches.update()
            .where(c.id == batch_id, c.status.in_(DISCARDABLE))
            .values(status="discarded", reason="Discarded; nothing of it was stored.")
        )
        if not changed.rowcount:
            raise UnknownRecord("Only a file that waits can be discarded. Take a stored one back instead.")
        audit.record(connection, by, "upload discarded", f"batch {batch_id}")


def _remember(database: Database, batch_id: int, answers: Mapping[str, Any] | None) -> Answers:
    """What was said about this file so far; a password is used once and never kept."""
    c = t.upload_batches.c
    with database.write() as connection:
        kept = connection.execute(sa.select(c.answers).where(c.id == batch_id)).scalar_one_or_none()
        if kept is None:
            raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
        said = {**kept, **{key: value for key, value in (answers or {}).items() if value not in (None, "")}}
        lasting = {key: str(value) if key == "period" else value for key, value in said.items() if key != "password"}
        connection.execute(t.upload_batches.update().where(c.id == batch_id).values(answers=lasting))
    if isinstance(said.get("accept_warnings"), str):
        said["accept_warnings"] = said["accept_warnings"] == "true"
    return answered(**said)


# One file -------------------------------------------------------------------------------------------------------------


def _carry_on(
    database: Database, settings: Any, batch_id: int, answers: Answers, store: bool, by: str, on_progress: Progress | None
) -> ImportReport:
    batch = _find(database, settings, batch_id, "storing" if store else "reading")
    if batch is None:
        return load_report(database, batch_id)
    say = progress_of(database, batch_id, on_progress)
    try:
        for _ in range(TRIES):
            with suppress(storing.Overtaken):
                return _once(database, settings, batch, answers, store, by, say)
        return _once(database, settings, batch, answers, store, by, say)
    except BaseException:
        with database.write() as connection:
            if _is_open(connection, batch_id):
                save_outcome(connection, batch_id, "failed", FAILED)
        raise


def _once(database: Database, settings: Any, batch: Batch, answers: Answers, store: bool, by: str, say: Progress) -> ImportReport:
    """Errors: Overtaken when another file of the reseller was stored, or the catalogue changed, between judging and storing: to be judged
    anew."""
    with database.write() as connection:
        again = repeats(connection, settings, batch, answers)
    if again is None:
        with suppress(NotInPieces):
            return _in_pieces(database, open_stream(database, settings, batch, answers), answers, store, by, say)
    with database.write() as connection:
        outcome = again or judge(connection, settings, batch, answers, say)
    return _finish(database, batch, outcome, answers, store, by, say)


def _in_pieces(database: Database, stream: Stream, answers: Answers, store: bool, by: str, say: Progress) -> ImportReport:
    """A long list. Of a reseller of whom nothing was stored yet the rows are written while they are judged, in one transaction that is rolled
    back where the judgement ends with a question; otherwise the list is judged first and then read once more. Errors: NotInPieces."""
    say("Reading", 0, 0)
    if store:
        with suppress(Respelled):
            try:
                stored = _store_in_pieces(database, stream, answers, by, say)
            except _NotYet as stop:
                return _finish(database, stream.batch, stop.outcome, answers, store, by, say)
            if stored is not None:
                return _finish(database, stream.batch, stored, answers, store, by, say, stored=True)
    return _finish(database, stream.batch, judge_stream(stream, answers, say), answers, store, by, say)


class _NotYet(Exception):
    """Takes back what was written of a file that can not be stored as it is."""

    def __init__(self, outcome: Judged | Stopped) -> None:
        self.outcome = outcome


def _store_in_pieces(database: Database, stream: Stream, answers: Answers, by: str, say: Progress) -> Judged | None:
    """Judge and store in one go; None where something of the reseller was stored before. Errors: _NotYet, Respelled, NotInPieces."""
    batch, reseller_id = stream.batch, stream.reseller.id
    assert batch.id is not None
    with database.write() as connection:
        if not storing.begin(connection, batch.id, reseller_id) or not storing.is_new(connection, reseller_id):
            return None
        with storing.writing(connection, batch.id, reseller_id, on_progress=say) as lines:

            def write(rows: pl.DataFrame, estimate: int) -> None:
                lines.expect(estimate)
                lines.write(storing.first_statement(rows))

            outcome = judge_stream(stream, answers, say, write)
            if isinstance(outcome, Stopped) or outcome.plan.questions or outcome.plan.duplicate_of is not None:
                raise _NotYet(outcome)
        storing.check_still_true(connection, outcome.plan)
        _save_guess(database, batch.id, outcome.guess)
        storing.claim_slices(connection, batch.id, outcome.plan, lines.sums)
        storing.complete(connection, batch.id, outcome.plan, by)
    return outcome


def _is_open(connection: sa.Connection, batch_id: int) -> bool:
    """Holds the batch until the end of the transaction; False when another process has stored it, or set it aside, meanwhile."""
    c = t.upload_batches.c
    status = connection.execute(sa.select(c.status).where(c.id == batch_id).with_for_update()).scalar_one()
    return status not in SETTLED


# The end of it --------------------------------------------------------------------------------------------------------


def _finish(
    database: Database, batch: Batch, outcome: Judged | Stopped, answers: Answers, store: bool, by: str, say: Progress, stored: bool = False
) -> ImportReport:
    """Store the plan, ask, or say why not. `stored`: it was stored while it was made."""
    assert batch.id is not None
    if isinstance(outcome, Stopped):
        with database.write() as connection:
            if _is_open(connection, batch.id):
                _save_stop(connection, batch.id, outcome)
        return load_report(database, batch.id)
    plan = outcome.plan
    named = replace(batch, guess=outcome.guess)
    if not stored:
        _save_guess(database, batch.id, outcome.guess)
    if plan.duplicate_of is not None:
        plan = replace(plan, problems=(*plan.problems, _same_again(plan.duplicate_of)))
        status: Status = "duplicate"
    elif plan.questions:
        status = "needs_decision"
    elif store or (plan.reseller.store_without_asking and not _doubtful(plan)):
        if not stored:
            storing.store(database, batch.id, plan, by, say)
        with database.write() as connection:
            families.remember(connection, outcome.layout, vars(answers), by, batch.id, batch.file_name)
        if outcome.corrects is not None:
            with database.write() as connection:
                put_aside(connection, outcome.corrects, batch.id, batch.file_name, by)
        return replace(report_of(plan, named, "stored"), reason=_reason(database, batch.id))
    else:
        status = "preview"
    with database.write() as connection:
        if not _is_open(connection, batch.id):
            return load_report(database, batch.id)
        save_plan(connection, batch.id, plan, status)
        if plan.duplicate_of is not None:
            link = {"duplicate_of": plan.duplicate_of.upload_batch_id, "content_key": None}
            connection.execute(t.upload_batches.update().where(t.upload_batches.c.id == batch.id).values(**link))
    return report_of(plan, named, status)


def _reason(database: Database, batch_id: int) -> str:
    """The sentence that stands with the batch: of the process that stored it, should there have been two."""
    with database.read() as connection:
        return str(connection.execute(sa.select(t.upload_batches.c.reason).where(t.upload_batches.c.id == batch_id)).scalar_one())


def _doubtful(plan: Plan) -> bool:
    """Anything a person should see first: held rows, restated history, a total that was not met or not there."""
    return plan.seen.counts.held > 0 or any(problem.severity != "info" for problem in plan.problems)


def _same_again(twin: EarlierFile) -> Problem:
    text = f"All cells equal “{twin.file_name}” (upload {twin.upload_batch_id}); only the writing differs. Nothing was stored again."
    return Problem("same_period_again", text, "info")


def _save_stop(connection: sa.Connection, batch_id: int, stop: Stopped) -> None:
    values: dict[str, Any] = {"vendor": stop.guess.vendor or None, "confidence": stop.guess.confidence, "evidence": _evidence(stop.guess)}
    if stop.twin is not None:
        twin = sa.select(t.upload_batches.c.reseller_id).where(t.upload_batches.c.id == stop.twin.upload_batch_id).scalar_subquery()
        values |= {"duplicate_of": stop.twin.upload_batch_id, "reseller_id": twin}
        values |= {"period_start": stop.twin.period_start, "period_end": stop.twin.period_end}
    save_outcome(connection, batch_id, stop.status, stop.reason, stop.problems, stop.questions, **values)


def _save_guess(database: Database, batch_id: int, guess: Guess) -> None:
    with database.write() as connection:
        connection.execute(
            t.upload_batches.update()
            .where(t.upload_batches.c.id == batch_id, t.upload_batches.c.status.not_in(SETTLED))
            .values(confidence=guess.confidence, evidence=_evidence(guess), duplicate_of=None)
        )


def _evidence(guess: Guess) -> dict[str, list[str]]:
    return {"for": list(guess.evidence_for), "against": list(guess.evidence_against)}


def _stopped_report(batch: Batch, stop: Stopped) -> ImportReport:
    return ImportReport(
        stop.status,
        batch.file_name,
        batch.sha256,
        reason=stop.reason,
        vendor=stop.guess.vendor or None,
        confidence=stop.guess.confidence,
        evidence=stop.guess.evidence_for,
        evidence_against=stop.guess.evidence_against,
        problems=as_frame(stop.problems),
        questions=stop.questions,
    )


def _find(database: Database, settings: Any, batch_id: int, status: str) -> Batch | None:
    """The batch to work on, marked as being worked on; None when there is nothing left to do with it."""
    c = t.upload_batches.c
    with database.write() as connection:
        row = connection.execute(sa.select(c.file_name, c.sha256, c.file_size, c.status).where(c.id == batch_id).with_for_update()).first()
        if row is None:
            raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
        if row.status in SETTLED:
            return None
        connection.execute(t.upload_batches.update().where(c.id == batch_id).values(status="reading"))
    return Batch(batch_id, row.file_name, row.sha256, originals.original_path(settings, row.sha256), row.file_size)


def _name(source: Path | bytes | BinaryIO, file_name: str | None) -> str:
    return file_name or (source.name if isinstance(source, Path) else "upload")
