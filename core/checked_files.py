"""A file given back to whoever can correct it: the error workbook of an upload, and the mail that sends it to the reseller."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import resellers, upload_batches
from core.errors import NotAllowed, UnknownRecord, WorkbenchError
from core.ingest import annotating, importing, originals, reading_back
from core.ingest.reading import ReadLimits
from core.ingest.reporting import load_report
from core.ingest.shapes import ImportReport
from core.mail.messages import printable
from core.people.permissions import SYSTEM, Person
from core.sales.naming import name_period
from core.sales.query import Period
from core.settings import Settings

MEDIA_TYPE = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
READ_AGAIN = 50_000  # rows up to which a file that only waits is read again for the list of its held rows
POINTS = 12
JUDGED = ("preview", "needs_decision")
B = upload_batches.c


def worth_sending(report: ImportReport) -> bool:
    """Whether the sender can correct anything: a cell with more than a note, a held row, a total that was not met."""
    return bool(_serious(report).height or report.rows_held or not report.controls["agrees"].all())


def _serious(report: ImportReport) -> pl.DataFrame:
    """Errors and warnings about a cell; what concerns the whole file, or only us (a missing rate), is nothing its sender can put right."""
    return report.problems.filter(pl.col("severity").is_in(["error", "warning"]) & pl.col("cell").is_not_null())


def error_workbook(database: Database, settings: Settings, upload_batch_id: int, by: Person = SYSTEM) -> bytes:
    """The vendor's file of an upload with what was found in it, as .xlsx (`core.ingest.annotating`).

    Errors: UnknownRecord when the upload or its file is not there any more, NotAllowed when it belongs to a reseller `by` does not see.
    """
    row = _seen(database, upload_batch_id, by)
    path = originals.original_path(settings, row.sha256)
    if not path.exists():
        raise UnknownRecord("The file of this upload is not kept any more. Upload it again.")
    report = load_report(database, upload_batch_id)
    return annotating.error_workbook(path, report, _held(database, settings, row, report), ReadLimits.of(settings))


def _seen(database: Database, upload_batch_id: int, by: Person) -> Any:
    columns = (B.id, B.sha256, B.file_name, B.status, B.answers, B.reseller_id, B.uploaded_by, resellers.c.contact_email)
    query = sa.select(*columns).outerjoin(resellers, resellers.c.id == B.reseller_id).where(B.id == upload_batch_id)
    with database.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
    if by.scope is not None and row.reseller_id not in by.scope and row.uploaded_by != by.username:
        raise NotAllowed("This file belongs to a reseller you do not see. Ask an administrator.")
    return row


def _held(database: Database, settings: Settings, row: Any, report: ImportReport) -> pl.DataFrame | None:
    """The rows that wait: those kept with a stored upload, those a waiting file would hold; None where nothing is known of its rows."""
    if row.status == "stored" and report.rows_held:
        return reading_back.rows(database, row.id).filter("held")
    if row.status not in JUDGED or not report.rows_held or report.rows_read > READ_AGAIN:
        return None
    try:
        path = originals.original_path(settings, row.sha256)
        again = importing.preview_file(database, settings, path, file_name=row.file_name, **row.answers)
    except WorkbenchError:
        return None
    return again.rows.filter("held") if again.rows is not None else None


# The mail to the reseller ---------------------------------------------------------------------------------------------


def correction_mail(database: Database, settings: Settings, upload_batch_id: int, by: Person = SYSTEM) -> bytes:
    """An unsent mail (.eml) to the reseller's contact that says what is wrong with the file, the error workbook attached; mail programs open
    it ready to be read over and sent. Errors: as `error_workbook`."""
    row = _seen(database, upload_batch_id, by)
    report = load_report(database, upload_batch_id)
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["To"] = printable(row.contact_email or "")
    mail["Subject"] = printable(f"{settings.brand}: please check {row.file_name}")
    mail.set_content(correction_text(report, settings.brand))
    book = error_workbook(database, settings, upload_batch_id, by)
    mail.add_attachment(book, *MEDIA_TYPE, filename=annotating.workbook_name(row.file_name))
    return bytes(mail)


def correction_text(report: ImportReport, brand: str) -> str:
    """What is wrong with a file, in the words of a mail to its sender."""
    when = f" for {name_period(Period(report.period_start, report.period_end))}" if report.period_start and report.period_end else ""
    points = correction_points(report)
    listed = "\n".join(f"- {point}" for point in points[:POINTS])
    more = f"\n- and {len(points) - POINTS} more, listed in the workbook" if len(points) > POINTS else ""
    return (
        f"Dear {report.reseller or 'colleagues'} team,\n\nthank you for the report{when} ({report.file_name}). Some of it we could not "
        f"take over:\n\n{listed}{more}\n\nThe attached workbook is your file with these cells coloured and commented. "
        f"Could you correct them and send it back?\n\nThank you\n{brand}\n"
    )


def correction_points(report: ImportReport) -> Sequence[str]:
    """One sentence per thing to correct, errors first, with its cell."""
    serious = _serious(report).unique("message", keep="first", maintain_order=True)
    places = ((": ".join(part for part in (r["sheet"], r["cell"]) if part), r["message"]) for r in serious.iter_rows(named=True))
    return [f"{place}: {message}" if place else message for place, message in places]
