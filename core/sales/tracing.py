"""From a figure down to the cells it was read from: the lines behind it, what each adds, and how its printed amount became EUR.

The figure and its lines are read in one snapshot by the reader role, so that a narrowed person's trace is as narrow as the figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl
import psycopg
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.errors import BadQuestion
from core.sales import comparing, covering
from core.sales.asking import Asked, resolve
from core.sales.compiling import Statement, compile_figures
from core.sales.compiling_traces import compile_others, compile_trace
from core.sales.covered import Covered, Sender
from core.sales.dimensions import NOT_STATED, OTHERS, find_dimension
from core.sales.formatting import MINUS, format_money, format_number, format_ratio, round_half_up
from core.sales.measures import Measure, find_measure
from core.sales.naming import MONTHS, name_period
from core.sales.query import Filter, Period, SalesQuery
from core.sales.running import calendar_of, keep_like_for_like

MONEY = pl.Decimal(38, 9)
RATE = pl.Decimal(38, 10)
PART_OF_WHOLE = {"share": "sales_eur_net", "units_share": "units"}  # a share is traced by what it is a share of the whole of
Side = Literal["now", "before"]
State = Literal["held", "superseded", "taken back"]
LINES: dict[str, Any] = {
    "state": pl.String,  # counts, held, superseded (a later file states it), taken back (its file was undone)
    "adds": MONEY,  # what the line adds to the figure; null for counts of distinct things and for lines that do not count
    "reseller": pl.String,
    "store": pl.String,
    "product_ean": pl.String,
    "functional_name": pl.String,
    "product_name": pl.String,
    "product_text": pl.String,
    "order_id": pl.String,
    "line_kind": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "quantity": pl.Int64,
    "amount_local": MONEY,
    "currency": pl.String,
    "vat_basis": pl.String,
    "vat_rate": RATE,
    "fx_rate": RATE,
    "fx_month": pl.Date,
    "fx_source": pl.String,
    "sales_eur_gross": MONEY,
    "sales_eur_net": MONEY,
    "valued": pl.Boolean,
    "upload_batch_id": pl.Int64,
    "file_name": pl.String,
    "source_sheet": pl.String,
    "source_row": pl.Int64,
    "source_cells": pl.String,
    "chain": pl.String,  # £ 84.00 gross → less 20 % VAT £ 70.00 → × 1.1812 (June 2025, ecb) → € 82.68 net
}
_READ = """
select f.id, r.name as reseller, s.name as store, f.product_ean, p.functional_name, p.product_name, f.product_text, {order} as order_id,
       f.line_kind, {start} as period_start, {end} as period_end, f.quantity, f.amount_local, f.currency, f.vat_basis, f.vat_rate, f.fx_rate,
       f.fx_month, f.fx_source, f.sales_eur_gross, f.sales_eur_net, f.valued, f.upload_batch_id, b.file_name, f.source_sheet, f.source_row,
       f.source_cells
from {table} f join resellers r on r.id = f.reseller_id left join stores s on s.id = f.store_id left join products p on p.ean = f.product_ean
left join upload_batches b on b.id = f.upload_batch_id
where f.id = any(cast(:ids as bigint[]))
"""
_TABLES = {
    "sell-out": {"table": "sellout_entries2", "order": "null::text", "start": "f.period_start", "end": "f.period_end"},
    "d2c": {"table": "ecommerce_orders", "order": "f.order_id", "start": "f.order_date", "end": "f.order_date"},
    "held": {"table": "held_rows", "order": "f.order_id", "start": "f.period_start", "end": "f.period_end"},
}


@dataclass(frozen=True)
class Trace:
    """The lines behind one figure. `query`: the question narrowed to it; `value`: the figure; `frame`: columns LINES, the lines that count
    first, the largest first; `lines`, `adds`: number and sum over all lines that count, also those beyond the limit; `sql`: what ran."""

    query: SalesQuery
    measure: Measure
    value: Any
    period: Period | None
    frame: pl.DataFrame
    lines: int
    adds: Decimal | None
    sql: str

    @property
    def shortened(self) -> bool:
        return self.lines > self.frame.filter(pl.col("state") == "counts").height

    @property
    def adds_up(self) -> bool:
        """True where the lines, added up, are the figure."""
        return self.measure.additivity == "additive" and (self.adds or 0) == (self.value or 0)


def narrowed(query: SalesQuery, row: Mapping[str, Any] | None = None) -> SalesQuery:
    """The question whose only answer is the cell in that row: its groups become filters. The row “others” is everything not listed, which
    only `listed` can say; here it is the whole. `row`: values by dimension, as in `Result.frame`; None: the total."""
    filters = list(query.where)
    for name in query.by:
        value = (row or {}).get(name, OTHERS)
        if isinstance(value, str) and value == OTHERS:
            continue
        text = "" if value is None or value == NOT_STATED else value.isoformat() if isinstance(value, date) else str(value)
        filters.append(Filter(name, (text,)))
    return replace(query, by=(), where=tuple(filters), order_by=None, descending=None, limit=None, others=False)


def without(query: SalesQuery, dimension: str, listed: Iterable[Any]) -> SalesQuery:
    """The question behind the row “others”: everything but the values that are listed."""
    values = tuple("" if value == NOT_STATED else str(value) for value in listed if value != OTHERS)
    return replace(narrowed(query), where=(*query.where, Filter(find_dimension(dimension).name, values, exclude=True)))


def trace(
    database: Database,
    query: SalesQuery,
    scope: Scope = None,
    *,
    side: Side = "now",
    also: Sequence[State] = (),
    limit: int = 1_000,
    today: date | None = None,
) -> Trace:
    """The lines behind the first measure of a question without groups (see `narrowed`). `side` 'before': those of the period it is
    compared with. `also`: lines that do not count, to see beside them. `limit`: most lines of each. Errors: BadQuestion."""
    measure = find_measure(PART_OF_WHOLE.get(query.measures[0], query.measures[0]))
    compare = query.compare if side == "before" else None
    like_for_like = query.like_for_like if side == "before" else None
    asked = resolve(replace(narrowed(query), measures=(measure.name,), compare=compare, like_for_like=like_for_like), calendar_of(database))
    with database.reader(scope) as connection:
        covered = covering.read_covered(connection)
        (rolled,) = connection.execute("select exists (select from readable.sales_rollup)").fetchone() or (False,)
        senders = covering.at_these_places(connection, asked, covering.concerned(asked, covered), rolled)
        alignment = _alignment(asked, covered, senders, today or date.today()) if side == "before" else None
        pairs = alignment.pairs if alignment else None
        asked, _ = keep_like_for_like(connection, asked, "sales", alignment, senders, covered)
        statement = compile_trace(asked, measure, limit, pairs)
        found = _run(connection, statement)
        sql = psycopg.ClientCursor(connection).mogrify(statement.text.encode(), statement.parameters)
        (figure,) = _run(connection, compile_figures(asked, "sales", pairs))
    others = _others(database, asked, also, [s.reseller_id for s in senders], limit) if also and pairs is None else []
    first: Mapping[str, Any] = found[0] if found else {"lines_in_all": 0, "adds_in_all": None}
    return Trace(
        asked.query,
        measure,
        figure[f"{measure.name}_before" if pairs is not None else measure.name],
        alignment.before if alignment else asked.query.period,
        _details(database, [*({**row, "state": "counts"} for row in found), *others]),
        first["lines_in_all"],
        first["adds_in_all"],
        sql,
    )


def _alignment(asked: Asked, covered: Covered, senders: Sequence[Sender], today: date) -> comparing.Alignment:
    if asked.query.compare is None or asked.query.period is None:
        raise BadQuestion("This figure is compared with nothing. Choose a comparison first.")
    return comparing.align(asked.query.period, asked.query.compare, covered, senders, today)


def _others(database: Database, asked: Asked, also: Sequence[State], reseller_ids: list[int], limit: int) -> list[dict[str, Any]]:
    """Of the resellers in sight only: `reseller_ids` were read within the scope."""
    statement = compile_others(asked, also, reseller_ids, limit)
    with database.raw() as connection:
        return _run(connection, statement)


def _run(connection: psycopg.Connection[Any], statement: Statement) -> list[dict[str, Any]]:
    cursor = connection.execute(statement.text.encode(), statement.parameters)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _details(database: Database, found: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The stored lines of these ids, in their order."""
    kept: dict[tuple[str, int], dict[str, Any]] = {}
    with database.read() as connection:
        for source, table in _TABLES.items():
            ids = [row["id"] for row in found if row["source"] == source]
            if ids:
                lines = connection.execute(sa.text(_READ.format(**table)), {"ids": ids}).mappings()
                kept |= {(source, line["id"]): dict(line) for line in lines}
    rows = [kept[row["source"], row["id"]] | {"state": row["state"], "adds": row.get("adds")} for row in found]
    columns = {name: [row[name] for row in rows] for name in LINES if name != "chain"} | {"chain": [chain(row) for row in rows]}
    return pl.DataFrame([_series(name, dtype, columns[name]) for name, dtype in LINES.items()])


def _series(name: str, dtype: Any, values: list[Any]) -> pl.Series:
    """Decimals are brought to the column's scale first: stored numerics carry their own."""
    if isinstance(dtype, pl.Decimal):
        values = [None if value is None else round_half_up(Decimal(value), dtype.scale) for value in values]
    return pl.Series(name, values, dtype=dtype)


def chain(line: Mapping[str, Any]) -> str:
    """How the amount as printed became EUR net: amount and basis → VAT → rate with its month and source → EUR; what is unknown is said."""
    if line["valued"]:
        return f"{format_number(line['quantity'])} units × list price, as the file states no money here → {_eur(line)}"
    if line["amount_local"] is None:
        return "the file states units only, no money"
    return " → ".join((_printed(line), *_without_vat(line), *_converted(line)))


def _printed(line: Mapping[str, Any]) -> str:
    basis = {"gross": " incl. VAT", "net": " without VAT"}.get(line["vat_basis"] or "", "")
    return f"{_money(line['amount_local'], line['currency'])}{basis}"


def _without_vat(line: Mapping[str, Any]) -> Iterable[str]:
    if line["vat_basis"] == "gross":
        if line["vat_rate"] is None:
            yield "VAT rate not known"
        else:
            net = Decimal(line["amount_local"]) / (1 + Decimal(line["vat_rate"]))
            yield f"less {format_ratio(line['vat_rate'], 0 if (Decimal(line['vat_rate']) * 100) % 1 == 0 else 1)} VAT {_money(net, line['currency'])}"


def _converted(line: Mapping[str, Any]) -> Iterable[str]:
    if line["sales_eur_net"] is None:
        yield "no rate known, so not in EUR"
        return
    if line["currency"] != "EUR" and line["fx_rate"] is not None:
        origin = ", ".join(part for part in (_month(line["fx_month"]), line["fx_source"] or "") if part)
        yield f"× {Decimal(line['fx_rate']).normalize():f}" + (f" ({origin})" if origin else "")
    if line["currency"] != "EUR" or line["vat_basis"] == "gross":
        yield _eur(line)


def _eur(line: Mapping[str, Any]) -> str:
    return f"{_money(line['sales_eur_net'], 'EUR')} net"


def _money(value: Any, currency: str | None) -> str:
    text = format_money(abs(Decimal(value)), 2, currency or "?")
    return f"{MINUS}{text}" if Decimal(value) < 0 else text


def _month(day: date | None) -> str:
    return f"{MONTHS[day.month]} {day.year}" if day else ""


def sentence(found: Trace, shown: str) -> str:
    """What the lines come to, in words. `shown`: the figure as the page writes it."""
    count = f"{format_number(found.lines)} {'line' if found.lines == 1 else 'lines'}"
    when = f" of {name_period(found.period)}" if found.period else ""
    if found.measure.additivity == "additive":
        together = "adds up" if found.lines == 1 else "add up"
        return (
            f"{count}{when} {together} to {shown}."
            if found.adds_up
            else f"{count}{when} add up to {found.adds}, but the figure is {shown}."
        )
    return f"{count}{when} {'stands' if found.lines == 1 else 'stand'} behind {shown}: {found.measure.formula}."
