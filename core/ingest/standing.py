"""What the database already knows of the slices a file states: claims, live cells, the weeks around it, files with the same content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db import tables as t
from core.ingest.claiming import DECIDED, changing, decide
from core.ingest.copying import fetch
from core.ingest.diffing import CELL, CELLS
from core.ingest.reconciling import WeekToDate, YtdKey
from core.ingest.slices import ASKED, LATER, SAME, asked, read_claims
from core.ingest.stock import kept_key


@dataclass(frozen=True)
class EarlierFile:
    """A stored batch this file is compared with."""

    upload_batch_id: int
    file_name: str
    period_start: date | None
    period_end: date | None
    vendor: str | None = None


@dataclass(frozen=True)
class Standing:
    """`slices`: the file's slices, decided (DECIDED). `cells`: live cells (CELLS) of what it would replace."""

    slices: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DECIDED))
    cells: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CELLS))
    weeks: tuple[WeekToDate, ...] = ()
    same_content: EarlierFile | None = None
    same_but_dates: EarlierFile | None = None
    last_stores: tuple[str, ...] = ()
    last_period: tuple[date, date] | None = None
    later_orders: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LATER))
    same_sales: EarlierFile | None = None  # of a file that states stock: the first with the same sales, whatever its stock


def read_standing(
    connection: sa.Connection, reseller_id: int, keyed: pl.DataFrame, stated_until: date, content_key: str, timeless: str, stock: str = ""
) -> Standing:
    """Everything a plan is made from, as of this transaction. `stock`: the key of what the file states of its stock, '' for none."""
    slices = decide(keyed, read_claims(connection, reseller_id, keyed), stated_until) if keyed.height else pl.DataFrame(schema=DECIDED)
    last_period, last_stores = _stores_before(connection, reseller_id, stated_until)
    return Standing(
        slices,
        live_cells(connection, reseller_id, changing(slices)),
        read_weeks(connection, reseller_id),
        same_content(connection, reseller_id, content_key, stock),
        _same(connection, reseller_id, t.upload_batches.c.report["timeless_key"].astext == timeless) if timeless else None,
        last_stores,
        last_period,
        same_sales=_same(connection, reseller_id, t.upload_batches.c.content_key == content_key) if stock else None,
    )


def same_content(connection: sa.Connection, reseller_id: int, content_key: str, stock: str) -> EarlierFile | None:
    """The first stored batch that states the same sales and, where the file states stock at all, the same stock."""
    condition = sa.and_(t.upload_batches.c.content_key == content_key, t.upload_batches.c.reseller_id == reseller_id)
    if not stock:
        return _first(connection, condition)
    return next((one for one in _stored(connection, condition) if kept_key(connection, one.upload_batch_id) == stock), None)


def same_bytes(connection: sa.Connection, sha256: str) -> EarlierFile | None:
    """The first stored batch of the very same bytes."""
    return _first(connection, t.upload_batches.c.sha256 == sha256)


def _same(connection: sa.Connection, reseller_id: int, condition: sa.ColumnElement[bool]) -> EarlierFile | None:
    return _first(connection, sa.and_(condition, t.upload_batches.c.reseller_id == reseller_id))


def _first(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> EarlierFile | None:
    return next(iter(_stored(connection, condition, 1)), None)


def _stored(connection: sa.Connection, condition: sa.ColumnElement[bool], most: int | None = None) -> list[EarlierFile]:
    """Stored batches, the first one first."""
    c = t.upload_batches.c
    columns = (c.id, c.file_name, c.period_start, c.period_end, c.vendor)
    query = sa.select(*columns).where(c.status == "stored", condition).order_by(c.id).limit(most)
    return [EarlierFile(*row) for row in connection.execute(query)]


_FACT_CELLS = f"""
select f.view, coalesce(s.name, f.store_text), coalesce(f.product_ean, f.vendor_key, f.product_text), f.period_start, f.period_end,
       f.vendor_channel, f.quantity, f.amount_local
from sellout_entries2 f
join {ASKED} on {SAME.format("f")}
left join stores s on s.id = f.store_id
where f.live and f.reseller_id = :reseller
union all
select h.view, coalesce(s.name, h.store_text), coalesce(h.product_ean, h.vendor_key, h.product_text), h.period_start, h.period_end,
       h.row ->> 'vendor_channel', h.quantity, h.amount_local
from held_rows h
join {ASKED} on {SAME.format("h")}
left join stores s on s.id = h.store_id
where h.live and h.resolved_at is null and h.reseller_id = :reseller
"""
_ORDER_CELLS = """
select 'main', s.name, coalesce(f.product_ean, f.vendor_key, f.product_text), f.order_date, f.order_date, null, f.quantity, f.amount_local
from ecommerce_orders f join upload_batches b on b.id = f.upload_batch_id and b.period_end <= :until left join stores s on s.id = f.store_id
where f.live and f.reseller_id = :reseller and f.order_id = any(cast(:orders as text[])) and f.order_date >= :since
union all
select 'main', coalesce(s.name, h.store_text), coalesce(h.product_ean, h.vendor_key, h.product_text), h.period_start, h.period_end, null,
       h.quantity, h.amount_local
from held_rows h join upload_batches b on b.id = h.upload_batch_id and b.period_end <= :until left join stores s on s.id = h.store_id
where h.live and h.resolved_at is null and h.reseller_id = :reseller and h.order_id = any(cast(:orders as text[])) and h.period_end >= :since
"""


def live_cells(connection: sa.Connection, reseller_id: int, slices: pl.DataFrame) -> pl.DataFrame:
    """The live rows of these slices, held ones too, summed to CELLS."""
    if not slices.height:
        return pl.DataFrame(schema=CELLS)
    return _cells(connection, _FACT_CELLS, {"reseller": reseller_id, **asked(slices)})


def live_order_cells(connection: sa.Connection, reseller_id: int, orders: list[str], since: date, until: date) -> pl.DataFrame:
    """The live lines of these orders from `since` on, of files that reach no further than `until`, summed to CELLS: what a file of these
    days takes the place of."""
    return _cells(connection, _ORDER_CELLS, {"reseller": reseller_id, "orders": orders, "since": since, "until": until})


def _cells(connection: sa.Connection, lines: str, parameters: dict[str, Any]) -> pl.DataFrame:
    names = ", ".join((*CELL, "quantity", "amount_local"))
    groups = ", ".join(CELL)
    statement = f"select {groups}, sum(quantity)::bigint, sum(amount_local), count(*) from ({lines}) l ({names}) group by {groups}"
    return fetch(connection, statement, CELLS, parameters)


def read_weeks(connection: sa.Connection, reseller_id: int, most: int = 120) -> tuple[WeekToDate, ...]:
    """The year-to-date figures of the newest stored files whose week is live, oldest first; figures are read when they are looked at."""
    c = t.upload_batches.c
    live = sa.select(t.slice_claims.c.upload_batch_id).where(t.slice_claims.c.live, t.slice_claims.c.reseller_id == reseller_id)
    query = (
        sa.select(c.id, c.file_name, c.period_start, c.period_end, sa.cast(c.report["year_to_date"], sa.Text).label("figures"))
        .where(c.reseller_id == reseller_id, c.status == "stored", c.id.in_(live), c.report.has_key("year_to_date"))
        .order_by(c.period_end.desc())
        .limit(most)
    )
    return tuple(_week(*row) for row in reversed(connection.execute(query).all()))


def _week(batch: int, name: str, start: date, end: date, figures: str) -> WeekToDate:
    return WeekToDate(batch, name, start, end, KeptFigures(figures, 2), KeptFigures(figures, 3))


class KeptFigures(Mapping[YtdKey, Decimal]):
    """Figures as they are kept in a batch's report, (measure, where) → the value at `place`; read at the first look, as most weeks get none."""

    def __init__(self, kept: str, place: int) -> None:
        self.kept, self.place = kept, place

    @cached_property
    def read(self) -> dict[YtdKey, Decimal]:
        return {
            (line[0], tuple((name, _tuple(value)) for name, value in line[1])): Decimal(line[self.place]) for line in json.loads(self.kept)
        }

    def __getitem__(self, key: YtdKey) -> Decimal:
        return self.read[key]

    def __iter__(self) -> Iterator[YtdKey]:
        return iter(self.read)

    def __len__(self) -> int:
        return len(self.read)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


_LAST_PERIOD = """
select period_start, period_end from slice_claims
where reseller_id = :reseller and live and period_end < :until order by period_end desc limit 1
"""
_STORES_OF = """
select distinct s.name from sellout_entries2 f join stores s on s.id = f.store_id
where f.live and f.primary_view and f.reseller_id = :reseller and f.period_start = :start and f.period_end = :end order by 1
"""


def _stores_before(connection: sa.Connection, reseller_id: int, until: date) -> tuple[tuple[date, date] | None, tuple[str, ...]]:
    """The last live period before, and the stores that sold in it."""
    row = connection.execute(sa.text(_LAST_PERIOD), {"reseller": reseller_id, "until": until}).first()
    if row is None:
        return None, ()
    period = (row[0], row[1])
    stores = connection.execute(sa.text(_STORES_OF), {"reseller": reseller_id, "start": period[0], "end": period[1]})
    return period, tuple(name for (name,) in stores)
