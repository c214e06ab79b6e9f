"""The report of an import, kept in the batch tables and built again from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, cast

import polars as pl
import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord
from core.ingest import waiting
from core.ingest.chaining import year_to_date_record
from core.ingest.checking import as_frame
from core.ingest.content import SLICE
from core.ingest.copying import copy_frame, driver
from core.ingest.held_parts import record_of
from core.ingest.planning import Plan
from core.ingest.reading_back import preview_rows
from core.ingest.shapes import (
    CHANGES,
    CONTROLS,
    PROBLEMS,
    Choice,
    ColumnChoice,
    Guess,
    ImportReport,
    PeriodEvidence,
    PeriodReading,
    Problem,
    Question,
    Schema,
    SetAside,
    Status,
)

CHANGES_KEPT = 20_000  # cells of the difference list that stay with the batch; the counts are always complete


def save_plan(connection: sa.Connection, batch_id: int, plan: Plan, status: str, by: str | None = None) -> None:
    """The batch row with the plan's figures and proof; what an earlier look at the same file said is replaced."""
    counts, frame = plan.seen.counts, plan.frame
    values: dict[str, Any] = {
        "status": status,
        "reason": sentence(plan, status),
        "vendor": frame.vendor,
        "reseller_id": plan.reseller.id,
        "currency": frame.currency or plan.reseller.currency,
        "vat_basis": frame.vat_basis or plan.reseller.vat_basis,
        "rows_read": counts.primary + sum(s.rows for s in frame.set_aside),
        "rows_stored": 0 if plan.duplicate_of else counts.primary - counts.held,
        "rows_held": 0 if plan.duplicate_of else counts.held,
        "rows_set_aside": sum(s.rows for s in frame.set_aside),
        "rows_unchanged": unchanged(plan),
        "units": counts.units,
        "amount_local": counts.amount,
        "held_amount": counts.held_amount,
        "controls_agree": plan.controls.filter("agrees").height,
        "controls_total": plan.controls.height,
        "content_key": plan.content.file_key,
        "report": _record(plan),
        "progress": {},
        **_period(frame.period),
    }
    if status == "stored":
        values |= {"accepted_by": by, "stored_at": sa.func.now()}
        if frame.by_order:
            primary = plan.primary
            values |= {"period_start": primary["period_start"].min(), "period_end": primary["period_end"].max()}
    connection.execute(t.upload_batches.update().where(t.upload_batches.c.id == batch_id).values(**values))
    save_details(connection, batch_id, plan.controls, plan.changes, as_frame(plan.problems))


def _period(period: PeriodReading) -> dict[str, Any]:
    evidence = [{**asdict(e), "start": str(e.start), "end": str(e.end)} for e in (*period.evidence, *period.candidates)]
    return {"period_start": period.start, "period_end": period.end, "history_start": period.history_start, "period_evidence": evidence}


def _record(plan: Plan) -> dict[str, Any]:
    record: dict[str, Any] = {
        "questions": [asdict(q) for q in plan.questions],
        "columns": [asdict(c) for c in plan.frame.columns],
        "basis_from": plan.frame.basis_from,
        "set_aside": [asdict(s) for s in plan.frame.set_aside],
        "explicit_zeros": plan.frame.explicit_zeros,
        "timeless_key": plan.content.timeless,
        "changes": dict(plan.changes.get_column("change").value_counts().iter_rows()),
        "slices_won": plan.standing.slices.filter("wins").height,
        "slices": plan.standing.slices.height,
        "totals_about": record_of(plan.frame.controls),
    }
    record |= waiting.record(plan)
    figures = year_to_date_record(plan.rows, plan.frame)
    return {**record, "year_to_date": figures} if figures else record


def save_details(connection: sa.Connection, batch_id: int, controls: pl.DataFrame, changes: pl.DataFrame, problems: pl.DataFrame) -> None:
    """Totals, changes and problems of a batch, in place of those of an earlier look."""
    key = pl.lit(batch_id).alias("upload_batch_id")
    for table, frame in (("batch_controls", controls), ("batch_changes", changes.head(CHANGES_KEPT)), ("error_reports", problems)):
        connection.execute(sa.text(f"delete from {table} where upload_batch_id = :batch"), {"batch": batch_id})
        copy_frame(driver(connection), table, frame.select(key, pl.all()))


def unchanged(plan: Plan) -> int:
    """Rows that repeat what is stored already, and so were not written again."""
    if plan.duplicate_of is not None:
        return plan.seen.counts.primary
    shared = plan.standing.slices.filter(pl.col("shared_from").is_not_null())
    return int(plan.seen.slices.join(shared, on=SLICE, how="semi")["lines"].sum()) if shared.height else 0


def sentence(plan: Plan, status: str) -> str:
    """One sentence for the person at the screen."""
    if plan.duplicate_of is not None:
        return (
            f"Nothing to store: it states exactly what “{plan.duplicate_of.file_name}” (upload {plan.duplicate_of.upload_batch_id}) states."
        )
    if plan.questions:
        return plan.questions[0].text
    held = plan.seen.counts.held
    stored = plan.seen.counts.primary - held
    words = "Stored" if status == "stored" else "Ready to store"
    return f"{words} {stored:,} rows, {held:,} held in the inbox." if held else f"{words} {stored:,} rows."


# Looks at a plan without storing it -----------------------------------------------------------------------------------


def report_of(plan: Plan, batch: Any, status: Status, rows: bool = False) -> ImportReport:
    """The report of a plan; `batch` names file_name, sha256, id, guess. `rows`: with every row of the file."""
    counts, frame = plan.seen.counts, plan.frame
    guess: Guess = batch.guess
    return ImportReport(
        status,
        batch.file_name,
        batch.sha256,
        reason=sentence(plan, status),
        upload_batch_id=batch.id,
        duplicate_of=plan.duplicate_of.upload_batch_id if plan.duplicate_of else None,
        vendor=frame.vendor,
        reseller=plan.reseller.name,
        confidence=guess.confidence,
        evidence=guess.evidence_for,
        evidence_against=guess.evidence_against,
        period_start=frame.period.start,
        period_end=frame.period.end,
        period_evidence=frame.period.evidence,
        currency=frame.currency or plan.reseller.currency,
        vat_basis=frame.vat_basis or plan.reseller.vat_basis,
        rows_read=counts.primary + sum(s.rows for s in frame.set_aside),
        rows_stored=0 if plan.duplicate_of else counts.primary - counts.held,
        rows_held=0 if plan.duplicate_of else counts.held,
        rows_set_aside=sum(s.rows for s in frame.set_aside),
        rows_unchanged=unchanged(plan),
        units=counts.units,
        amount_local=counts.amount,
        held_amount=counts.held_amount,
        controls=plan.controls,
        problems=as_frame(plan.problems),
        changes=plan.changes,
        set_aside=frame.set_aside,
        questions=plan.questions,
        columns=frame.columns,
        rows=preview_rows(plan) if rows else None,
    )


# Back from the tables -------------------------------------------------------------------------------------------------


def load_report(database: Database, upload_batch_id: int) -> ImportReport:
    """The report of a batch as it stands in the tables. Errors: UnknownRecord."""
    with database.read() as connection:
        row = connection.execute(sa.select(t.upload_batches).where(t.upload_batches.c.id == upload_batch_id)).mappings().first()
        if row is None:
            raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
        reseller = connection.execute(sa.select(t.resellers.c.name).where(t.resellers.c.id == row["reseller_id"])).scalar_one_or_none()
        controls = _details(connection, t.batch_controls, CONTROLS, upload_batch_id)
        problems = _details(connection, t.error_reports, PROBLEMS, upload_batch_id)
        changes = _details(connection, t.batch_changes, CHANGES, upload_batch_id)
    return _report(dict(row), reseller, controls, problems, changes)


def _details(connection: sa.Connection, table: sa.Table, schema: Schema, batch_id: int) -> pl.DataFrame:
    query = sa.select(*(table.c[name] for name in schema)).where(table.c.upload_batch_id == batch_id).order_by(table.c.id)
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")


def _report(
    row: dict[str, Any], reseller: str | None, controls: pl.DataFrame, problems: pl.DataFrame, changes: pl.DataFrame
) -> ImportReport:
    record, evidence = row["report"], row["evidence"]
    counts = ("rows_read", "rows_stored", "rows_held", "rows_set_aside", "rows_unchanged", "units", "amount_local", "held_amount")
    return ImportReport(
        cast(Status, row["status"]),
        row["file_name"],
        row["sha256"],
        reason=row["reason"],
        upload_batch_id=row["id"],
        duplicate_of=row["duplicate_of"],
        vendor=row["vendor"],
        reseller=reseller,
        confidence=float(row["confidence"] or 0),
        evidence=tuple(evidence.get("for", ())),
        evidence_against=tuple(evidence.get("against", ())),
        period_start=row["period_start"],
        period_end=row["period_end"],
        period_evidence=tuple(_evidence(e) for e in row["period_evidence"]),
        currency=row["currency"],
        vat_basis=row["vat_basis"],
        controls=controls,
        problems=problems,
        changes=changes,
        set_aside=tuple(SetAside(**s) for s in record.get("set_aside", ())),
        questions=tuple(_question(q) for q in record.get("questions", ())),
        columns=tuple(_column(c) for c in record.get("columns", ())),
        **{name: row[name] for name in counts},
    )


def _evidence(plain: dict[str, Any]) -> PeriodEvidence:
    return PeriodEvidence(plain["source"], plain["text"], date.fromisoformat(plain["start"]), date.fromisoformat(plain["end"]))


def _question(plain: dict[str, Any]) -> Question:
    columns = tuple(_column(c) for c in plain.get("columns", ()))
    return Question(plain["key"], plain["text"], tuple(Choice(**c) for c in plain["choices"]), columns, plain.get("beyond"))


def _column(plain: dict[str, Any]) -> ColumnChoice:
    return ColumnChoice(**{**plain, "samples": tuple(plain["samples"])})


def save_outcome(
    connection: sa.Connection, batch_id: int, status: str, reason: str, problems: Sequence[Problem] = (), questions: Sequence[Question] = (), **values: Any
) -> None:  # fmt: skip
    """A batch that came to an end, or to a question, before there was a plan."""
    record = {"questions": [asdict(q) for q in questions]}
    connection.execute(
        t.upload_batches.update()
        .where(t.upload_batches.c.id == batch_id)
        .values(status=status, reason=reason, report=record, progress={}, **values)
    )
    empty = pl.DataFrame(schema=CONTROLS), pl.DataFrame(schema=CHANGES)
    save_details(connection, batch_id, *empty, as_frame(problems))
