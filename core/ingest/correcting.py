"""A corrected workbook that comes back: the upload it was made from, what was said about that one, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from core.db import tables as t
from core.ingest.asking import Answers
from core.ingest.notes import Notes
from core.people import audit
from core.sales.query import parse_period

WAITING = ("preview", "needs_decision", "refused", "failed")
CARRIED = ("vendor", "reseller", "currency", "vat_basis")


@dataclass(frozen=True)
class Original:
    """The upload that a corrected workbook was made from. `answers`: what a person said about it, as plain values."""

    upload_batch_id: int
    file_name: str
    waits: bool
    answers: Mapping[str, Any]


def original_of(connection: sa.Connection, notes: Notes) -> Original | None:
    """The upload the notes name, if its number and the SHA-256 of its file belong together; None: a workbook without notes, or of elsewhere."""
    if notes.origin is None:
        return None
    c = t.upload_batches.c
    query = sa.select(c.id, c.file_name, c.status, c.answers).where(c.id == notes.origin.upload_batch_id, c.sha256 == notes.origin.sha256)
    row = connection.execute(query).first()
    return Original(row.id, row.file_name, row.status in WAITING, row.answers) if row else None


def inherited(answers: Answers, earlier: Mapping[str, Any]) -> Answers:
    """What was said about the original holds for its corrected workbook too, unless something else is said now. An accepted warning does
    not: the corrected figures may bring others."""
    said: dict[str, Any] = {name: getattr(answers, name) or earlier.get(name) for name in CARRIED}
    period = answers.period
    if period is None and earlier.get("period"):
        span = parse_period(str(earlier["period"]))
        period = (span.start, span.end)
    return replace(answers, **said, period=period)


def put_aside(connection: sa.Connection, original_id: int, batch_id: int, file_name: str, by: str) -> None:
    """The waiting original gives way to its corrected workbook, which is stored now."""
    c = t.upload_batches.c
    reason = f"Its corrected workbook “{file_name}” (upload {batch_id}) was stored in its place."
    waiting = t.upload_batches.update().where(c.id == original_id, c.status.in_(WAITING))
    if connection.execute(waiting.values(status="discarded", reason=reason)).rowcount:
        audit.record(connection, by, "upload corrected", f"batch {original_id}", {"corrected by": batch_id, "file": file_name})
