"""What an answer in the inbox would do, before anybody gives it: carried out, looked at, and rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from core.db.engine import Database
from core.ingest.inbox import Decision, HeldKey, decide
from core.ingest.month_figures import NOTHING, month_figures


@dataclass(frozen=True)
class Moved:
    """Net revenue of one month, EUR, before and after."""

    month: date
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Effect:
    """What an answer would do: `rows` become facts in `files` uploads, `moved` wait for something else; `amounts`: their live money by
    currency as stated; `months`: whose net revenue changes."""

    rows: int
    moved: int
    files: int
    amounts: tuple[tuple[str, Decimal], ...]
    months: tuple[Moved, ...]


def foresee(database: Database, key: HeldKey, decision: Decision) -> Effect:
    """What an answer would do, without doing it: carried out and rolled back, so that it is exactly what `resolve` then does.

    Errors: as `resolve`."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        try:
            before = month_figures(connection, [key.reseller_id])
            done = decide(connection, key, decision, "preview")
            after = month_figures(connection, [key.reseller_id])
            placed = connection.execute(sa.text(_PLACED), {"decision": done.decision_id}).all()
        finally:
            transaction.rollback()
    months = (Moved(at[1], before.get(at, NOTHING)[1], after.get(at, NOTHING)[1]) for at in sorted({*before, *after}))
    changed = tuple(moved for moved in months if moved.before != moved.after)
    amounts = tuple((row.currency or "", row.amount) for row in placed if row.amount is not None)
    return Effect(done.rows, done.moved, len(done.batches), amounts, changed)


# Local money of the rows an answer placed.
_PLACED = """
select currency, sum(amount_local) as amount from held_rows
where decision_id = :decision and resolved_at is not null and primary_view and live group by currency order by currency"""
