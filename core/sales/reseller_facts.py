"""What is known of a reseller beside its figures: country, currency, VAT basis, how often it reports, and what is expected next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.sales.naming import SHORT_MONTHS, name_day, name_period
from core.sales.query import Period, months

_FACTS = """
select id, key, name, country, currency, vat_basis, cadence, active_from, active_until from resellers
where :everything or id = any(cast(:scope as bigint[])) order by lower(name)
"""
_STORES = """
select s.name, s.channel, s.city, s.country, s.opened, s.closed from stores s join resellers r on r.id = s.reseller_id
where r.id = :reseller order by lower(s.name)
"""


@dataclass(frozen=True)
class ResellerFacts:
    """One reseller as the catalogue knows it. `vat_basis`: of the amounts in its files."""

    id: int
    key: str
    name: str
    country: str | None
    currency: str | None
    vat_basis: str | None
    cadence: str
    active_from: date | None
    active_until: date | None

    @property
    def is_web_shop(self) -> bool:
        return self.key == "online"

    @property
    def words(self) -> str:
        """`GB · GBP incl. VAT · weekly reports`"""
        basis = {"gross": " incl. VAT", "net": " excl. VAT"}.get(self.vat_basis or "", "")
        cadence = "any range of days" if self.cadence == "any" else f"{self.cadence} reports"
        return " · ".join(part for part in (self.country or "", f"{self.currency}{basis}" if self.currency else "", cadence) if part)


@dataclass(frozen=True)
class StoreFacts:
    name: str
    channel: str
    city: str | None
    country: str | None
    opened: date | None
    closed: date | None


def read_facts(database: Database, scope: Scope = None) -> tuple[ResellerFacts, ...]:
    """Every reseller in sight, by name."""
    with database.read() as connection:
        rows = connection.execute(sa.text(_FACTS), {"everything": scope is None, "scope": list(scope or ())})
        return tuple(ResellerFacts(*row) for row in rows)


def read_stores(database: Database, reseller_id: int) -> tuple[StoreFacts, ...]:
    """The stores of a reseller, by name."""
    with database.read() as connection:
        return tuple(StoreFacts(*row) for row in connection.execute(sa.text(_STORES), {"reseller": reseller_id}))


def open_slices(coverage: pl.DataFrame, reseller: str) -> pl.DataFrame:
    """Late and missing slices of a reseller, oldest first. `coverage`: as `core.sales.coverage.coverage` returns it."""
    return coverage.filter((pl.col("reseller") == reseller) & pl.col("status").is_in(["late", "missing"])).sort("period_start")


def status_words(coverage: pl.DataFrame, reseller: str) -> str:
    """`2 reports missing since May 2025`, `up to date`, `nothing was sent yet`."""
    own = coverage.filter(pl.col("reseller") == reseller)
    late = open_slices(coverage, reseller)
    if late.height:
        first = late["period_start"][0]
        since = (
            f"{first.day} {SHORT_MONTHS[first.month]} {first.year}"
            if late["cadence"][0] == "weekly"
            else f"{SHORT_MONTHS[first.month]} {first.year}"
        )
        return f"{late.height} {'report' if late.height == 1 else 'reports'} missing since {since}"
    received = own.filter(pl.col("status").is_in(["received", "restated", "partial", "provisional"]))
    return "up to date" if received.height else "nothing was sent yet"


def next_expected(coverage: pl.DataFrame, reseller: str) -> str:
    """`June 2025, by 10 July 2025`: the oldest report that is not here, and its last day; the one after the newest where all are."""
    own = coverage.filter((pl.col("reseller") == reseller) & (pl.col("status") != "not expected")).sort("period_start")
    waiting = own.filter(pl.col("status").is_in(["due", "late", "missing"]))
    if waiting.height:
        row = waiting.row(0, named=True)
        return f"{name_period(Period(row['period_start'], row['period_end']))}, by {name_day(row['due_on'])}"
    if own.is_empty():
        return ""
    row = own.row(own.height - 1, named=True)
    late = (row["due_on"] - row["period_end"]).days
    start = row["period_end"] + timedelta(days=1)
    end = _end_after(row["cadence"], start)
    return f"{name_period(Period(start, end))}, by {name_day(end + timedelta(days=late))}"


def _end_after(cadence: str, start: date) -> date:
    if cadence == "weekly":
        return start + timedelta(days=6)
    return months(start.year, start.month, 1).end
