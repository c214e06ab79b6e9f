"""Stock in a question: the SQL that puts stock beside the sums of sold lines. Pure.

Stock is a level, not a flow: of each moment in the rows, and of the whole period, the reseller's last statement inside it counts, and beside
it the units sold up to that day. It is stated by reseller and product: what splits or filters by anything else has no stock, never 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.sales.asking import Asked, Kept

STATED_BY = ("reseller", "product", "category", "product_kind", "size", "source")
BEFORE = "make_interval(months => p.add_months, days => p.add_days)"
# A line of before that states its day stands inside the asked days, as one of now does.
LANDS_INSIDE = f"(s.sold_on is null or coalesce(p.lands_on, (s.counted_on + {BEFORE})::date) between %(start)s and %(end)s)"
Named = tuple[str, str]  # a group and the SQL that makes a line part of it


def stated(asked: Asked) -> bool:
    """Whether stock can be told apart by everything the question filters by."""
    return all(_known(f.dimension.name, f.dimension.is_time) for f in asked.filters)


def stock_parts(
    asked: Asked,
    sold_in: str,
    groups: Sequence[Named],
    sets: Sequence[Sequence[str]],
    sums: Sequence[str],
    eras: Sequence[str],
    conditions: tuple[Sequence[str], Sequence[str]],
    kept: str,
    so_far: str = "",
) -> list[str]:
    """The CTEs from `stock_both` to `sums`, which is `sold` with the sums of stock. `groups` and `conditions` (of stock, of sold lines) read
    `counts_on` and `day_on`; `sets`: the names of the groups of each grouping, the total among them; `kept`: the condition of a
    like-for-like base on a line `s`. `so_far`: a group in time whose moments (the CTE `moments`) each hold all up to them."""
    known = [(name, key) for name, key in groups if _is_stated(asked, name)]
    keys = "".join(f", {'moment' if name == so_far else key} as key_{name}" for name, key in known)
    up_to = "".join(f" join moments on {key} <= moment" for name, key in known if name == so_far)
    answered = [one for one in dict.fromkeys(tuple(one) for one in sets) if stated(asked) and all(_is_stated(asked, name) for name in one)]
    levels = [_level(asked, [name for name, _ in groups], one, conditions) for one in answered]
    nothing = "  select null::text as whole_key, ''::text as part, null::numeric as stock, null::numeric as stocked_units where false"
    columns = [f"sum(s.{name}) filter (where s.part = '{era}') as sum_{name}{era}" for name in sums for era in eras]
    listed = ", ".join(f"t.sum_{name}{era}" for name in sums for era in eras)
    senders = "s.reseller_id in (select reseller_id from readable.stock_levels)"
    return [
        f"stock_both as (\n  select b.*{keys} from (\n{_both('stock_levels', asked, eras, kept, 'true')}\n  ) b{up_to}\n)",
        f"sold_both as (\n  select b.*{keys} from (\n{_both(sold_in, asked, eras, kept, senders)}\n  ) b{up_to}\n)",
        "stocked as (\n" + "\n  union all\n".join(levels or [nothing]) + "\n)",
        f"stock_sums as (\n  select s.whole_key, {', '.join(columns)}\n  from stocked s group by s.whole_key\n)",
        f"sums as (\n  select r.*, {listed}\n  from sold r left join stock_sums t using (whole_key)\n)",
    ]


def base_condition(kept: Kept | None) -> str:
    """A like-for-like base of stores can not hold stock, which is stated for a reseller as a whole."""
    return "" if kept is None else "false" if kept.products is None else "s.product_ean in (select unnest(%(kept_products)s::text[]))"


def _known(name: str, is_time: bool) -> bool:
    return name in STATED_BY or (is_time and name not in ("day", "weekday"))


def _is_stated(asked: Asked, group: str) -> bool:
    dimensions = [d for d in asked.dimensions if d.name == group] or asked.dimensions
    return all(_known(d.name, d.is_time) for d in dimensions)


def _in_time(asked: Asked, group: str) -> bool:
    """Whether the moments of a group differ, so that each has a last statement of its own; a remainder is told apart by every dimension."""
    return any(d.is_time for d in ([d for d in asked.dimensions if d.name == group] or asked.dimensions))


def _both(relation: str, asked: Asked, eras: Sequence[str], kept: str, condition: str) -> str:
    """The lines of the asked period and, with a comparison, of its comparable part and of the period before, by `part`: '' and the eras."""
    inside = "s.counted_on between %(start)s and %(end)s" if asked.query.period is not None else "true"
    also = f" and {kept}" if kept else ""
    now = f"""  select s.*, s.counted_on as counts_on, s.sold_on as day_on, ''::text as part
  from readable.{relation} s where {inside} and {condition}"""
    if len(eras) == 1:
        return now
    return f"""{now}
  union all
  select s.*, s.counted_on, s.sold_on, '_comparable' from readable.{relation} s
  join pairs p on p.reseller_id = s.reseller_id and s.counted_on between p.now_start and p.now_end
  where {inside} and {condition}{also}
  union all
  select s.*, coalesce(p.lands_on, (s.counted_on + {BEFORE})::date), (s.sold_on + {BEFORE})::date, '_before' from readable.{relation} s
  join pairs p on p.reseller_id = s.reseller_id and s.counted_on between p.before_start and p.before_end
  where s.counted_on between %(first_before)s and %(last_before)s and {LANDS_INSIDE} and {condition}{also}"""


def _level(asked: Asked, names: Sequence[str], inside: Sequence[str], conditions: tuple[Sequence[str], Sequence[str]]) -> str:
    """The stock and the sold units of one grouping. `names`: all groups, `inside`: those of this grouping."""
    bits = sum(2 ** (len(names) - 1 - place) for place, name in enumerate(names) if name not in inside)
    whole_key = f"row({', '.join([str(bits), *(f's.key_{name}' if name in inside else 'null' for name in names)])})::text as whole_key"
    moments = [f"key_{name}" for name in inside if _in_time(asked, name)]
    shared = ", ".join(["reseller_id", "part", *moments])
    last = f"(select {shared}, max(period_end) as as_of from stock_both group by {shared}) e using ({shared})"
    of_stock, of_sold = (" and ".join(["true", *listed]) for listed in conditions)
    return f"""  select {whole_key}, s.part, s.quantity as stock, null::numeric as stocked_units
  from stock_both s join {last} where s.period_end = e.as_of and {of_stock}
  union all
  select {whole_key}, s.part, null, case when s.line_kind <> 'adjustment' then coalesce(s.quantity, 0) else 0 end
  from sold_both s join {last} where s.period_end <= e.as_of and {of_sold}"""
