"""“Tell me when …”: a figure crosses a line, a report is late, money waits in the inbox. Told once while it stays true."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.db.locking import try_lock
from core.db.tables import alerts
from core.errors import BadSchedule, NotAllowed, UnknownRecord, WorkbenchError
from core.mail import sending
from core.mail.messages import check_addresses, split_addresses
from core.mail.writing import Letterhead, alert_mail
from core.people import audit
from core.people.permissions import SYSTEM, Person, require
from core.reports.definition import PERIOD_RULES, resolve_period
from core.reports.records import owner_scope
from core.sales import anomalies, coverage, dismissing, running
from core.sales.anomaly_reading import read_evidence
from core.sales.anomaly_shapes import Anomaly
from core.sales.fiscal import FiscalCalendar
from core.sales.formatting import format_change, format_figure, format_money, format_number
from core.sales.measures import MEASURES, find_measures
from core.sales.naming import name_period
from core.sales.query import Filter, Period, SalesQuery
from core.sales.relative import total_change
from core.sales.shown import filters_in_words
from core.settings import Settings

log = logging.getLogger(__name__)
Kind = Literal["measure", "missing_report", "held_money", "anomaly"]
KINDS: dict[Kind, str] = {
    "measure": "a figure crosses a line",
    "missing_report": "a reseller's report is late",
    "held_money": "money waits in the inbox",
    "anomaly": "something looks odd",
}
RECENT = timedelta(days=100)  # anomalies of periods that ended longer ago are no news
CONDITIONS = {
    "below": "is below",
    "above": "is above",
    "falls_by": "falls by at least",
    "rises_by": "rises by at least",
}


@dataclass(frozen=True)
class AlertDefinition:
    """What to watch. measure: `measure`, `condition`, `limit` (EUR, units, or a ratio such as 0.10), `period` (a key of PERIOD_RULES, or a
    fixed one such as '2025-05', 'FY2026' or 'FY2026-Q2'), `where`.

    missing_report: late by at least `limit` days. held_money: at least `limit` EUR net held of one reseller. anomaly: at least `limit` EUR
    net at stake, not dismissed for everybody.
    """

    kind: Kind
    limit: Decimal = Decimal(0)
    measure: str = "sales_eur_net"
    condition: str = "below"
    period: str = "last_month"
    where: tuple[Filter, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, the inverse of `alert_from`."""
        where = [{"dimension": f.dimension, "values": list(f.values), "exclude": f.exclude} for f in self.where]
        plain = {"kind": self.kind, "limit": str(self.limit), "measure": self.measure, "condition": self.condition}
        return plain | {"period": self.period, "where": where}


@dataclass(frozen=True)
class Finding:
    """Something that is true now. `key` tells it from others: the same key is told once. `text` is a whole sentence."""

    key: str
    text: str


@dataclass(frozen=True)
class Alert:
    """A saved alert with its last result in words."""

    id: int
    name: str
    owner: str
    definition: AlertDefinition
    recipients: tuple[str, ...]
    enabled: bool
    told: tuple[str, ...]
    last_result: str | None
    last_checked: datetime | None
    last_fired: datetime | None


def alert_from(plain: Mapping[str, Any]) -> AlertDefinition:
    """Errors: BadSchedule says what is missing."""
    kind = plain.get("kind")
    if kind not in KINDS:
        raise BadSchedule("Choose what to watch: a figure, late reports, money in the inbox, or what looks odd.")
    try:
        limit = Decimal(str(plain.get("limit", "0")))
        where = tuple(Filter(f["dimension"], tuple(f["values"]), bool(f.get("exclude"))) for f in plain.get("where") or ())
    except (InvalidOperation, KeyError, TypeError) as error:
        raise BadSchedule("Write the limit as a number, like 10000 or 0.10.") from error
    if not limit.is_finite():
        raise BadSchedule("Write the limit as a number, like 10000 or 0.10.")
    names = {name: str(plain[name]) for name in ("measure", "condition", "period") if plain.get(name)}
    return check(AlertDefinition(cast(Kind, kind), limit, where=where, **names))


def check(definition: AlertDefinition) -> AlertDefinition:
    """The same definition. Errors: BadSchedule, BadQuestion for what can not be watched."""
    find_measures([definition.measure])
    resolve_period(definition.period, date(2025, 6, 15), FiscalCalendar())  # whether it is a period at all; its days are the brand's own
    if definition.condition not in CONDITIONS:
        raise BadSchedule(f"Choose one of: {', '.join(CONDITIONS.values())}.")
    if definition.limit < 0 and definition.condition in ("falls_by", "rises_by"):
        raise BadSchedule("A change is written without a sign: 0.10 for ten per cent.")
    return definition


def in_words(definition: AlertDefinition) -> str:
    """`Net revenue of the last complete month is below € 10 000 (Reseller: Liberty)`."""
    match definition.kind:
        case "missing_report":
            return f"A reseller's report is {max(1, int(definition.limit))} or more days late"
        case "held_money":
            return f"{format_money(definition.limit)} net or more of one reseller waits in the inbox"
        case "anomaly":
            return f"Something looks odd for {format_money(definition.limit)} or more"
    period = PERIOD_RULES.get(definition.period, definition.period)
    filters = f" ({filters_in_words(definition.where)})" if definition.where else ""
    change = definition.condition in ("falls_by", "rises_by")
    limit = format_figure(definition.measure, definition.limit)
    if change:
        limit = format_change(definition.limit).lstrip("+") + " against the year before"
    return f"{MEASURES[definition.measure].label}, {period}, {CONDITIONS[definition.condition]} {limit}{filters}"


# Looking --------------------------------------------------------------------------------------------------------------


def find(database: Database, definition: AlertDefinition, scope: Scope, today: date) -> tuple[Finding, ...]:
    """What is true today. Errors: BadQuestion, QueryRefused."""
    return look(database, definition, scope, today)[0]


def look(database: Database, definition: AlertDefinition, scope: Scope, today: date) -> tuple[tuple[Finding, ...], str]:
    """What is true today, and in a sentence what could not be judged ('' where all could be). Errors: BadQuestion, QueryRefused."""
    if definition.kind == "measure":
        return _measure(database, definition, scope, today)
    return _of_files(database, definition, scope, today), ""


def _of_files(database: Database, definition: AlertDefinition, scope: Scope, today: date) -> tuple[Finding, ...]:
    if definition.kind == "anomaly":
        found = anomalies.find(read_evidence(database, scope, today)).anomalies
        return odd(dismissing.sort_out(found, dismissing.dismissals(database, SYSTEM))[0], definition.limit, today)
    frame = coverage.coverage(database, scope, today)
    if definition.kind == "missing_report":
        return late_reports(frame, max(1, int(definition.limit)))
    return held_money(frame, definition.limit)


def _measure(database: Database, definition: AlertDefinition, scope: Scope, today: date) -> tuple[tuple[Finding, ...], str]:
    period = resolve_period(definition.period, today, running.calendar_of(database))
    changed = definition.condition in ("falls_by", "rises_by")
    query = SalesQuery((definition.measure,), (), definition.where, period)
    result = running.run(database, replace(query, compare="prior_year" if changed else None), scope, today)
    value, change = result.totals.get(definition.measure), result.totals.get(f"{definition.measure}_change_pct")
    if not crosses(definition, value, change):
        return (), _not_judged(definition.measure, period, result.totals) if changed and change is None else ""
    where = f" ({filters_in_words(definition.where)})" if definition.where else ""
    incomplete = set(result.resellers_expected) - set(result.resellers_covered)
    note = f" Not complete yet: {', '.join(sorted(incomplete))}." if incomplete else ""
    against = f", {format_change(change)} against the year before" if changed else ""
    text = f"{MEASURES[definition.measure].label} in {name_period(period)}{where} is {format_figure(definition.measure, value)}{against}.{note}"
    return (Finding(f"{definition.measure}:{period}", text),), ""


def _not_judged(measure: str, period: Period, totals: Mapping[str, Any]) -> str:
    """Why a change has no percentage to be judged by."""
    start = f"{MEASURES[measure].label} in {name_period(period)}"
    if totals.get(f"{measure}_change") is None:
        return f"Not judged: of {start[:1].lower()}{start[1:]} nothing can be compared with the year before."
    return f"Not judged: {start[:1].lower()}{start[1:]} changed by {total_change(totals, measure)} and so by no percentage."


def crosses(definition: AlertDefinition, value: Any, change: Any) -> bool:
    """Whether a figure is on the wrong side; what is not known is on no side."""
    match definition.condition:
        case "below":
            return value is not None and value < definition.limit
        case "above":
            return value is not None and value > definition.limit
        case "falls_by":
            return change is not None and change <= -definition.limit and change < 0
        case _:
            return change is not None and change >= definition.limit and change > 0


def late_reports(frame: pl.DataFrame, days: int) -> tuple[Finding, ...]:
    """One finding per late report. `frame`: as `coverage.coverage` returns it."""
    rows = frame.filter(pl.col("status").is_in(["late", "missing"]) & (pl.col("days_late") >= days)).sort("reseller", "period_start")
    return tuple(
        Finding(
            f"late:{row['reseller_id']}:{row['period_start']}",
            f"{row['reseller']}'s report for {name_period(Period(row['period_start'], row['period_end']))} is {_days(row['days_late'])} late.",
        )
        for row in rows.iter_rows(named=True)
    )


def odd(found: Sequence[Anomaly], limit: Decimal, today: date) -> tuple[Finding, ...]:
    """One finding per recent anomaly with at least `limit` EUR net at stake, the largest first."""
    recent = (one for one in found if one.period.end >= today - RECENT and anomalies.at_stake(one) >= limit)
    return tuple(Finding(f"odd:{one.key}", f"{one.title}. {one.reason.capitalize()}: {one.why}") for one in recent)


def held_money(frame: pl.DataFrame, limit: Decimal) -> tuple[Finding, ...]:
    """One finding per reseller whose held lines sum to the limit or more. `frame`: as `coverage.coverage` returns it."""
    held = frame.filter(pl.col("held_lines") > 0).group_by("reseller_id", "reseller").agg(pl.col("held_lines", "held_eur_net").sum())
    return tuple(
        Finding(
            f"held:{row['reseller_id']}",
            f"{row['reseller']} holds {format_money(row['held_eur_net'] or 0, 2)} net in {_rows(row['held_lines'])} in the inbox.",
        )
        for row in held.sort("reseller").iter_rows(named=True)
        if (row["held_eur_net"] or Decimal(0)) >= limit
    )


def _rows(count: int) -> str:
    return f"{format_number(count)} {'row' if count == 1 else 'rows'}"


def _days(count: int) -> str:
    return f"{count} {'day' if count == 1 else 'days'}"


# Telling --------------------------------------------------------------------------------------------------------------


def check_alerts(database: Database, settings: Settings, now: datetime, tls: ssl.SSLContext | None = None) -> int:
    """Look at every alert and tell what became true since the last look; returns how many mails were written.

    What stopped being true is forgotten, so that it is told again when it comes back.
    """
    with database.read() as connection:
        waiting = [alert for alert in list_alerts(connection) if alert.enabled]
    return sum(_check(database, settings, alert.id, now, tls) for alert in waiting)


def _check(database: Database, settings: Settings, alert_id: int, now: datetime, tls: ssl.SSLContext | None) -> int:
    with try_lock(database, f"alert:{alert_id}") as mine:
        if not mine:
            return 0
        with database.read() as connection:
            alert = read_alert(connection, alert_id)
        try:
            with database.read() as connection:
                scope = owner_scope(connection, alert.owner)
            found, not_judged = look(database, alert.definition, scope, now.astimezone(ZoneInfo(settings.time_zone)).date())
        except WorkbenchError as error:
            _keep(database, alert, alert.told, f"Could not be checked: {error.message}", now, fired=False)
            return 0
        return _tell(database, settings, alert, found, not_judged, now, tls)


def _tell(
    database: Database,
    settings: Settings,
    alert: Alert,
    found: Sequence[Finding],
    not_judged: str,
    now: datetime,
    tls: ssl.SSLContext | None,
) -> int:
    new = [finding for finding in found if finding.key not in alert.told]
    mails: tuple[sending.SendResult, ...] = ()
    if new:
        mail = alert_mail(Letterhead.of(settings), alert.recipients, alert.name, [finding.text for finding in new])
        mails = sending.post(database, settings, mail, now=now, tls=tls)
    reached = not new or any(result.status in ("sent", "outbox", "unknown") for result in mails)
    told = [finding.key for finding in found if reached or finding.key in alert.told]
    words = " ".join(finding.text for finding in found[:3]) or not_judged or "All quiet."
    _keep(
        database,
        alert,
        told,
        words if reached else f"{words} The mail could not be sent and is tried again.",
        now,
        fired=bool(new) and reached,
    )
    return len(mails)


def _keep(database: Database, alert: Alert, told: Sequence[str], result: str, now: datetime, fired: bool) -> None:
    values: dict[str, Any] = {"told": list(told), "last_result": result, "last_checked": now}
    with database.write() as connection:
        statement = sa.update(alerts).where(alerts.c.id == alert.id)
        connection.execute(statement.values(values | ({"last_fired": now} if fired else {})))


# Keeping --------------------------------------------------------------------------------------------------------------


def save_alert(
    database: Database, by: Person, name: str, definition: AlertDefinition, recipients: Sequence[str], alert_id: int | None = None
) -> int:
    """Keep a new alert, or change one; returns its id. A changed one belongs to whoever changed it and sees what that person sees; what it
    told is forgotten where it watches something else now, and a paused one stays paused. Errors: NotAllowed, BadSchedule, BadQuestion,
    MailNotSent, UnknownRecord."""
    require(by, "edit_alerts")
    people = list(check_addresses(tuple(recipients)))
    values: dict[str, Any] = {"name": name.strip() or in_words(check(definition)), "definition": check(definition).to_dict()}
    values |= {"recipients": people, "owner": by.username}
    with database.write() as connection:
        if alert_id is None:
            new = values | {"enabled": True, "told": []}
            alert_id = int(connection.execute(sa.insert(alerts).values(new).returning(alerts.c.id)).scalar_one())
        else:
            before = require_reach(connection, by, alert_id)
            same = before.definition == definition and before.owner == by.username
            forgotten: dict[str, Any] = {} if same else {"told": [], "last_result": None, "last_checked": None}
            connection.execute(sa.update(alerts).where(alerts.c.id == alert_id).values(values | forgotten))
        audit.record(connection, by.username, "alert saved", values["name"], {"alert": alert_id})
    return alert_id


def ensure_late_alert(database: Database, settings: Settings) -> int | None:
    """Watch for late reports from the first day, where WORKBENCH_NOTIFY says whom to tell; returns the alert's id if it was new."""
    if not settings.notify.strip():
        return None
    with database.write() as connection:
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended('late alert', 0))"))
        if connection.execute(sa.select(alerts.c.id).limit(1)).first():
            return None
        values: dict[str, Any] = {"name": "A reseller's report is late", "owner": SYSTEM.username}
        values |= {
            "definition": AlertDefinition("missing_report", Decimal(1)).to_dict(),
            "recipients": list(split_addresses(settings.notify)),
        }
        return int(connection.execute(sa.insert(alerts).values(values).returning(alerts.c.id)).scalar_one())


def switch_alert(database: Database, by: Person, alert_id: int, enabled: bool) -> None:
    """Pause or go on. Errors: NotAllowed, UnknownRecord."""
    require(by, "edit_alerts")
    with database.write() as connection:
        alert = require_reach(connection, by, alert_id)
        connection.execute(sa.update(alerts).where(alerts.c.id == alert_id).values(enabled=enabled, told=[]))
        audit.record(connection, by.username, "alert on" if enabled else "alert off", alert.name, {"alert": alert_id})


def remove_alert(database: Database, by: Person, alert_id: int) -> None:
    """Errors: NotAllowed, UnknownRecord."""
    require(by, "edit_alerts")
    with database.write() as connection:
        alert = require_reach(connection, by, alert_id)
        connection.execute(sa.delete(alerts).where(alerts.c.id == alert_id))
        audit.record(connection, by.username, "alert removed", alert.name, {"alert": alert_id})


def list_alerts(connection: sa.Connection) -> tuple[Alert, ...]:
    """Every alert, by name."""
    return tuple(_alert(row) for row in connection.execute(sa.select(alerts).order_by(sa.func.lower(alerts.c.name), alerts.c.id)))


def alerts_for(connection: sa.Connection, person: Person) -> tuple[Alert, ...]:
    """The alerts this person may see, by name: own ones, and those that look at no reseller beyond the person's own."""
    return tuple(alert for alert in list_alerts(connection) if _in_reach(connection, person, alert))


def require_reach(connection: sa.Connection, by: Person, alert_id: int) -> Alert:
    """The alert, if this person sees every reseller it looks at. Errors: NotAllowed, UnknownRecord."""
    alert = read_alert(connection, alert_id)
    if not _in_reach(connection, by, alert):
        raise NotAllowed("This alert looks at resellers that you do not see. Make an alert of your own.")
    return alert


def _in_reach(connection: sa.Connection, person: Person, alert: Alert) -> bool:
    if person.scope is None or alert.owner.lower() == person.username.lower():
        return True
    try:
        looked_at = owner_scope(connection, alert.owner)
    except BadSchedule:
        return False
    return looked_at is not None and set(looked_at) <= set(person.scope)


def read_alert(connection: sa.Connection, alert_id: int) -> Alert:
    """Errors: UnknownRecord."""
    row = connection.execute(sa.select(alerts).where(alerts.c.id == alert_id)).first()
    if row is None:
        raise UnknownRecord("This alert does not exist any more. Go back to the list and choose again.")
    return _alert(row)


def _alert(row: Any) -> Alert:
    definition, people = alert_from(row.definition), tuple(row.recipients)
    state = (row.enabled, tuple(row.told), row.last_result, row.last_checked, row.last_fired)
    return Alert(row.id, row.name, row.owner, definition, people, *state)
