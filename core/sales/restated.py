"""Periods that a later file stated differently: what was said before, what is said now, and which file said it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_day, name_list, name_period
from core.sales.query import Period

# Every live slice of the periods in which some view was stated otherwise before, with units and net revenue now and then. A view that only
# the restating file knows was not there before; a view that did not change is the same in both.
RESTATED = """
with live as (
  select c.reseller_id, r.name as reseller, c.view, c.period_start, c.period_end, c.content_key, c.facts_batch_id, c.upload_batch_id,
         b.file_name, b.stored_at
  from slice_claims c join upload_batches b on b.id = c.upload_batch_id join resellers r on r.id = c.reseller_id
  where c.live and (:everything or c.reseller_id = any(cast(:scope as bigint[])))
    and (cast(:start as date) is null or (c.period_end >= :start and c.period_start <= :end))
), before as (
  select distinct on (l.reseller_id, l.view, l.period_start, l.period_end) l.reseller_id, l.view, l.period_start, l.period_end, o.facts_batch_id
  from live l join slice_claims o on o.reseller_id = l.reseller_id and o.view = l.view and o.period_start = l.period_start
    and o.period_end = l.period_end and o.content_key <> l.content_key and not o.live
  join upload_batches b on b.id = o.upload_batch_id and b.status = 'stored'
  where cast(:since as timestamptz) is null or (l.stored_at > :since and b.stored_at <= :since)
  order by l.reseller_id, l.view, l.period_start, l.period_end, o.stated_until desc, o.upload_batch_id desc
)
select l.reseller, l.reseller_id, l.period_start, l.period_end, l.upload_batch_id, l.file_name, l.stored_at, p.facts_batch_id is not null as changed,
       exists (select from slice_claims o where o.reseller_id = l.reseller_id and o.view = l.view and o.period_start = l.period_start
               and o.period_end = l.period_end and o.upload_batch_id <> l.upload_batch_id) as known,
       old.units as units_before, new.units as units_after, old.net as net_before, new.net as net_after
from live l left join before p using (reseller_id, view, period_start, period_end)
cross join lateral ({old}) old cross join lateral ({new}) new
where (l.reseller_id, l.period_start, l.period_end) in (select reseller_id, period_start, period_end from before)
order by l.period_start desc, l.period_end, l.reseller, l.upload_batch_id desc
"""
_SUMS = """
select sum(f.quantity) filter (where f.line_kind in ('sale', 'return')) as units,
       round(sum(f.sales_eur_net) filter (where f.line_kind in ('sale', 'return', 'adjustment')), 2) as net
from sellout_entries2 f where f.upload_batch_id = {batch} and f.reseller_id = l.reseller_id and f.view = l.view and f.primary_view
  and f.period_start = l.period_start and f.period_end = l.period_end"""


@dataclass(frozen=True)
class Restated:
    """One reseller's period: units and net revenue (EUR) as an earlier file stated them and as `file_name` does since `stored_at`."""

    reseller: str
    reseller_id: int
    period: Period
    batch_id: int
    file_name: str
    stored_at: datetime | None
    units_before: int
    units_after: int
    net_before: Decimal
    net_after: Decimal

    @property
    def units(self) -> int:
        return self.units_after - self.units_before

    @property
    def net(self) -> Decimal:
        return self.net_after - self.net_before


def restated(database: Database, scope: Scope = None, period: Period | None = None, since: datetime | None = None) -> tuple[Restated, ...]:
    """The restated slices of the resellers in sight, newest period first. `since`: only what files stored after that moment changed, against
    what was known at it."""
    statement = RESTATED.format(old=_SUMS.format(batch="p.facts_batch_id"), new=_SUMS.format(batch="l.facts_batch_id"))
    span = {"start": period.start if period else None, "end": period.end if period else None}
    parameters: dict[str, Any] = {"everything": scope is None, "scope": list(scope or ()), "since": since, **span}
    with database.read() as connection:
        rows = connection.execute(sa.text(statement), parameters).mappings().all()
    groups = groupby(rows, key=lambda row: (row["period_start"], row["period_end"], row["reseller_id"]))
    found = (_restated(list(views)) for _, views in groups)
    return tuple(one for one in found if one.units or one.net)


def _restated(views: Sequence[Any]) -> Restated:
    """One period of one reseller over all its views."""
    last = next(view for view in views if view["changed"])
    units, net = [0, 0], [Decimal(0), Decimal(0)]
    for view in views:
        fresh = view["upload_batch_id"] == last["upload_batch_id"] and not view["known"]
        then = "before" if view["changed"] else "after"
        units[0] += 0 if fresh else int(view[f"units_{then}"] or 0)
        net[0] += 0 if fresh else view[f"net_{then}"] or 0
        units[1] += int(view["units_after"] or 0)
        net[1] += view["net_after"] or 0
    values = {name: last[name] for name in ("reseller", "reseller_id", "file_name", "stored_at")}
    return Restated(
        period=Period(last["period_start"], last["period_end"]),
        batch_id=last["upload_batch_id"],
        units_before=units[0],
        units_after=units[1],
        net_before=net[0],
        net_after=net[1],
        **values,
    )


def change_words(one: Restated) -> str:
    """`Liberty May 2025 +3 units, +€ 212`"""
    units = f"{_signed(format_number(one.units), one.units)} {'unit' if abs(one.units) == 1 else 'units'}" if one.units else ""
    net = _signed(format_money(one.net), one.net) if one.net else ""
    return f"{one.reseller} {name_period(one.period)} {', '.join(part for part in (units, net) if part)}"


def old_to_new(one: Restated) -> str:
    """`149 → 152 units, € 12 300 → € 12 512, by “file.xlsx”`"""
    units = f"{format_number(one.units_before)} → {format_number(one.units_after)} units"
    return f"{units}, {format_money(one.net_before)} → {format_money(one.net_after)}, by “{one.file_name}”"


def restatement_words(one: Restated, month: Period | None = None) -> str:
    """`Liberty restated on 3 Jun 2025: 149 → 152 units (“file.xlsx”)`, with the period where it is not `month`."""
    who = one.reseller if one.period == month else f"{one.reseller} {name_period(one.period)}"
    when = f" on {one.stored_at:%-d %b %Y}" if one.stored_at else ""
    units = f"{format_number(one.units_before)} → {format_number(one.units_after)} units" if one.units else ""
    net = f"{format_money(one.net_before)} → {format_money(one.net_after)}" if one.net else ""
    return f"{who} restated{when}: {', '.join(part for part in (units, net) if part)} (“{one.file_name}”)"


def since_words(found: Sequence[Restated], last: date) -> str:
    """The sentence of a report: `Changed since the report of 3 June 2025: Liberty May 2025 +3 units, +€ 212.`; '' where nothing was."""
    if not found:
        return ""
    return f"Changed since the report of {name_day(last)}: {name_list([change_words(one) for one in found], 6)}."


def _signed(text: str, value: Any) -> str:
    return f"+{text}" if value > 0 else text
