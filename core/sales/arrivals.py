"""When a reseller's reports usually come, learned from those that came: a hint beside the rule, never instead of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median_high

import sqlalchemy as sa

from core.db.engine import Database, Scope

FEWEST, NEWEST = 3, 12  # arrivals that are needed, and that are looked at
LATEST = {"weekly": 21, "monthly": 45}  # days after which a file is history that was loaded later, and says nothing about when it came
FIRST_SEEN = """
select c.reseller_id, r.cadence, c.period_end, min(b.uploaded_at)::date
from slice_claims c join upload_batches b on b.id = c.upload_batch_id join resellers r on r.id = c.reseller_id
where b.status = 'stored' and (:everything or c.reseller_id = any(cast(:scope as bigint[])))
group by 1, 2, 3
"""


@dataclass(frozen=True)
class Usual:
    """`days` after the end of its period a reseller's report usually is here; learned from `arrivals` reports."""

    days: int
    arrivals: int


def usual(arrivals: Iterable[tuple[date, date]], latest: int) -> Usual | None:
    """`arrivals`: (last day of the period, day it came). Files that came far too late or before their period ended are left out; None where
    too few are left to say anything."""
    lags = [(came - end).days for end, came in sorted(arrivals)]
    telling = [lag for lag in lags if 0 <= lag <= latest][-NEWEST:]
    return Usual(median_high(telling), len(telling)) if len(telling) >= FEWEST else None


def read_usual(database: Database, scope: Scope = None) -> Mapping[int, Usual]:
    """By reseller id, for those in sight with enough arrivals."""
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    cadences: dict[int, str] = {}
    with database.read() as connection:
        rows = connection.execute(sa.text(FIRST_SEEN), {"everything": scope is None, "scope": list(scope or ())})
        for reseller_id, cadence, end, came in rows:
            found[reseller_id].append((end, came))
            cadences[reseller_id] = cadence
    learned = {key: usual(days, LATEST.get(cadences[key], LATEST["monthly"])) for key, days in found.items()}
    return {key: one for key, one in learned.items() if one is not None}
