"""Which stored uploads still count: a later file that states the same slices completely takes their place, wholly or in part."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from core.db.engine import Database


@dataclass(frozen=True)
class Successor:
    """A stored upload that counts in the place of another one."""

    upload_batch_id: int
    file_name: str


@dataclass(frozen=True)
class Superseded:
    """Of the slices an upload states, how many still count as it states them, and which uploads took the others, newest first."""

    slices: int
    live: int
    by: tuple[Successor, ...]

    @property
    def wholly(self) -> bool:
        return not self.live


def superseded(database: Database) -> dict[int, bool]:
    """Every stored upload that a later one overtook: wholly (True) or in part (False). Web-shop exports state orders, not slices, and are
    not among them."""
    statement = """
        select c.upload_batch_id, not bool_or(c.live) as wholly from slice_claims c join upload_batches b on b.id = c.upload_batch_id
        where b.status = 'stored' group by 1 having not bool_and(c.live)"""
    with database.read() as connection:
        return {row.upload_batch_id: row.wholly for row in connection.execute(sa.text(statement))}


def superseded_by(database: Database, upload_batch_id: int) -> Superseded | None:
    """What overtook one stored upload; None where all of it counts."""
    statement = """
        select count(*) as slices, count(*) filter (where c.live) as live from slice_claims c where c.upload_batch_id = :batch"""
    winners = """
        select b.id, b.file_name from upload_batches b where b.id in (
            select w.upload_batch_id from slice_claims c
            join slice_claims w on w.reseller_id = c.reseller_id and w.view = c.view and w.period_start = c.period_start
                and w.period_end = c.period_end and w.live
            where c.upload_batch_id = :batch and not c.live)
        order by b.id desc limit 20"""
    with database.read() as connection:
        counts = connection.execute(sa.text(statement), {"batch": upload_batch_id}).one()
        if counts.live == counts.slices:
            return None
        rows = connection.execute(sa.text(winners), {"batch": upload_batch_id})
        return Superseded(counts.slices, counts.live, tuple(Successor(row.id, row.file_name) for row in rows))
