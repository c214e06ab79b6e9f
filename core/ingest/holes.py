"""Weeks that are missing by the year-to-date figures of the weeks around them: what they are worth, though nobody has sent them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.ingest.reconciling import link
from core.ingest.standing import read_weeks


@dataclass(frozen=True)
class Hole:
    """Days between two loaded weeks whose year-to-date grew by more than the later week: `units`, and `amount` in the file's currency."""

    reseller_id: int
    first: date
    last: date
    units: Decimal
    amount: Decimal


def holes(database: Database, scope: Scope = None) -> tuple[Hole, ...]:
    """Of the resellers in sight whose files carry a year-to-date. Units and money are 0 where the chain says that nothing was sold."""
    statement = "select distinct reseller_id from upload_batches where status = 'stored' and report ? 'year_to_date'"
    with database.read() as connection:
        ids = [reseller_id for (reseller_id,) in connection.execute(sa.text(statement.replace(":", r"\:")))]
        return tuple(hole for one in ids if scope is None or one in scope for hole in _holes(connection, one))


def _holes(connection: sa.Connection, reseller_id: int) -> list[Hole]:
    found = []
    for earlier, later in pairwise(read_weeks(connection, reseller_id)):
        if (later.period_start - earlier.period_end).days <= 1:
            continue
        chain = link(earlier, later)
        if not chain.new_year:
            units, amount = (chain.surplus.get((measure, ()), Decimal(0)) for measure in ("units", "amount"))
            day = timedelta(days=1)
            found.append(Hole(reseller_id, earlier.period_end + day, later.period_start - day, units, amount))
    return found
