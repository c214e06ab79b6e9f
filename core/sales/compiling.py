"""SalesQuery → SQL. Pure: names come from `measures` and `dimensions`, every value is a bound parameter.

A statement reads as a document: `lines` (what counts), `sums` (by group and in total, from the same lines), then the figures. Totals,
remainders and compared periods are sums of their own lines, so ratios and distinct counts are right in each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.sales.asking import SINGLE, Asked, AskedFilter, Relation, choose_orders
from core.sales.comparing import Pair
from core.sales.compiling_periods import both_periods, counted, cut_parameters, origin, period_source
from core.sales.compiling_stock import base_condition, stock_parts
from core.sales.dimensions import DIMENSIONS, WEEKDAYS
from core.sales.measures import SUMS, Measure

RATE = "coalesce(fx_rate, case when vat_basis = 'gross' then sales_eur_gross else sales_eur_net end / nullif(amount_local, 0))"
LISTED = (
    "list_price is not null and quantity is not null and sales_eur_gross is not null and sales_eur_net is not null and amount_local <> 0"
)
FACT_COLUMNS = {
    "net": "sales_eur_net",
    "gross": "sales_eur_gross",
    "quantity": "quantity",
    "lines": "1",
    "line_kind": "line_kind",
    "source": "source",
    "order_id": "order_id",
    "orders": "null::bigint",
    "store_id": "store_id",
    "product_ean": "product_ean",
    "reseller_id": "reseller_id",
    "fee": "payment_fee",
    "cost": "cost_of_goods",
    "cost_with_net": "case when sales_eur_net is not null then cost_of_goods end",
    "net_with_cost": "case when cost_of_goods is not null then sales_eur_net end",
    "priced_net": "case when quantity is not null then sales_eur_net end",
    "priced_quantity": "case when sales_eur_net is not null then quantity end",
    "net_with_gross": "case when sales_eur_gross is not null then sales_eur_net end",
    "converted_local": "case when sales_eur_net is not null then amount_local end",
    "bulk": "bulk",
    "listed_gross": f"case when {LISTED} then quantity * list_price * {RATE} end",
    "gross_at_list": f"case when {LISTED} then sales_eur_gross end",
    "unconverted_lines": "(sales_eur_net is null and amount_local is not null)::int",
    "unconverted_local": "case when sales_eur_net is null then amount_local end",
    "undated": "(sold_on is null)::int",
    "undated_long": "(sold_on is null and period_end - period_start >= 7)::int",
}
ROLLUP_COLUMNS = FACT_COLUMNS | {
    "lines": "lines",
    "cost_with_net": "cost_with_net",
    "net_with_cost": "net_with_cost",
    "priced_net": "priced_net",
    "priced_quantity": "priced_quantity",
    "net_with_gross": "net_with_gross",
    "converted_local": "amount_local - coalesce(unconverted_local, 0)",
    "unconverted_lines": "unconverted_lines",
    "unconverted_local": "unconverted_local",
    "listed_gross": "listed_gross",
    "gross_at_list": "gross_at_list",
    "undated": "case when sold_on is null then lines else 0 end",
    "undated_long": "case when sold_on is null and period_end - period_start >= 7 then lines else 0 end",
}
COARSE_COLUMNS = ROLLUP_COLUMNS | {"undated": "undated", "undated_long": "undated_long"}
COLUMNS: dict[Relation, dict[str, str]] = {
    "sales": FACT_COLUMNS,
    "sales_rollup": ROLLUP_COLUMNS,
    "sales_days": COARSE_COLUMNS,
    "sales_day_totals": COARSE_COLUMNS,
    "sales_months": COARSE_COLUMNS,
    "sales_totals": COARSE_COLUMNS,
    "sales_store_months": COARSE_COLUMNS,
    "sales_store_days": COARSE_COLUMNS,
    "order_days": FACT_COLUMNS | {"orders": "orders"},
}


def _named(dimension: str) -> tuple[str, str]:
    return DIMENSIONS[dimension].key, DIMENSIONS[dimension].label


# Labels that are looked up by key once the groups are formed, rather than carried along by every line.
LATE = {
    _named("product"): "coalesce((select functional_name || ' · ' || product_name from readable.products p where p.ean = {key}), {key})",
    _named("reseller"): "(select name from readable.resellers r where r.id = {key})",
    _named("store"): """(select name || case when lower(name) in (select lower(name) from readable.stores group by 1 having count(*) > 1)
         then ' (' || reseller || ')' else '' end from readable.stores s where s.id = {key})""",
}
TELLING = ("line_kind", "source", "bulk", "order_id", "store_id", "product_ean", "reseller_id")  # what sums go by; the rest they add up
SORTS = {
    "weekday": f"array_position(array[{', '.join(repr(day) for day in WEEKDAYS)}], by_weekday)",
    "size": "key_size",
}
ERAS = {"": "era <> 'before'", "_comparable": "era = 'both'", "_before": "era = 'before'"}


@dataclass(frozen=True)
class Statement:
    """One SQL statement with `%(name)s` places and the values for them."""

    text: str
    parameters: dict[str, Any]


def compile_figures(asked: Asked, relation: Relation, pairs: Sequence[Pair] | None = None, row_limit: int | None = None) -> Statement:
    """All groups of a question, ordered, after one row for the total (`is_total`). `pairs`: what is compared with what; None: nothing.

    Columns: each dimension, `key_<dimension>` (text), each measure (with pairs also its four changes), `is_total`, `rows_in_all`.
    """
    groups = tuple(Group(d.name, d.label, d.key, SORTS.get(d.name, "")) for d in asked.dimensions)
    names = (*(f'by_{g.name} as "{g.name}"' for g in groups), *(f"key_{g.name}::text as key_{g.name}" for g in groups))
    tail = f"order by {', '.join(_ordering(asked, groups))}" + (f"\nlimit {row_limit + 1:d}" if row_limit is not None else "")
    return statement_of(asked, relation, pairs, groups, names, tail)


def compile_remainder(asked: Asked, relation: Relation, pairs: Sequence[Pair] | None, listed: Sequence[Sequence[str | None]]) -> Statement:
    """The figures of everything whose keys are not among `listed`, as one row. `listed`: the keys (text) of each row that is shown."""
    same = " and ".join(f"({d.key or d.label})::text is not distinct from k.key_{i}" for i, d in enumerate(asked.dimensions))
    keys = ", ".join(f"%(key_{i})s::text[]" for i in range(len(asked.dimensions)))
    names = ", ".join(f"key_{i}" for i in range(len(asked.dimensions)))
    group = Group("listed", f"exists (select from unnest({keys}) as k({names}) where {same})", "", "")
    statement = statement_of(asked, relation, pairs, (group,), ('by_listed as "listed"',), "order by is_total, by_listed\nlimit 1")
    return Statement(
        statement.text, statement.parameters | {f"key_{i}": list(column) for i, column in enumerate(zip(*listed, strict=True))}
    )


def compile_notes(asked: Asked, relation: Relation) -> Statement:
    """What a reader must know about the lines: by reseller, kind, bulk, valued, currency, and whether the period cuts through them.

    Columns: reseller, line_kind, bulk, valued, currency, inside (counted in the period), partly (reaches over its edge), lines, quantity,
    net, unpriced (units that state no money), unconverted_lines, unconverted_local, undated, longer_than_a_week (lines).
    """
    columns = COLUMNS[relation]
    inside, partly, where, parameters = "true", "false", [], {}
    if asked.query.period is not None:
        inside = "counted_on between %(start)s and %(end)s"
        partly = "coalesce(period_start < %(start)s or period_end > %(end)s, false)"
        where = [f"(({inside}) or (period_start <= %(end)s and period_end >= %(start)s))"]
        parameters = {"start": asked.query.period.start, "end": asked.query.period.end}
    filters, values = filter_conditions((f for f in asked.filters if f.dimension.name != "line_kind"), "counted_on", "sold_on")
    text = f"""-- What must be known about the lines behind the figures
select reseller, line_kind, bulk, valued, currency, {inside} as inside, {partly} as partly,
       sum({columns["lines"]}) as lines, sum(quantity) as quantity, round(sum(sales_eur_net), 9) as net,
       sum(quantity) - coalesce(sum({columns["priced_quantity"]}), 0) as unpriced,
       sum({columns["unconverted_lines"]}) as unconverted_lines, round(sum({columns["unconverted_local"]}), 9) as unconverted_local,
       sum({columns["undated"]}) as undated, sum({columns["undated_long"]}) as longer_than_a_week
from {origin(relation, asked)}
{where_clause([*where, *filters])}
group by 1, 2, 3, 4, 5, 6, 7"""
    return Statement(text, parameters | values | cut_parameters(asked))


@dataclass(frozen=True)
class Group:
    """What lines are grouped by: a name of our own, SQL of what is shown, of what makes it one group, and of how it is sorted."""

    name: str
    label: str
    key: str
    sort: str


def statement_of(
    asked: Asked,
    relation: Relation,
    pairs: Sequence[Pair] | None,
    groups: tuple[Group, ...],
    names: tuple[str, ...],
    tail: str,
    sets: Sequence[Sequence[str]] | None = None,
    so_far: str = "",
) -> Statement:
    """`sets`: as in `_sums`. `so_far`: name of a group in time; each of its moments then holds the lines of all moments up to it."""
    source, source_parameters = period_source(asked, relation, pairs)
    apart = tuple(n for n in asked.sums if not SUMS[n].in_rollup and not SUMS[n].of_stock) if relation != "sales" else ()
    of_stock = tuple(name for name in asked.sums if SUMS[name].of_stock)
    rest = tuple(name for name in asked.sums if name not in (*apart, *of_stock)) or ("lines",)
    stated = tuple(replace(g, name="at") if g.name == so_far else g for g in groups)
    lines, line_parameters = _lines(asked, relation, pairs, stated, rest)
    parts = [*source, *_so_far("lines", lines, so_far)]
    if apart:
        parts += _with_orders(asked, pairs, groups, rest, apart, sets, so_far)
    else:
        parts.append(f"sums as (\n{_sums(asked, pairs, groups, rest, whole_key=bool(of_stock), sets=sets)}\n)")
    if of_stock:
        parts = [
            *parts[:-1],
            parts[-1].replace("sums as", "sold as", 1),
            *_with_stock(asked, relation, pairs, groups, of_stock, sets, so_far),
        ]
    figures = _figures(asked.measures, [*names, "is_total", "count(*) over () as groups"], compared=pairs is not None)
    parts += [_eras(asked.measures)] if pairs is not None else []
    text = f"-- {title_of(asked)}\nwith " + ",\n".join(parts) + f"\n{figures}\n{tail}"
    return Statement(text, source_parameters | line_parameters)


def _so_far(name: str, lines: str, group: str) -> list[str]:
    """The CTE `name`; with a group in time every line stands once at each moment from its own on, so that sums run."""
    if not group:
        return [f"{name} as (\n{lines}\n)"]
    moments = ["moments as (select distinct key_at as moment from dated_lines where key_at is not null)"] if name == "lines" else []
    running = f"select l.*, moment as key_{group} from dated_{name} l join moments on l.key_at <= moment"
    return [f"dated_{name} as (\n{lines}\n)", *moments, f"{name} as (\n  {running}\n)"]


def _with_orders(
    asked: Asked,
    pairs: Sequence[Pair] | None,
    groups: tuple[Group, ...],
    rest: tuple[str, ...],
    apart: tuple[str, ...],
    sets: Sequence[Sequence[str]] | None,
    so_far: str,
) -> list[str]:
    """Orders are counted over the web shop's, which alone states them; everything else comes from the rollup."""
    orders = choose_orders(asked)
    stated = tuple(replace(g, name="at") if g.name == so_far else g for g in groups)
    lines, _ = _lines(asked, orders, pairs, stated, apart, source="both_days_of_orders", only=("source = 'd2c'",))
    both = [f"both_days_of_orders as (\n{both_periods(orders, asked)}\n)"] if pairs is not None else []
    columns = ", ".join(f"o.sum_{name}{era}" for name in apart for era in (ERAS if pairs is not None else ("",)))
    return [
        *both,
        *_so_far("order_lines", lines, so_far),
        f"rolled as (\n{_sums(asked, pairs, groups, rest, whole_key=True, sets=sets)}\n)",
        f"ordered as (\n{_sums(asked, pairs, groups, apart, 'order_lines', whole_key=True, sets=sets)}\n)",
        f"sums as (\n  select r.*, {columns}\n  from rolled r left join ordered o using (whole_key)\n)",
    ]


def _with_stock(
    asked: Asked,
    relation: Relation,
    pairs: Sequence[Pair] | None,
    groups: tuple[Group, ...],
    names: tuple[str, ...],
    sets: Sequence[Sequence[str]] | None,
    so_far: str,
) -> list[str]:
    """Stock is stated apart from the lines, and only by some resellers; the rows stay those of the lines."""
    keyed = [(g.name, _dated(g.key or g.label, "counts_on", "day_on")) for g in groups]
    filters, _ = filter_conditions(asked.filters, "counts_on", "day_on", keep_kinds=asked.every_kind)
    bulk = ["not bulk"] if asked.query.without_bulk else []
    return stock_parts(
        asked,
        "sales" if relation == "sales" else "sales_rollup",
        keyed,
        sets if sets is not None else [[g.name for g in groups], []],
        names,
        tuple(ERAS) if pairs is not None else ("",),
        (filters, ["line_kind = any(%(kinds)s)", *bulk, *filters]),
        base_condition(asked.kept),
        so_far,
    )


def title_of(asked: Asked) -> str:
    by = f" by {', '.join(d.title for d in asked.dimensions)}" if asked.dimensions else ""
    against = f" against {asked.query.compare}" if asked.query.compare else ""
    return f"{', '.join(m.label for m in asked.measures)}{by}, {asked.query.period or 'all periods'}{against}".replace("%", "%%")


def _lines(
    asked: Asked,
    relation: Relation,
    pairs: Sequence[Pair] | None,
    groups: tuple[Group, ...],
    sums: tuple[str, ...],
    source: str = "both_periods",
    only: tuple[str, ...] = (),
) -> tuple[str, dict[str, Any]]:
    on, day = ("counts_on", "day_on") if pairs is not None else ("counted_on", "sold_on")
    added = relation not in SINGLE
    columns = [f"{_dated(g.label, on, day)} as by_{g.name}" for g in groups if _carries_label(g)]
    columns += [f"{_dated(g.key or g.label, on, day)} as key_{g.name}" for g in groups]
    columns += [f"{COLUMNS[relation][c]} as {c}" for c in dict.fromkeys(c for name in sums for c in SUMS[name].columns)]
    columns += ["line_kind = any(%(kinds)s) as counted"] if asked.every_kind else []
    columns += ["era"] if pairs is not None else []
    where, parameters = population(asked, pairs, relation)
    filters, values = filter_conditions(asked.filters, on, day, keep_kinds=asked.every_kind)
    lines = source if pairs is not None else origin(relation, asked)
    text = f"  select {(',' + chr(10) + '         ').join(columns)}\n  from {lines}\n{where_clause([*only, *where, *filters], '  ')}"
    if added:
        text = _added_up(text, asked, pairs, groups, sums)
    return text, parameters | values | cut_parameters(asked)


def _added_up(lines: str, asked: Asked, pairs: Sequence[Pair] | None, groups: tuple[Group, ...], sums: tuple[str, ...]) -> str:
    """The lines added up to what the sums tell apart, so that each is looked at once however many sums and eras there are."""
    names = tuple(dict.fromkeys(c for name in sums for c in SUMS[name].columns))
    told = [*(f"key_{g.name}" for g in groups), *(name for name in names if name in TELLING)]
    told += ["counted"] if asked.every_kind else []
    told += ["era"] if pairs is not None else []
    columns = [
        *told,
        *(f"max(by_{g.name}) as by_{g.name}" for g in groups if _carries_label(g)),
        *(f"sum({name}) as {name}" for name in names if name not in TELLING),
    ]
    by = f"\n  group by {', '.join(told)}" if told else ""
    return f"  select {', '.join(columns) or 'true as added'}\n  from (\n{lines}\n  ) as single{by}"


def _carries_label(group: Group) -> bool:
    """Whether the lines have to carry the label along: it is neither the key itself nor looked up by it."""
    return bool(group.key) and (group.key, group.label) not in LATE


def _label(group: Group) -> str:
    """The label of a group that is formed."""
    if _carries_label(group):
        return f"max(by_{group.name})"
    return LATE[group.key, group.label].format(key=f"key_{group.name}") if group.key else f"key_{group.name}"


def population(asked: Asked, pairs: Sequence[Pair] | None, relation: Relation = "sales") -> tuple[list[str], dict[str, Any]]:
    kinds = "line_kind = any(%(kinds)s)"
    where = [f"({kinds} or payment_fee is not null or cost_of_goods is not null)" if asked.every_kind else kinds]
    parameters: dict[str, Any] = {"kinds": list(asked.kinds)}
    if asked.query.without_bulk:
        where.append("not bulk")
    if asked.query.period is not None and pairs is None:
        where.append(counted("counted_on", "start", "end", relation))
        parameters |= {"start": asked.query.period.start, "end": asked.query.period.end}
    return where, parameters


def _dated(expression: str, on: str, day: str) -> str:
    return expression.replace("{on}", on).replace("{day}", day)


def filter_conditions(filters: Iterable[AskedFilter], on: str, day: str, keep_kinds: bool = False) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for number, asked in enumerate(filters):
        if keep_kinds and asked.dimension.name == "line_kind" and not asked.exclude:
            continue  # the counted kinds say it already, and a fee may stand on another line of the order
        value = _dated(asked.dimension.label, on, day)
        tests = _tests(asked, value, _dated(asked.dimension.key, on, day), f"f{number}")
        conditions.append(f"not coalesce({tests}, false)" if asked.exclude else f"({tests})")
        if asked.texts or asked.days:
            parameters[f"f{number}"] = list(asked.days or asked.texts)
    return conditions, parameters


def _tests(asked: AskedFilter, value: str, key: str, place: str) -> str:
    tests: list[str] = []
    if asked.days:
        tests.append(f"{value} = any(%({place})s::date[])")
    if asked.texts:
        wanted = f"any(array(select lower(v) from unnest(%({place})s::text[]) as v))"
        tests += [f"lower({candidate}) = {wanted}" for candidate in (value, *asked.dimension.matches)]
    if asked.blank:
        tests.append(f"({key or value}) is null")
    return " or ".join(tests) or "false"


def where_clause(conditions: Sequence[str], indent: str = "") -> str:
    return f"{indent}where " + f"\n{indent}  and ".join(conditions) if conditions else ""


def _sums(
    asked: Asked,
    pairs: Sequence[Pair] | None,
    groups: tuple[Group, ...],
    names: tuple[str, ...],
    lines: str = "lines",
    whole_key: bool = False,
    sets: Sequence[Sequence[str]] | None = None,
) -> str:
    """`whole_key`: one text that names the group, nulls and the total told apart. `sets`: names of the groups of each grouping (None: all of
    them, and the total), told apart by `level`: a bit for each group that is not in it, the first group's the highest."""
    keys = [f"key_{g.name}" for g in groups]
    level = f"grouping({', '.join(keys)})" if keys else "0"
    columns = [*keys, *(f"{_label(g)} as by_{g.name}" for g in groups)]
    columns.append(f"{level} = {2 ** len(keys) - 1} as is_total")
    columns += [f"{level} as level"] if sets is not None else []
    columns += [f"row({', '.join([level, *keys])})::text as whole_key"] if whole_key else []
    columns += [_sum(name, asked, era, pairs is not None) for name in names for era in (ERAS if pairs is not None else ("",))]
    listed = [[f"key_{name}" for name in one] for one in sets] if sets is not None else [keys, []]
    together = ", ".join("(" + ", ".join(one) + ")" for one in listed)
    grouping = f"\n  group by grouping sets ({together})" if keys else ""
    return f"  select {(',' + chr(10) + '         ').join(columns)}\n  from {lines}{grouping}"


def _sum(name: str, asked: Asked, era: str, compared: bool) -> str:
    spec = SUMS[name]
    conditions = [spec.condition] if spec.condition else []
    conditions += ["counted"] if asked.every_kind and not spec.every_kind else []
    conditions += [ERAS[era]] if compared else []
    only = f" filter (where {' and '.join(conditions)})" if conditions else ""
    aggregate = spec.aggregate.replace("{only}", only) if "{only}" in spec.aggregate else f"{spec.aggregate}{only}"
    return f"{aggregate} as sum_{name}{era}"


def _figures(measures: Sequence[Measure], names: Sequence[str], compared: bool) -> str:
    figures = [column for m in measures for column in _changes(m)] if compared else [f'{_figure(m, "")} as "{m.name}"' for m in measures]
    return f"select {(',' + chr(10) + '       ').join([*names, *figures])}\nfrom {'figures' if compared else 'sums'}"


def _eras(measures: Sequence[Measure]) -> str:
    """The figures of each era, worked out once however often the changes name them."""
    figures = [f'{_figure(m, era)} as "{m.name}{era}"' for m in measures for era in ERAS]
    return f"figures as materialized (\n  select *, {(',' + chr(10) + '         ').join(figures)}\n  from sums\n)"


def _figure(measure: Measure, era: str) -> str:
    def place(match: re.Match[str]) -> str:
        name = match[1].removesuffix("_of_all")
        return f"sum_{name}{era}" if name == match[1] else f"(max(sum_{name}{era}) filter (where is_total) over ())"

    text = re.sub(r"{(\w+)}", place, measure.expression)
    return f"({text})::bigint" if measure.whole else f"round({text}, 9)"


def _changes(measure: Measure) -> list[str]:
    """Now, comparable now, before, difference, ratio. In a covered month without a line an additive figure or a count is 0."""
    now, alike, before = figures = [f'"{measure.name}{era}"' for era in ERAS]
    if measure.additivity != "ratio":
        others = (before, before, alike)
        now, alike, before = (_or_zero(measure, era, one, other) for era, one, other in zip(ERAS, figures, others, strict=True))
    ratio = f"round(({alike} - {before})::numeric / case when {before} > 0 then {before} end, 9)"  # `core.sales.relative`
    values = (now, alike, before, f"{alike} - {before}", ratio)
    return [
        f'{v} as "{measure.name}{suffix}"'
        for v, suffix in zip(values, ("", "_comparable", "_before", "_change", "_change_pct"), strict=True)
    ]


def _or_zero(measure: Measure, era: str, figure: str, other: str) -> str:
    """0 where the other era alone has lines; nothing where lines of this era do not name what is counted."""
    silent = "".join(f" and sum_{name}{era} is null" for name in measure.sums if SUMS[name].names)
    return f"coalesce({figure}, case when {other} is not null{silent} then 0 end)"


def _ordering(asked: Asked, groups: tuple[Group, ...]) -> list[str]:
    sorts = {g.name: g.sort for g in groups if g.sort}
    listed = [f"{sorts.get(name) or chr(34) + name + chr(34)}{' desc' if down else ''} nulls last" for name, down in asked.order]
    return ["is_total desc", *listed, *(f"key_{d.name} nulls last" for d in asked.dimensions)]
