"""From a saved report to documents, in the formats asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.db.engine import Database, Scope
from core.errors import BadSchedule
from core.reports import csv, pdf, workbook
from core.reports.content import ReportContent, build
from core.reports.definition import ReportDefinition
from core.reports.records import read_report
from core.settings import Settings

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class Document:
    """A file of a report."""

    name: str
    media_type: str
    content: bytes


def build_report(database: Database, settings: Settings, report_id: int, format: str, scope: Scope, today: date) -> bytes:
    """The bytes of a saved report as 'pdf', 'xlsx' or 'csv' (zipped when it has several tables). Errors: UnknownRecord, BadSchedule."""
    with database.read() as connection:
        definition = read_report(connection, report_id).definition
    return document(build_content(database, settings, definition, scope, today), format).content


def build_content(database: Database, settings: Settings, definition: ReportDefinition, scope: Scope, today: date) -> ReportContent:
    """A definition with its figures, under this installation's brand and address."""
    return build(database, definition, scope, today, brand=settings.brand, link=f"{settings.link}/reports")


def documents(content: ReportContent, formats: Sequence[str]) -> tuple[Document, ...]:
    """One document per format, all from the same figures. Errors: BadSchedule for an unknown format."""
    return tuple(document(content, name) for name in formats)


def document(content: ReportContent, format: str) -> Document:
    """Errors: BadSchedule for an unknown format."""
    match format:
        case "pdf":
            data, ending = pdf.render(content), "pdf"
        case "xlsx":
            data, ending = workbook.render(content), "xlsx"
        case "csv":
            data, ending = csv.render(content), "zip" if csv.is_zip(content) else "csv"
        case _:
            raise BadSchedule(f"“{format}” is no format of a report. Choose pdf, xlsx or csv.")
    return Document(f"{_file_name(content)}.{ending}", MEDIA_TYPES[ending], data)


def _file_name(content: ReportContent) -> str:
    """`NORDLYS Parfum Monthly sell-out report May 2025`, without what file systems refuse."""
    words = f"{content.brand} {content.title} {content.period_name}"
    return re.sub(r"[^\w .–-]+", "", words).strip()[:120] or "report"
