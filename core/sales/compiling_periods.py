"""Which lines a statement reads: those of the asked period, and beside them those compared with, put on the days of the asked one. Pure.

Whole months are joined to their marks; months that the question cuts through are read by days, each line with its pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from core.sales.asking import BY_DAY, BY_MONTH, BY_QUARTER, SINGLE, Asked, Kept, Mark, Relation, ResellerMonth, Span
from core.sales.comparing import Pair


def period_source(asked: Asked, relation: Relation, pairs: Sequence[Pair] | None) -> tuple[list[str], dict[str, Any]]:
    """The CTEs that put the lines of both periods on the days of the asked one; none without a comparison."""
    if pairs is None or asked.query.period is None:
        return [], {}
    parameters = _pair_parameters(asked, pairs) | _kept(asked.kept)[1]
    marks = [*([MARKS] if relation in BY_MONTH else []), *([SPANS] if asked.spans else [])]
    return [PAIRS, *marks, f"both_periods as (\n{both_periods(relation, asked)}\n)"], parameters


PAIRS = """pairs as (
  select * from unnest(%(resellers)s::bigint[], %(now_start)s::date[], %(now_end)s::date[], %(before_start)s::date[], %(before_end)s::date[],
                       %(add_months)s::int[], %(add_days)s::int[], %(lands_on)s::date[])
    as p(reseller_id, now_start, now_end, before_start, before_end, add_months, add_days, lands_on)
)"""


MARKS = """marks as (
  select * from unnest(%(mark_resellers)s::bigint[], %(mark_years)s::int[], %(mark_months)s::int[], %(mark_days)s::date[], %(mark_eras)s::text[])
    as m(reseller_id, year, month, counts_on, era)
)"""

SPANS = """spans as (
  select * from unnest(%(span_resellers)s::bigint[], %(span_years)s::int[], %(span_quarters)s::int[], %(span_eras)s::text[])
    as m(reseller_id, year, quarter, era)
)"""


def both_periods(relation: Relation, asked: Asked) -> str:
    if relation not in BY_MONTH:
        return _both_by_day(relation, asked)
    kept = _kept(asked.kept)[0]
    era = f"case when m.era = 'both' and not coalesce({kept}, false) then 'now' else m.era end" if kept else "m.era"
    only = f"\n  where m.era <> 'before' or {kept}" if kept else ""
    same = "m.reseller_id = s.reseller_id and m.year = s.year and m"
    parts = [
        f"""  select s.*, m.counts_on, null::date as day_on, {era} as era
  from readable.{relation} s join marks m on {same}.month = s.month{only}"""
    ]
    if asked.spans:
        parts.append(f"""  select s.*, null::date, null::date, {era}
  from readable.{BY_QUARTER[relation]} s join spans m on {same}.quarter = s.quarter{only}""")
    if asked.cut:
        parts.append(_both_by_day(BY_DAY[relation], asked, f" and {CUT}"))
    return "\n  union all\n".join(parts)


# The months of resellers that a question cuts through.
CUT = """(s.reseller_id, s.year, s.month) in
    (select * from unnest(%(cut_resellers)s::bigint[], %(cut_years)s::int[], %(cut_months)s::int[]))"""


def _both_by_day(relation: Relation, asked: Asked, only: str = "") -> str:
    kept = _kept(asked.kept)[0]
    shift = "make_interval(months => p.add_months, days => p.add_days)"
    both = f"p.reseller_id is not null{f' and {kept}' if kept else ''}"
    inside = f"(s.sold_on is null or coalesce(p.lands_on, (s.counted_on + {shift})::date) between %(start)s and %(end)s)"
    return f"""  select s.*, s.counted_on as counts_on, s.sold_on as day_on, case when {both} then 'both' else 'now' end as era
  from readable.{relation} s
  left join pairs p on p.reseller_id = s.reseller_id and s.counted_on between p.now_start and p.now_end
  where {counted("s.counted_on", "start", "end", relation, "s.")}{only}
  union all
  select s.*, coalesce(p.lands_on, (s.counted_on + {shift})::date), (s.sold_on + {shift})::date, 'before'
  from readable.{relation} s
  join pairs p on p.reseller_id = s.reseller_id and s.counted_on between p.before_start and p.before_end
  where {counted("s.counted_on", "first_before", "last_before", relation, "s.")} and {inside}{only}{f" and {kept}" if kept else ""}"""


def origin(relation: Relation, asked: Asked) -> str:
    """What lines are read from without a comparison. Of months that the question cuts through, the days."""
    if relation not in BY_MONTH or not asked.cut:
        return f"readable.{relation}"
    return f"""(select * from readable.{relation} s where not ({CUT})
    union all
    select * from readable.{BY_DAY[relation]} s where {CUT}) as months_and_days"""


def listed(values: Iterable[int | date | str | None]) -> str:
    """An array as PostgreSQL writes it, of values without signs of their own: bound as one text, hundreds of values cost nothing."""
    return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"


def cut_parameters(asked: Asked) -> dict[str, Any]:
    """Of the cut months, and of the marks of the others."""
    return dict(_cut_parameters(asked.cut, asked.marks, asked.spans))


@lru_cache(64)  # the questions of a page ask for the same months
def _cut_parameters(cut: tuple[ResellerMonth, ...], marks: tuple[Mark, ...], spans: tuple[Span, ...]) -> dict[str, Any]:
    cuts = ("cut_resellers", "cut_years", "cut_months") if cut else ()
    names = ("mark_resellers", "mark_years", "mark_months", "mark_days", "mark_eras")
    wide = ("span_resellers", "span_years", "span_quarters", "span_eras") if spans else ()
    told: tuple[tuple[tuple[str, ...], Sequence[tuple[Any, ...]]], ...] = ((cuts, cut), (names, marks), (wide, spans))
    return {name: listed(row[place] for row in rows) for columns, rows in told for place, name in enumerate(columns)}


def counted(day: str, first: str, last: str, relation: Relation, prefix: str = "") -> str:
    """Lines that count between two days, each inside its month: said of both, as only months are looked up quickly."""
    inside = f"{day} between %({first})s and %({last})s"
    if relation in SINGLE:
        return inside
    months = f"({prefix}year, {prefix}month)"
    year, month = "extract(year from %({0})s::date)::int", "extract(month from %({0})s::date)::int"
    bounds = [f"({year.format(one)}, {month.format(one)})" for one in (first, last)]
    return f"{months} >= {bounds[0]} and {months} <= {bounds[1]} and {inside}"


def _kept(kept: Kept | None) -> tuple[str, dict[str, Any]]:
    """The condition that keeps lines to a like-for-like base; empty without one."""
    if kept is None:
        return "", {}
    if kept.products is not None:
        return "s.product_ean in (select unnest(%(kept_products)s::text[]))", {"kept_products": list(kept.products)}
    stores = kept.stores or ()
    condition = (
        "(s.reseller_id, coalesce(s.store_id, 0)) in (select * from unnest(%(kept_resellers)s::bigint[], %(kept_stores)s::bigint[]))"
    )
    return condition, {"kept_resellers": [r for r, _ in stores], "kept_stores": [s for _, s in stores]}


def _pair_parameters(asked: Asked, pairs: Sequence[Pair]) -> dict[str, Any]:
    assert asked.query.period is not None
    return {
        "start": asked.query.period.start,
        "end": asked.query.period.end,
        "first_before": min((p.before.start for p in pairs), default=None),
        "last_before": max((p.before.end for p in pairs), default=None),
        "resellers": listed(p.reseller_id for p in pairs),
        "now_start": listed(p.now.start for p in pairs),
        "now_end": listed(p.now.end for p in pairs),
        "before_start": listed(p.before.start for p in pairs),
        "before_end": listed(p.before.end for p in pairs),
        "add_months": listed(p.add_months for p in pairs),
        "add_days": listed(p.add_days for p in pairs),
        "lands_on": listed(p.lands_on for p in pairs),
        **cut_parameters(asked),
    }
