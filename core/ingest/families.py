"""What people said about files of one family, remembered for the next one: shown with who said it and when, and taken back by a person.

An answer counts while the upload it was given for is stored; undoing that upload forgets it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord
from core.ingest.fingerprints import ALIKE, FileLayout
from core.ingest.shapes import Problem, Schema
from core.people import audit
from core.people.permissions import Person, require

KEPT = ("vendor", "reseller", "currency", "vat_basis", "completeness", "columns", "amount_is", "date_order", "decimal")
OF_LAYOUT = ("columns", "amount_is", "date_order", "decimal")  # hold for every file with these headers, whoever sent it
LABELS = {
    "vendor": "Layout",
    "reseller": "Reseller",
    "currency": "Currency",
    "vat_basis": "VAT",
    "completeness": "Complete or more",
    "columns": "Columns",
    "amount_is": "Amount",
    "date_order": "Dates",
    "decimal": "Decimal sign",
}
WORDS = {
    ("vat_basis", "gross"): "amounts include VAT",
    ("vat_basis", "net"): "amounts are without VAT",
    ("amount_is", "line"): "money of the whole line",
    ("amount_is", "unit"): "price of one unit",
    ("completeness", "complete"): "complete for its periods",
    ("completeness", "adds"): "adds to what is there",
    ("date_order", "dmy"): "day first",
    ("date_order", "mdy"): "month first",
    ("decimal", ","): "decimal comma",
    ("decimal", "."): "decimal point",
}
ANSWERS: Schema = {
    "id": pl.Int64,
    "family": pl.String,
    "what": pl.String,
    "answer": pl.String,
    "by": pl.String,
    "on": pl.Datetime("us", "UTC"),
    "file_name": pl.String,
    "state": pl.String,  # counts | taken back | replaced | forgotten (its upload was undone)
}


@dataclass(frozen=True)
class Remembered:
    """One answer for files like this."""

    key: str
    value: Any
    by: str
    at: datetime
    file_name: str

    @property
    def evidence(self) -> str:
        """`currency GBP: answered by anna on 3 May 2026 for files like this`."""
        return (
            f"{LABELS[self.key].lower()} {in_words(self.key, self.value)}: answered by {self.by} on {self.at:%-d %B %Y} for files like this"
        )


@dataclass(frozen=True)
class Memory:
    """`answers`: to be applied to this file. `offered`: given for a file with the same headers and another name, only proposed.
    `missing`, `added`: headers in which the file differs from the last one of its family, `last_file`."""

    answers: Mapping[str, Remembered] = field(default_factory=dict)
    offered: Mapping[str, Remembered] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    last_file: str = ""

    def value(self, key: str) -> Any:
        found = self.answers.get(key)
        return found.value if found else None

    def drift(self) -> tuple[Problem, ...]:
        """What is new and what is gone against the last file like this."""
        parts = [f"{_columns(self.added)} new"] if self.added else []
        parts += [f"{_columns(self.missing)} missing"] if self.missing else []
        if not parts:
            return ()
        text = f"The format changed against “{self.last_file}”: {' and '.join(parts)}."
        return (Problem("format_drift", text, "warning", suggestion="Look at how the columns are read before you store."),)


def _columns(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:6]) + (" …" if len(names) > 6 else "")
    return f"column {shown} is" if len(names) == 1 else f"columns {shown} are"


def in_words(key: str, value: Any) -> str:
    """An answer as a person would say it."""
    if isinstance(value, Mapping):
        return ", ".join(f"“{column}” as {meaning.replace('_', ' ')}" for column, meaning in value.items() if meaning != "ignore")
    return WORDS.get((key, str(value)), str(value))


# Looking up -----------------------------------------------------------------------------------------------------------

_STANDING = """
select a.id, a.family_id, a.key, a.value, a.answered_by, a.answered_at, a.file_name
from family_answers a
left join upload_batches b on b.id = a.upload_batch_id
where a.revoked_at is null and (a.upload_batch_id is null or b.status = 'stored') and a.family_id = any(cast(:families as bigint[]))
order by a.answered_at, a.id
"""


def recall(connection: sa.Connection, layout: FileLayout) -> Memory:
    """What was said of files like this: with the same headers and name, or with the same name and most of the headers (then with the
    difference). Of files with the same headers and another name only how they are read; whose they are is offered, not applied."""
    family = _exact(connection, layout) or _changed(connection, layout)
    twins = _same_headers(connection, layout)
    answers = _answers(connection, [family.id]) if family is not None else {}
    others = _answers(connection, [twin for twin in twins if family is None or twin != family.id])
    offered = {key: found for key, found in others.items() if key not in answers and key not in OF_LAYOUT}
    answers = {**{key: found for key, found in others.items() if key in OF_LAYOUT}, **answers}
    if family is None:
        return Memory(answers, offered)
    before = tuple(family.headers)
    missing = tuple(name for name in before if name not in layout.headers)
    added = tuple(name for name in layout.headers if name not in before)
    return Memory(answers, offered, missing, added, family.last_file)


F = t.file_families.c


def _exact(connection: sa.Connection, layout: FileLayout) -> sa.Row[Any] | None:
    query = sa.select(t.file_families).where(F.fingerprint == layout.fingerprint, F.name_pattern == layout.name_pattern)
    return connection.execute(query).first()


def _changed(connection: sa.Connection, layout: FileLayout) -> sa.Row[Any] | None:
    """The family of that name whose last file looked most like this one."""
    if not layout.name_pattern:
        return None
    rows = connection.execute(sa.select(t.file_families).where(F.name_pattern == layout.name_pattern).order_by(F.seen_at.desc())).all()
    ranked = sorted(rows, key=lambda row: -layout.likeness(tuple(row.headers)))
    return ranked[0] if ranked and layout.likeness(tuple(ranked[0].headers)) >= ALIKE else None


def _same_headers(connection: sa.Connection, layout: FileLayout) -> list[int]:
    return list(connection.execute(sa.select(F.id).where(F.fingerprint == layout.fingerprint).order_by(F.seen_at)).scalars())


def _answers(connection: sa.Connection, families: list[int]) -> dict[str, Remembered]:
    """The newest standing answer of each kind."""
    if not families:
        return {}
    rows = connection.execute(sa.text(_STANDING), {"families": families})
    return {row.key: Remembered(row.key, row.value, row.answered_by, row.answered_at, row.file_name) for row in rows}


# Remembering ----------------------------------------------------------------------------------------------------------


def remember(connection: sa.Connection, layout: FileLayout, said: Mapping[str, Any], by: str, batch_id: int, file_name: str) -> None:
    """Keep what a person said about a stored file. An answer that says what is remembered already is not written again."""
    known = _exact(connection, layout) or _changed(connection, layout)
    kept = {key: dict(value) if isinstance(value, Mapping) else value for key, value in said.items() if key in KEPT and value}
    if known is None and not kept:
        return
    family = _store_family(connection, layout, known, file_name)
    before = _answers(connection, [family])
    new = {key: value for key, value in kept.items() if key not in before or before[key].value != value}
    for key, value in new.items():
        row = {"family_id": family, "key": key, "value": value, "answered_by": by, "upload_batch_id": batch_id, "file_name": file_name}
        connection.execute(t.family_answers.insert().values(**row))
    if new:
        audit.record(connection, by, "answers remembered", file_name, {key: in_words(key, value) for key, value in new.items()})


def _store_family(connection: sa.Connection, layout: FileLayout, known: sa.Row[Any] | None, file_name: str) -> int:
    values = {
        "fingerprint": layout.fingerprint,
        "name_pattern": layout.name_pattern,
        "headers": list(layout.headers),
        "last_file": file_name,
    }
    if known is None:
        return int(connection.execute(t.file_families.insert().values(**values).returning(F.id)).scalar_one())
    connection.execute(t.file_families.update().where(F.id == known.id).values(**values, seen_at=sa.func.now()))
    return int(known.id)


# A person's view ------------------------------------------------------------------------------------------------------

_ALL = """
select a.id, coalesce(nullif(f.name_pattern, ''), f.last_file) as family, a.key, a.value, a.answered_by, a.answered_at, a.file_name,
       case when a.revoked_at is not null then 'taken back'
            when a.upload_batch_id is not null and b.status <> 'stored' then 'forgotten'
            when exists (select from family_answers n left join upload_batches nb on nb.id = n.upload_batch_id
                         where n.family_id = a.family_id and n.key = a.key and n.id > a.id and n.revoked_at is null
                           and (n.upload_batch_id is null or nb.status = 'stored')) then 'replaced'
            else 'counts' end as state
from family_answers a join file_families f on f.id = a.family_id left join upload_batches b on b.id = a.upload_batch_id
order by f.seen_at desc, f.id, a.key, a.id desc
"""


def listed(database: Database) -> pl.DataFrame:
    """Every remembered answer (columns ANSWERS), by family, the family seen last first."""
    with database.read() as connection:
        rows = connection.execute(sa.text(_ALL)).all()
    lines = [(r.id, r.family, LABELS[r.key], in_words(r.key, r.value), r.answered_by, r.answered_at, r.file_name, r.state) for r in rows]
    return pl.DataFrame(lines, schema=ANSWERS, orient="row")


def revoke(database: Database, by: Person, answer_id: int) -> None:
    """Take an answer back: it is asked again next time; what was stored with it stays. Errors: NotAllowed, UnknownRecord."""
    _mark(database, by, answer_id, "remembered answer taken back", revoked_at=sa.func.now(), revoked_by=by.username)


def restore(database: Database, by: Person, answer_id: int) -> None:
    """Let an answer that was taken back count again. Errors: NotAllowed, UnknownRecord."""
    _mark(database, by, answer_id, "remembered answer restored", revoked_at=None, revoked_by=None)


def _mark(database: Database, by: Person, answer_id: int, action: str, **values: Any) -> None:
    require(by, "import_files")
    c = t.family_answers.c
    wanted = c.revoked_at.is_(None) if values["revoked_at"] is not None else c.revoked_at.is_not(None)
    with database.write() as connection:
        statement = t.family_answers.update().where(c.id == answer_id, wanted).values(**values).returning(c.key, c.value, c.file_name)
        row = connection.execute(statement).first()
        if row is None:
            raise UnknownRecord("This answer has changed meanwhile. Look at the list again.")
        audit.record(connection, by.username, action, row.file_name, {row.key: in_words(row.key, row.value)})
