"""Figures over HTTP: the same question, compiler and runner as every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import polars as pl
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api import plain
from api.callers import Caller, Data
from core.people.permissions import require
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from core.sales.pivot_query import PivotQuery
from core.sales.pivot_table import namer, table
from core.sales.pivot_values import As
from core.sales.query import Result, build_query
from core.sales.running import calendar_of, run
from core.sales.running_pivots import run_pivot

router = APIRouter(tags=["figures"])
EXAMPLE = {
    "measures": ["sales_eur_net", "units"],
    "by": ["month", "reseller"],
    "where": {"channel": ["offline"]},
    "period": "2025",
    "compare": "prior_year",
}


class Question(BaseModel):
    """Measures by dimensions over a period, optionally against another period."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})

    measures: list[str] = Field(["sales_eur_net"], description="Names of GET /api/measures.")
    by: list[str] = Field([], description="Dimensions: one row per combination.")
    where: dict[str, list[str]] = Field(
        {}, description="Values to keep, by dimension; a key “not reseller” leaves them out; '' is “not stated”."
    )
    period: str | None = Field(None, description="2025, 2025-06, 2025-Q2, a day, or 2025-06-09/2025-06-15; empty: everything.")
    compare: str | None = Field(None, description="prior_year, prior_period, prior_year_days, prior_year_weeks, or a period.")
    order_by: str | None = Field(None, description="A measure or dimension; a period orders itself.")
    descending: bool | None = Field(None, description="Largest first; the default for measures.")
    limit: int | None = Field(None, ge=1, le=50_000, description="Most rows.")
    others: bool = Field(False, description="Add what the limit cut off as one row, so that rows add up.")
    without_bulk: bool = Field(False, description="Leave bulk lines out.")
    line_kinds: tuple[str, ...] | None = Field(
        None, description="Which lines count: sale, return, adjustment, sample, tester; default the first three."
    )
    like_for_like: Literal["stores", "products"] | None = Field(
        None, description="What a comparison is kept to: there in all of both periods."
    )


class PivotQuestion(Question):
    """As Question, laid out: `by` are the rows, up to three dimensions together with the columns."""

    columns: list[str] = Field([], description="Dimensions across.")
    at: str | None = Field(None, description="The value of the outermost column by whose figures `order_by` goes; empty: the whole row's.")
    shown_as: As = Field("value", description="Value, a share (adding to 1 exactly), a running total, or a change.")
    subtotals: bool = Field(True, description="A line for each outer group, above its parts.")


class Figures(BaseModel):
    """Rows with exact decimals as text, and what a reader must know beside them."""

    rows: list[dict[str, Any]]
    totals: dict[str, Any]
    period: str | None
    compared_with: str | None
    data_through: dict[str, str]
    resellers_covered: list[str]
    resellers_expected: list[str]
    caveats: list[str]
    data_version: int
    rows_in_all: int
    sql: str


@router.post("/sales")
def sales(question: Question, caller: Caller, database: Data) -> Figures:
    """Ask for figures. Unknown names are answered with the nearest ones; only the caller's resellers are counted."""
    require(caller, "see_sales")
    options = question.model_dump(exclude={"measures", "by", "where", "period", "compare"})
    fiscal = calendar_of(database)
    query = build_query(question.measures, question.by, question.where, question.period, question.compare, fiscal=fiscal, **options)
    return _figures(run(database, query, caller.scope))


@router.post("/pivot")
def pivot(question: PivotQuestion, caller: Caller, database: Data) -> Figures:
    """A table with subtotals and totals as the Explore page shows it: rows in its order, a key for each heading, the total last."""
    require(caller, "see_sales")
    own = {"measures", "by", "where", "period", "compare", "columns", "at", "shown_as", "subtotals"}
    fiscal = calendar_of(database)
    options = question.model_dump(exclude=own)
    query = build_query(question.measures, question.by, question.where, question.period, question.compare, fiscal=fiscal, **options)
    asked = PivotQuery(query, tuple(question.columns), question.at, question.shown_as == "running")
    seen = table(run_pivot(database, asked, caller.scope), question.shown_as, subtotals=question.subtotals)
    return _figures(seen.result, seen.frame(namer(fiscal)), seen.notes)


def _figures(result: Result, frame: pl.DataFrame | None = None, notes: Sequence[str] = ()) -> Figures:
    return Figures(
        rows=plain.rows(result.frame if frame is None else frame),
        totals={name: plain.value(value) for name, value in result.totals.items()},
        period=str(result.period) if result.period else None,
        compared_with=str(result.compared_with) if result.compared_with else None,
        data_through={name: day.isoformat() for name, day in result.data_through.items()},
        resellers_covered=list(result.resellers_covered),
        resellers_expected=list(result.resellers_expected),
        caveats=[*notes, *(caveat.text for caveat in result.caveats)],
        data_version=result.data_version,
        rows_in_all=result.rows_in_all,
        sql=result.sql,
    )


@router.get("/measures")
def measures(caller: Caller) -> list[dict[str, Any]]:
    """Every figure: name, label, unit, definition, formula."""
    return [{key: getattr(m, key) for key in ("name", "label", "unit", "definition", "formula")} for m in MEASURES.values()]


@router.get("/dimensions")
def dimensions(caller: Caller) -> list[dict[str, str]]:
    """Everything figures can be split and filtered by."""
    return [{"name": dimension.name, "title": dimension.title, "kind": dimension.kind} for dimension in DIMENSIONS.values()]
