"""The held part of each of a file's totals, kept true while rows leave the inbox and come back: a total stays what the file printed and
what was loaded, but how much of it still waits changes with every answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.ingest.copying import copy_frame, driver, fetch
from core.ingest.reconciling import held_sums
from core.ingest.shapes import ROW_COLUMNS, ControlTotal, Schema, complete_rows

Record = list[Any]


def record_of(controls: Sequence[ControlTotal]) -> list[Record]:
    """What each total is about, as plain values in the order of the totals: its measure, its condition, its views."""
    return [[c.measure, {name: _plain(value) for name, value in c.where.items()}, list(c.over) if c.over else None] for c in controls]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def controls_of(records: Iterable[Record]) -> list[ControlTotal]:
    """Totals that ask what the kept ones asked; their printed values are not needed again."""
    return [
        ControlTotal("", measure, Decimal(0), where={name: _typed(name, value) for name, value in where.items()}, over=tuple(over) if over else None)
        for measure, where, over in records
    ]  # fmt: skip


def _typed(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_typed(name, one) for one in value)
    dtype = ROW_COLUMNS[name]
    if value is not None and dtype == pl.Date:
        return date.fromisoformat(value)
    return Decimal(value) if value is not None and isinstance(dtype, pl.Decimal) else value


def follow(connection: sa.Connection, batches: Sequence[int]) -> None:
    """Work out `batch_controls.held_value` anew for the batches that show rows stored with `batches`."""
    found = connection.execute(sa.text(_SHOWN), {"batches": list(batches)}).all()
    held = _held(connection, [row.id for row in found])
    values: list[tuple[int, Decimal]] = []
    for row in found:
        mine = held.filter(pl.col("batch") == row.id)
        values += list(zip(row.controls, held_sums(mine, controls_of(row.about)), strict=True))
    if values:
        _write(connection, values)


# Batches that state these rows and keep what their totals are about, with the ids of their totals in order.
_SHOWN = """
select b.id, b.report -> 'totals_about' as about, array_agg(c.id order by c.id) as controls
from upload_batches b join batch_controls c on c.upload_batch_id = b.id
where b.status in ('stored', 'undone') and b.report ? 'totals_about' and (
  b.id = any(cast(:batches as bigint[]))
  or b.id in (select upload_batch_id from slice_claims where facts_batch_id = any(cast(:batches as bigint[]))))
group by b.id having count(*) = jsonb_array_length(b.report -> 'totals_about')
"""
# Open rows of each batch: those of the slices it states, and its own order lines.
_OPEN = """
select s.upload_batch_id, h.row::text from slice_claims s
join held_rows h on h.upload_batch_id = s.facts_batch_id and h.view = s.view and h.period_start = s.period_start and h.period_end = s.period_end
where s.upload_batch_id = any(cast(:ids as bigint[])) and h.resolved_at is null
union all
select h.upload_batch_id, h.row::text from held_rows h
where h.online and h.resolved_at is null and h.upload_batch_id = any(cast(:ids as bigint[]))
"""
_READ: Schema = {"batch": pl.Int64, "row": pl.String}


def _held(connection: sa.Connection, ids: Sequence[int]) -> pl.DataFrame:
    """The open held rows of the batches: `batch`, ROW_COLUMNS, and a `rule`, as held rows have one."""
    kept = fetch(connection, _OPEN, _READ, {"ids": list(ids)})
    rows = kept_rows(kept["row"]).with_columns(pl.lit("held").alias("rule"))
    return pl.concat([kept.select("batch"), rows], how="horizontal")


def kept_rows(texts: pl.Series) -> pl.DataFrame:
    """Normalised rows (ROW_COLUMNS) from the text each held row keeps; days and decimals stand there as text, so that nothing is lost."""
    plain = {name: pl.String if isinstance(dtype, pl.Decimal) or dtype == pl.Date else dtype for name, dtype in ROW_COLUMNS.items()}
    days = [pl.col(name).str.to_date("%Y-%m-%d") for name, dtype in ROW_COLUMNS.items() if dtype == pl.Date]
    money = [pl.col(name).cast(dtype) for name, dtype in ROW_COLUMNS.items() if isinstance(dtype, pl.Decimal)]
    return complete_rows(texts.str.json_decode(pl.Struct(plain)).alias("row").to_frame().unnest("row").with_columns(*days, *money))


def _write(connection: sa.Connection, values: Sequence[tuple[int, Decimal]]) -> None:
    frame = pl.DataFrame(values, schema={"id": pl.Int64, "held_value": pl.Decimal(38, 6)}, orient="row")
    connection.execute(sa.text("create temp table held_parts (id bigint, held_value numeric) on commit drop"))
    copy_frame(driver(connection), "held_parts", frame)
    connection.execute(
        sa.text("update batch_controls c set held_value = p.held_value from held_parts p where p.id = c.id and c.held_value is distinct from p.held_value")
    )  # fmt: skip
    connection.execute(sa.text("drop table held_parts"))
