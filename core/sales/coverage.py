"""Which report of which reseller is here, partly here, late, missing, provisional or restated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import psycopg

from core.db.engine import Database, Scope
from core.sales.arrivals import Usual, read_usual
from core.sales.covered import Covered, Sender, cut, join, month_of, months_in, week_end_of, weeks_in
from core.sales.covering import read_covered
from core.sales.naming import name_list, name_period
from core.sales.query import Period

RECEIVED = ("received", "partial", "restated")
OPEN = ("late", "missing", "due")
MONTHS_SHOWN = 24
COVERAGE: dict[str, Any] = {
    "reseller_id": pl.Int64,
    "reseller": pl.String,
    "cadence": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "status": pl.String,
    "due_on": pl.Date,
    "days_late": pl.Int64,
    "expected_by": pl.Date,  # the usual day, learned from past arrivals; null where too few are known
    "units": pl.Int64,
    "sales_eur_net": pl.Decimal(38, 9),
    "held_lines": pl.Int64,
    "held_eur_net": pl.Decimal(38, 9),
    "held_share": pl.Decimal(38, 9),
    "upload_batch_id": pl.Int64,
}
FIGURES = """
select reseller_id, counted_on, sum(quantity) filter (where line_kind in ('sale', 'return'))::bigint,
       round(sum(sales_eur_net) filter (where line_kind in ('sale', 'return', 'adjustment')), 9)
from readable.{relation} where counted_on >= %(since)s group by 1, 2
"""
HELD = """
select reseller_id, period_end, count(*), round(sum(sales_eur_net), 9)
from readable.held_lines where period_end >= %(since)s group by 1, 2
"""
CLAIMS = """
select reseller_id, period_start, period_end, max(upload_batch_id), bool_or(restated)
from readable.covered_slices where period_end >= %(since)s group by 1, 2, 3
"""


@dataclass(frozen=True)
class Claim:
    """A live slice as stated, the batch that stated it, and whether an earlier file had stated it differently."""

    span: Period
    batch: int
    restated: bool


@dataclass
class Loaded:
    """What is in the database of one slice: net units, EUR net, lines in the inbox and their EUR net."""

    units: int | None = None
    net: Decimal | None = None
    held_lines: int = 0
    held_net: Decimal | None = None


def coverage(database: Database, scope: Scope = None, today: date | None = None, since: date | None = None) -> pl.DataFrame:
    """One row per reseller and expected slice (week or month; months for day-grain sources) up to `today`, columns COVERAGE.

    status: received · partial (lines wait in the inbox, or days are not covered) · provisional (a living workbook states part of a month
    that its next file completes) · restated · due (ended, within grace) · late · missing (a later report is here, or it is late by more
    than one report) · not expected. `held_share`: held ÷ all net money. `due_on` is the rule, `expected_by` what usually happens.
    """
    day = today or date.today()
    first = since or _months_back(day, MONTHS_SHOWN - 1)
    with database.reader(scope) as connection:
        covered = read_covered(connection)
        loaded, claims = _read_loaded(connection, covered, first), _read_claims(connection, first)
    learned = read_usual(database, scope)
    window = Period(first, day)
    rows = [
        row
        for sender in covered.senders
        for row in _rows(sender, covered, window, loaded, claims.get(sender.reseller_id, []), learned.get(sender.reseller_id))
    ]
    return pl.DataFrame(rows, schema=COVERAGE, orient="row")


def slice_status(sender: Sender, span: Period, covered: Covered, today: date, claim: Claim | None, held_lines: int) -> str:
    """The status of one slice; see `coverage`."""
    days = cut(covered.spans(sender.reseller_id), span)
    if claim is not None or days:
        if covered.is_provisional(sender.reseller_id, span) and today <= due_on(sender, span):
            return "provisional"
        whole = covered.covers(sender.reseller_id, span) or span.end > today
        if held_lines or not whole:
            return "partial"
        return "restated" if claim is not None and claim.restated else "received"
    if not covered.is_expected(sender, span) or (covered.since(sender) or today) > span.end:
        return "not expected"
    if today <= due_on(sender, span):
        return "due"
    through = covered.data_through(sender.reseller_id)
    next_due = due_on(sender, span) + timedelta(days=7 if sender.cadence == "weekly" else 31)
    return "missing" if (through is not None and through > span.end) or today > next_due else "late"


def due_on(sender: Sender, span: Period) -> date:
    """Last day on which the report of a slice is not late yet."""
    return span.end + timedelta(days=sender.grace_days)


def slices_of(sender: Sender, covered: Covered, window: Period) -> tuple[Period, ...]:
    """The weeks or months of the window that have ended, and the running one when something of it is here."""
    spans = weeks_in(window, week_end_of(covered.slices.get(sender.reseller_id, ()))) if sender.cadence == "weekly" else months_in(window)
    return tuple(s for s in spans if s.end <= window.end or cut(covered.spans(sender.reseller_id), s))


def summarise(frame: pl.DataFrame, today: date) -> str:
    """One sentence on the newest ended month: “June 2025: 6 of 9 resellers; late: Galilu (4 days).” `frame`: as `coverage` returns it."""
    month = month_of(today.replace(day=1) - timedelta(days=1))
    inside = frame.filter(pl.col("period_end").is_between(month.start, month.end) & (pl.col("status") != "not expected"))
    if inside.is_empty():
        return f"{name_period(month)}: no report is expected."
    by_reseller = inside.group_by("reseller", maintain_order=True).agg(pl.col("status").is_in(RECEIVED).all().alias("here"))
    late = (
        inside.filter(pl.col("status").is_in(["late", "missing"])).group_by("reseller", maintain_order=True).agg(pl.col("days_late").max())
    )
    text = f"{name_period(month)}: {by_reseller['here'].sum()} of {by_reseller.height} resellers"
    parts = [f"{name} ({_days(count)})" for name, count in late.iter_rows()]
    return f"{text}; late: {name_list(parts)}." if parts else f"{text}."


def missing_periods(frame: pl.DataFrame, reseller: str) -> tuple[Period, ...]:
    """Late and missing slices of one reseller, adjoining ones joined. `frame`: as `coverage` returns it."""
    rows = frame.filter((pl.col("reseller") == reseller) & pl.col("status").is_in(["late", "missing"]))
    return join(Period(start, end) for start, end in rows.select("period_start", "period_end").iter_rows())


def _rows(
    sender: Sender, covered: Covered, window: Period, loaded: Mapping[tuple[int, date], Loaded], claims: list[Claim], learned: Usual | None
) -> list[tuple[Any, ...]]:
    rows = []
    for span in slices_of(sender, covered, window):
        found = loaded.get((sender.reseller_id, span.end), Loaded())
        claim = max((c for c in claims if c.span.start <= span.end and c.span.end >= span.start), key=lambda c: c.batch, default=None)
        status = slice_status(sender, span, covered, window.end, claim, found.held_lines)
        due = due_on(sender, span)
        late = (window.end - due).days if status in ("late", "missing") and window.end > due else None
        held = (found.held_lines, found.held_net, _share(found))
        head = (sender.reseller_id, sender.name, sender.cadence, span.start, span.end)
        by = span.end + timedelta(days=learned.days) if learned else None
        rows.append((*head, status, due, late, by, found.units, found.net, *held, claim.batch if claim else None))
    return rows


def _share(loaded: Loaded) -> Decimal | None:
    whole = (loaded.net or Decimal(0)) + (loaded.held_net or Decimal(0))
    return round(loaded.held_net / whole, 9) if loaded.held_net is not None and whole else None


def _read_claims(connection: psycopg.Connection[Any], since: date) -> dict[int, list[Claim]]:
    claims: dict[int, list[Claim]] = {}
    for reseller_id, start, end, batch, restated in connection.execute(CLAIMS, {"since": since}).fetchall():
        claims.setdefault(reseller_id, []).append(Claim(Period(start, end), batch, restated))
    return claims


def _read_loaded(connection: psycopg.Connection[Any], covered: Covered, since: date) -> dict[tuple[int, date], Loaded]:
    """By reseller and last day of the slice."""
    known = connection.execute("select exists (select from readable.sales_rollup)").fetchone() == (True,)
    figures = FIGURES.replace("{relation}", "sales_rollup" if known else "sales")
    senders = {sender.reseller_id: sender for sender in covered.senders}
    ends = {key: week_end_of(covered.slices.get(key, ())) for key in senders}
    found: dict[tuple[int, date], Loaded] = {}
    for reseller_id, day, units, net in connection.execute(figures.encode(), {"since": since}).fetchall():
        own = found.setdefault((reseller_id, _slice_end(senders[reseller_id], day, ends[reseller_id])), Loaded())
        own.units, own.net = _add(own.units, units), _add(own.net, net)
    for reseller_id, day, lines, net in connection.execute(HELD, {"since": since}).fetchall():
        own = found.setdefault((reseller_id, _slice_end(senders[reseller_id], day, ends[reseller_id])), Loaded())
        own.held_lines, own.held_net = own.held_lines + lines, _add(own.held_net, net)
    return found


def _slice_end(sender: Sender, day: date, week_end: int) -> date:
    return day + timedelta(days=(week_end - day.weekday()) % 7) if sender.cadence == "weekly" else month_of(day).end


def _add(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else one + other


def _days(count: int | None) -> str:
    return f"{count or 0} {'day' if count == 1 else 'days'}"


def _months_back(day: date, count: int) -> date:
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)
