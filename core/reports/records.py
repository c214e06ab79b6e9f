"""Reports and their schedules as they are kept: saved, listed, changed. Every change is checked, allowed and audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.db.tables import deliveries, reports, schedules, users
from core.errors import BadSchedule, NotAllowed, UnknownRecord
from core.mail.messages import check_addresses
from core.people import audit
from core.people.permissions import SYSTEM, Person, may, require
from core.reports.definition import ReportDefinition, check, definition_from, monthly_report
from core.reports.schedules import Rule, in_words, next_due, rule_from, zone
from core.sales.running import calendar_of

FORMATS = ("pdf", "xlsx", "csv")


@dataclass(frozen=True)
class Report:
    """A saved report. `owner`: whose view of the resellers it shows when it is sent."""

    id: int
    owner: str
    definition: ReportDefinition
    changed_at: datetime

    @property
    def name(self) -> str:
        return self.definition.title


@dataclass(frozen=True)
class Schedule:
    """When a report goes to whom, in which formats. `next_due` in UTC, None while switched off."""

    id: int
    report_id: int
    rule: Rule
    time_zone: str
    recipients: tuple[str, ...]
    formats: tuple[str, ...]
    enabled: bool
    next_due: datetime | None
    last_fired: datetime | None
    created_by: str

    @property
    def words(self) -> str:
        return in_words(self.rule, self.time_zone)


def save_report(database: Database, by: Person, definition: ReportDefinition, report_id: int | None = None) -> int:
    """Keep a new report, or change one; returns its id. Errors: NotAllowed, BadSchedule, BadQuestion, UnknownRecord."""
    require(by, "edit_reports")
    values = {
        "name": check(definition, calendar_of(database)).title,
        "definition": definition.to_dict(),
        "changed_at": sa.func.now(),
        "archived": False,
    }
    with database.write() as connection:
        if report_id is None:
            report_id = int(connection.execute(sa.insert(reports).values(owner=by.username, **values).returning(reports.c.id)).scalar_one())
        else:
            _require_reach(connection, by, read_report(connection, report_id))
            connection.execute(sa.update(reports).where(reports.c.id == report_id).values(**values))
        audit.record(connection, by.username, "report saved", definition.title, {"report": report_id})
    return report_id


def give_report(database: Database, by: Person, report_id: int, owner: str) -> None:
    """Make somebody else the owner, whose view of the resellers the report then shows. Errors: NotAllowed, BadSchedule, UnknownRecord."""
    require(by, "edit_reports")
    with database.write() as connection:
        report = read_report(connection, report_id)
        _require_reach(connection, by, report)
        _require_scope(by, owner_scope(connection, owner))
        if owner.lower() not in map(str.lower, possible_owners(connection, by)):
            raise NotAllowed(f"“{owner}” makes no reports. Give it to an analyst or an administrator.")
        connection.execute(sa.update(reports).where(reports.c.id == report_id).values(owner=owner))
        audit.record(connection, by.username, "report given", report.name, {"report": report_id, "owner": owner})


def possible_owners(connection: sa.Connection, by: Person) -> dict[str, str]:
    """User name and name of those to whom this person may give a report: who may have one and sees no more than the giver does."""
    rows = connection.execute(sa.select(users).where(users.c.active).order_by(sa.func.lower(users.c.name)))
    people = [
        Person(row.username, row.name, row.role, tuple(row.reseller_scope) if row.reseller_scope is not None else None) for row in rows
    ]
    return {one.username: one.name for one in people if may(one, "edit_reports") and _sees_all_of(by, one.scope)}


def archive_report(database: Database, by: Person, report_id: int) -> None:
    """Take a report out of the list and switch its schedules off; what was sent stays in the ledger. Errors: NotAllowed, UnknownRecord."""
    require(by, "edit_reports")
    with database.write() as connection:
        report = read_report(connection, report_id)
        _require_reach(connection, by, report)
        connection.execute(sa.update(reports).where(reports.c.id == report_id).values(archived=True))
        connection.execute(sa.update(schedules).where(schedules.c.report_id == report_id).values(enabled=False, next_due=None))
        audit.record(connection, by.username, "report archived", report.name, {"report": report_id})


def ensure_monthly_report(database: Database) -> int | None:
    """Keep the monthly report in a workbench that has no report yet; returns its id if it was new."""
    with database.write() as connection:
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended('monthly report', 0))"))
        if connection.execute(sa.select(reports.c.id).limit(1)).first():
            return None
        values = {"name": monthly_report().title, "owner": SYSTEM.username, "definition": monthly_report().to_dict()}
        return int(connection.execute(sa.insert(reports).values(values).returning(reports.c.id)).scalar_one())


def list_reports(connection: sa.Connection) -> tuple[Report, ...]:
    """Every report that is not archived, by name."""
    rows = connection.execute(sa.select(reports).where(~reports.c.archived).order_by(sa.func.lower(reports.c.name), reports.c.id))
    return tuple(_report(row) for row in rows)


def read_report(connection: sa.Connection, report_id: int) -> Report:
    """Errors: UnknownRecord."""
    row = connection.execute(sa.select(reports).where(reports.c.id == report_id)).first()
    if row is None:
        raise UnknownRecord("This report does not exist any more. Go back to the list and choose again.")
    return _report(row)


def owner_scope(connection: sa.Connection, owner: str) -> Scope:
    """The resellers a report of this owner may show. Errors: BadSchedule when the owner has left: a report never runs as a ghost."""
    if owner == SYSTEM.username:
        return None
    row = connection.execute(
        sa.select(users.c.active, users.c.reseller_scope).where(sa.func.lower(users.c.username) == owner.lower())
    ).first()
    if row is None or not row.active:
        raise BadSchedule(f"The report belongs to “{owner}”, whose account is not active any more. Give the report to somebody else.")
    return tuple(row.reseller_scope) if row.reseller_scope is not None else None


def require_reach(connection: sa.Connection, by: Person, report_id: int) -> Report:
    """The report, if this person sees every reseller it shows. Errors: NotAllowed, UnknownRecord, BadSchedule."""
    return _require_reach(connection, by, read_report(connection, report_id))


def _require_reach(connection: sa.Connection, by: Person, report: Report) -> Report:
    if report.owner.lower() != by.username.lower() and by.scope is not None:
        _require_scope(by, owner_scope(connection, report.owner))
    return report


def _require_scope(by: Person, shown: Scope) -> None:
    if not _sees_all_of(by, shown):
        raise NotAllowed("This report shows resellers that you do not see. Make a report of your own.")


def _sees_all_of(by: Person, shown: Scope) -> bool:
    return by.scope is None or (shown is not None and set(shown) <= set(by.scope))


# Schedules ------------------------------------------------------------------------------------------------------------


def save_schedule(
    database: Database,
    by: Person,
    report_id: int,
    rule: Rule,
    time_zone: str,
    recipients: Sequence[str],
    formats: Sequence[str],
    now: datetime,
    schedule_id: int | None = None,
) -> int:
    """Keep a new schedule, or change one; it is due next after `now`. Errors: NotAllowed, BadSchedule, MailNotSent, UnknownRecord."""
    require(by, "edit_reports")
    zone(time_zone)
    values: dict[str, Any] = {"report_id": report_id, "rule": rule_from(rule.to_dict()).to_dict(), "time_zone": time_zone}
    values |= {"recipients": list(check_addresses(tuple(recipients))), "formats": list(check_formats(formats))}
    values |= {"enabled": True, "next_due": next_due(rule, now, time_zone)}
    with database.write() as connection:
        report = require_reach(connection, by, report_id)
        if schedule_id is None:
            statement = sa.insert(schedules).values(created_by=by.username, **values).returning(schedules.c.id)
            schedule_id = int(connection.execute(statement).scalar_one())
        else:
            require_reach(connection, by, read_schedule(connection, schedule_id).report_id)
            connection.execute(sa.update(schedules).where(schedules.c.id == schedule_id).values(**values))
        audit.record(connection, by.username, "schedule saved", report.name, {"schedule": schedule_id, "rule": in_words(rule, time_zone)})
    return schedule_id


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Errors: BadSchedule for none or unknown ones."""
    chosen = tuple(name for name in FORMATS if name in formats)
    if not chosen or set(formats) - set(FORMATS):
        raise BadSchedule("Choose at least one format: pdf, xlsx or csv.")
    return chosen


def switch_schedule(database: Database, by: Person, schedule_id: int, enabled: bool, now: datetime) -> None:
    """Pause or go on; times that passed while it was off are not made up for. Errors: NotAllowed, UnknownRecord."""
    require(by, "edit_reports")
    with database.write() as connection:
        schedule = read_schedule(connection, schedule_id)
        report = require_reach(connection, by, schedule.report_id)
        due = next_due(schedule.rule, now, schedule.time_zone) if enabled else None
        connection.execute(sa.update(schedules).where(schedules.c.id == schedule_id).values(enabled=enabled, next_due=due))
        audit.record(connection, by.username, "schedule on" if enabled else "schedule off", report.name, {"schedule": schedule_id})


def remove_schedule(database: Database, by: Person, schedule_id: int, now: datetime) -> None:
    """Delete a schedule that never sent anything; one that did is switched off, so that its deliveries keep their origin."""
    with database.read() as connection:
        used = connection.execute(sa.select(deliveries.c.id).where(deliveries.c.schedule_id == schedule_id).limit(1)).first()
    switch_schedule(database, by, schedule_id, False, now)
    if used is None:
        with database.write() as connection:
            connection.execute(sa.delete(schedules).where(schedules.c.id == schedule_id))


def list_schedules(connection: sa.Connection, report_id: int | None = None) -> tuple[Schedule, ...]:
    """The schedules of one report, or of all that are not archived; the next one due first."""
    statement = sa.select(schedules).join(reports).where(~reports.c.archived).order_by(schedules.c.next_due.nulls_last(), schedules.c.id)
    if report_id is not None:
        statement = statement.where(schedules.c.report_id == report_id)
    return tuple(schedule_from(row) for row in connection.execute(statement))


def read_schedule(connection: sa.Connection, schedule_id: int) -> Schedule:
    """Errors: UnknownRecord."""
    row = connection.execute(sa.select(schedules).where(schedules.c.id == schedule_id)).first()
    if row is None:
        raise UnknownRecord("This schedule does not exist any more. Go back to the list and choose again.")
    return schedule_from(row)


def schedule_from(row: Any) -> Schedule:
    return Schedule(
        row.id,
        row.report_id,
        rule_from(row.rule),
        row.time_zone,
        tuple(row.recipients),
        tuple(row.formats),
        row.enabled,
        row.next_due,
        row.last_fired,
        row.created_by,
    )


def _report(row: Any) -> Report:
    return Report(row.id, row.owner, definition_from(row.definition), row.changed_at)
