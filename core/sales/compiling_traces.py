"""The lines behind one figure → SQL. Pure. What each line adds to the figure is the figure's own formula over that one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from core.sales.asking import Asked
from core.sales.comparing import Pair
from core.sales.compiling import (
    FACT_COLUMNS,
    Statement,
    filter_conditions,
    population,
    title_of,
    where_clause,
)
from core.sales.compiling_periods import period_source
from core.sales.measures import SUMS, Measure


def contribution(measure: Measure, named_kinds: bool = False) -> str:
    """SQL over one line of `readable.sales`: what it adds to an additive figure, or to the numerator of a ratio; null of a count of
    distinct things. `named_kinds`: the question names its line kinds, so that every sum keeps to them."""
    names = measure.sums if measure.additivity == "additive" else measure.sums[:1]
    if names == ("stock",):
        return "null::numeric"  # stock is stated apart from the lines
    if measure.additivity == "distinct" or any("sum(" not in SUMS[name].aggregate for name in names):
        return "null::numeric"
    if measure.additivity == "ratio":
        return _of_line(names[0], named_kinds)
    return re.sub(r"{(\w+)}", lambda match: f"coalesce({_of_line(match[1], named_kinds)}, 0)", measure.expression)


def _of_line(name: str, named_kinds: bool) -> str:
    spec = SUMS[name]
    sign, column = re.fullmatch(r"(-?)sum\((\w+)\)", spec.aggregate).groups()  # type: ignore[union-attr]
    conditions = [spec.condition] if spec.condition else []
    conditions += [] if spec.every_kind and not named_kinds else ["line_kind = any(%(kinds)s)"]
    return f"{sign}(case when {' and '.join(conditions) or 'true'} then {FACT_COLUMNS[column]} end)"


def touched(measure: Measure) -> str:
    """SQL over one line: whether any sum of the figure reads it."""
    specs = [SUMS[name] for name in measure.sums if name != "stock" and not SUMS[name].names]
    return (
        "false"
        if not specs
        else " or ".join(f"({spec.condition or 'true'} and {FACT_COLUMNS[spec.columns[0]]} is not null)" for spec in specs)
    )


def compile_trace(asked: Asked, measure: Measure, row_limit: int, pairs: Sequence[Pair] | None = None) -> Statement:
    """The lines that count, the largest first. `pairs`: those of the compared period instead.

    Columns: source, id, adds, and over all lines, also those beyond the limit: lines_in_all, adds_in_all.
    """
    source, source_parameters = period_source(asked, "sales", pairs)
    on, day = ("counts_on", "day_on") if pairs is not None else ("counted_on", "sold_on")
    where, parameters = population(asked, pairs)
    filters, values = filter_conditions(asked.filters, on, day, keep_kinds=asked.every_kind)
    adds = contribution(measure, asked.query.line_kinds is not None)
    era = ["era = 'before'"] if pairs is not None else []
    head = "with " + ",\n".join(source) + "\n" if source else ""
    text = f"""-- The lines behind {title_of(asked)}
{head}select source, id, round(({adds})::numeric, 9) as adds, count(*) over () as lines_in_all, round(sum({adds}) over (), 9) as adds_in_all
from {"both_periods" if pairs is not None else "readable.sales"}
{where_clause([*where, *filters, *era, f"({touched(measure)})"])}
order by abs({adds}) desc nulls last, counted_on desc, upload_batch_id, source_row, source_cells
limit {row_limit:d}"""
    return Statement(text, source_parameters | parameters | values)


# Lines that do not count: held, replaced by a later file, or of a file that was taken back. In the columns of `readable.sales`.
_OTHERS = """select * from (
  select 'sell-out'::text as source, f.id, f.channel, r.name as reseller, r.key as reseller_key, f.reseller_id, s.name as store, f.store_id,
         s.city, coalesce(s.country, r.country) as country, f.product_ean, p.functional_name, p.product_name, p.category, p.size_ml,
         p.kind as product_kind, f.period_start, f.period_end,
         case when extract(year from f.sale_date) = f.year and extract(month from f.sale_date) = f.month then f.sale_date
              else least(f.period_end, (make_date(f.year, f.month, 1) + interval '1 month - 1 day')::date) end as counted_on,
         f.sale_date as sold_on,
         f.currency, f.line_kind, f.bulk, null::text as order_id, null::text as utm_source, null::text as utm_medium,
         null::text as utm_campaign, null::text as device_type, f.sales_eur_net,
         case when b.status = 'undone' then 'taken back' else 'superseded' end as state
  from sellout_entries2 f join upload_batches b on b.id = f.upload_batch_id join resellers r on r.id = f.reseller_id
  left join stores s on s.id = f.store_id left join products p on p.ean = f.product_ean where not f.live and f.primary_view
  union all
  select 'd2c', f.id, f.channel, r.name, r.key, f.reseller_id, s.name, f.store_id, null, f.country, f.product_ean, p.functional_name,
         p.product_name, p.category, p.size_ml, p.kind, f.order_date, f.order_date, f.order_date, f.order_date, f.currency, f.line_kind, f.bulk,
         f.order_id, f.utm_source, f.utm_medium, f.utm_campaign, f.device_type, f.sales_eur_net,
         case when b.status = 'undone' then 'taken back' else 'superseded' end
  from ecommerce_orders f join upload_batches b on b.id = f.upload_batch_id join resellers r on r.id = f.reseller_id
  left join stores s on s.id = f.store_id left join products p on p.ean = f.product_ean where not f.live
  union all
  select 'held', f.id, f.channel, r.name, r.key, f.reseller_id, s.name, f.store_id, null, coalesce(s.country, r.country), f.product_ean,
         p.functional_name, p.product_name, p.category, p.size_ml, p.kind, f.period_start, f.period_end, f.period_end, null, f.currency,
         f.line_kind, false, f.order_id, null, null, null, null, f.sales_eur_net, 'held'
  from held_rows f join resellers r on r.id = f.reseller_id left join stores s on s.id = f.store_id
  left join products p on p.ean = f.product_ean where f.live and f.resolved_at is null and f.primary_view
) as lines"""


def compile_others(asked: Asked, states: Sequence[str], reseller_ids: Sequence[int], row_limit: int) -> Statement:
    """Lines in the asked period that do not count. A held line that lacks its product or store passes filters on these: it may belong
    there. Columns: source, id, state."""
    conditions, parameters = ["reseller_id = any(%(resellers)s)", "state = any(%(states)s)"], {"resellers": list(reseller_ids)}
    values: dict[str, Any] = {"states": list(states)}
    if asked.query.period is not None:
        conditions.append("counted_on between %(start)s and %(end)s")
        values |= {"start": asked.query.period.start, "end": asked.query.period.end}
    for number, one in enumerate(asked.filters):
        (condition,), named = filter_conditions((one,), "counted_on", "sold_on")
        condition = condition.replace("%(f0)s", f"%(o{number})s")
        values |= {f"o{number}": value for value in named.values()}
        unknown = _UNKNOWN.get(one.dimension.name)
        conditions.append(f"({condition} or (state = 'held' and {unknown} is null))" if unknown else condition)
    text = f"""-- Lines that do not count in {title_of(asked)}
select source, id, state from ({_OTHERS}) as others
{where_clause(conditions)}
order by array_position(array['held', 'superseded', 'taken back'], state), abs(sales_eur_net) desc nulls last, id
limit {row_limit:d}"""
    return Statement(text, parameters | values)


_UNKNOWN = dict.fromkeys(("product", "category", "product_kind", "size"), "product_ean") | {"store": "store_id", "channel": "store_id"}
