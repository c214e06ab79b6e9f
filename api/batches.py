"""Files that were taken in, and what each reseller has sent."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from fastapi import APIRouter

from api import plain
from api.callers import Caller, Data
from core.errors import UnknownRecord
from core.ingest import reading_back
from core.people.permissions import Person, require
from core.sales.coverage import coverage
from core.status import resellers

router = APIRouter(tags=["files"])


@router.get("/coverage")
def covered(caller: Caller, database: Data) -> list[dict[str, Any]]:
    """One row per reseller and expected week or month: received, partial, restated, due, late, missing, not expected."""
    require(caller, "see_sales")
    return plain.rows(coverage(database, caller.scope, date.today()))


@router.get("/batches")
def batches(caller: Caller, database: Data) -> list[dict[str, Any]]:
    """Every file that was taken in, newest first: reseller, period, rows stored and held, totals that agree, status."""
    require(caller, "see_sales")
    return plain.rows(_in_sight(reading_back.batches(database), caller, database))


@router.get("/batches/{batch_id}")
def batch(batch_id: int, caller: Caller, database: Data) -> dict[str, Any]:
    """One file, with its stored and held lines and the cells they were read from."""
    require(caller, "see_sales")
    found = plain.rows(_in_sight(reading_back.batches(database, batch_id), caller, database))
    if not found:
        raise UnknownRecord
    return {**found[0], "rows": plain.rows(reading_back.rows(database, batch_id))}


def _in_sight(found: pl.DataFrame, caller: Person, database: Data) -> pl.DataFrame:
    if caller.scope is None:
        return found
    return found.filter(pl.col("reseller").is_in([name for number, name in resellers(database) if number in caller.scope]))
