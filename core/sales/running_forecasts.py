"""A forecast from the question to the answer: what is asked of the database, and the pure parts put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core.db.engine import Database, Scope
from core.errors import BadQuestion
from core.sales import covering, running
from core.sales.covered import Covered
from core.sales.dimensions import find_dimension
from core.sales.forecasting import FORECAST_MEASURES, FURTHEST, MOST_PARTS, Forecast, forecast
from core.sales.histories import SEASONS, Grain, histories, histories_query
from core.sales.measures import find_measure
from core.sales.nowcasting import Nowcast, counted_twice, months_query, nowcast_query, nowcasts, twice_words
from core.sales.query import Filter, Result, SalesQuery
from core.sales.suggesting import did_you_mean

PARTS = ("reseller", "product", "category", "country", "store", "channel", "product_kind", "size")
OF_LINES = ("product", "category", "product_kind", "size")  # one order may hold several of them
Ask = Callable[[SalesQuery], Result]


@dataclass(frozen=True)
class ForecastQuestion:
    """`horizon`: months or weeks after the newest data; `part`: the dimension of the breakdown; filters on time have no meaning here."""

    measure: str = "sales_eur_net"
    where: tuple[Filter, ...] = ()
    horizon: int = 3
    part: str = "reseller"
    grain: Grain = "month"


@dataclass(frozen=True)
class Outlook:
    """`running`: the month that is not over, of the resellers that state days; months only. `not_told`: why it is not told of some, as a
    sentence."""

    forecast: Forecast
    running: tuple[Nowcast, ...]
    not_told: str = ""


def checked(question: ForecastQuestion) -> ForecastQuestion:
    """Errors: BadQuestion for what can not be forecast, with the nearest names."""
    if question.measure not in FORECAST_MEASURES:
        label = find_measure(question.measure).label
        raise BadQuestion(f"{label} is not forecast: it does not add up over months. Choose one of {', '.join(FORECAST_MEASURES)}.")
    if find_dimension(question.part).name not in PARTS:
        raise BadQuestion(f"A forecast is not broken down by “{question.part}”. {did_you_mean(question.part, {p: p for p in PARTS})}")
    if question.measure == "orders" and question.part in OF_LINES:
        raise BadQuestion(
            "An order may hold several products, so a forecast of orders has no parts by product. Break it down by another group."
        )
    if question.grain not in SEASONS:
        raise BadQuestion(f"A forecast is by month or by week, not by “{question.grain}”.")
    if not 1 <= question.horizon <= FURTHEST[question.grain]:
        raise BadQuestion(f"A forecast looks 1 to {FURTHEST[question.grain]} {question.grain}s ahead; further would be a guess.")
    return question


def outlook(question: ForecastQuestion, ask: Ask, covered: Covered, today: date) -> Outlook:
    """`ask` runs a SalesQuery. Errors: BadQuestion."""
    asked = checked(question)
    where = tuple(one for one in asked.where if not find_dimension(one.dimension).is_time)
    whole = histories(ask(histories_query(asked.measure, where, asked.grain)), covered, today)
    breakdown = None
    if asked.part != "reseller" and whole.tracks:
        answer = ask(histories_query(asked.measure, where, asked.grain, asked.part))
        breakdown = histories(answer, covered, today, MOST_PARTS)
    found = forecast(whole, asked.horizon, breakdown)
    by_day = [covered.data_through(s.reseller_id) for s in covered.senders if s.by_day and s.name in whole.result.resellers_expected]
    latest = max((day for day in by_day if day is not None), default=None)
    if asked.grain != "month" or latest is None:
        return Outlook(found, ())
    query = nowcast_query(asked.measure, where, min(latest, today))
    days = ask(query)
    twice = counted_twice(days, ask(months_query(query))) if find_measure(asked.measure).additivity == "distinct" else {}
    told = nowcasts(days, covered, today)
    missed = {name: count for name, count in twice.items() if any(one.reseller == name for one in told)}
    return Outlook(found, tuple(one for one in told if one.reseller not in twice), twice_words(missed, asked.measure))


def run_forecast(database: Database, question: ForecastQuestion, scope: Scope = None, today: date | None = None) -> Outlook:
    """Errors: BadQuestion, QueryRefused."""
    day = today or date.today()
    return outlook(question, lambda query: running.run(database, query, scope, day), covering.covered_in(database, scope), day)
