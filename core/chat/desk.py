"""One question at work: it runs its queries once each, through the reader role, and remembers what ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
import psycopg

from core.chat import records
from core.chat.stock import last_stock
from core.chat.tabling import frame_of
from core.db.engine import Database, Scope
from core.errors import QueryRefused
from core.sales import offering, running
from core.sales.anomalies import find
from core.sales.anomaly_reading import read_evidence
from core.sales.query import Result, SalesQuery
from core.settings import Settings

OFFERS = "offers of "


@dataclass
class Desk:
    """`results` by query, `statements` in the order in which they ran, parameters filled in for reading."""

    database: Database
    settings: Settings
    scope: Scope
    today: date
    results: dict[SalesQuery, Result] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    def ask(self, query: SalesQuery) -> Result:
        if query not in self.results:
            self.results[query] = running.run(self.database, query, self.scope, self.today)
            self.statements.append(self.results[query].sql)
        return self.results[query]

    def ask_all(self, queries: Sequence[SalesQuery]) -> tuple[Result, ...]:
        """Several questions of one snapshot."""
        answers = running.run_all(self.database, queries, self.scope, self.today)
        for query, answer in zip(queries, answers, strict=True):
            self.results[query] = answer
            self.statements.append(answer.sql)
        return answers

    def look_up(self, statement: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
        with self.database.reader(self.scope) as connection:
            try:
                cursor = connection.execute(statement.encode(), parameters)
            except psycopg.errors.QueryCanceled as error:
                raise QueryRefused("This question took too long. Ask for a shorter period or fewer groups.") from error
            self.statements.append(psycopg.ClientCursor(connection).mogrify(statement.encode(), parameters).strip())
            return frame_of([(column.name, column.type_code) for column in cursor.description or ()], cursor.fetchall())

    def look_into(self, name: str) -> Any:
        if name == "uploads":
            return records.recent_uploads(self.database, self.scope)
        if name == "held":
            return records.held_keys(self.database, self.scope)
        if name == "stock":
            return last_stock(self.database, self.settings, self.scope)
        if name == "anomalies":
            return find(read_evidence(self.database, self.scope, self.today, self.ask_all))
        if name.startswith(OFFERS):
            return offering.offers(self.database, name.removeprefix(OFFERS), self.scope)
        if name == "whole":
            return self.scope is None
        return records.coverage(self.database, self.scope, self.today)
