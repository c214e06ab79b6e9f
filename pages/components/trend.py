"""A figure by month beside what it is compared with: restated months are marked and told, a click shows a month alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from core.sales import marking
from core.sales.charts import chart_for
from core.sales.query import Period, Result
from core.sales.restated import Restated
from pages.components import cached_analyses, charts, filters, results, session
from pages.components.choosing import Choice

HEIGHT = 330  # as high as the bridge with its sentences beside it


def draw(chosen: Choice, months: Result, year: Period, *, key: str, source: str, sellers: Collection[str] | None = None) -> list[Restated]:
    """Draw the chart of `months` over `year`; returns what of it was restated. `sellers`: keep the marks to these resellers."""
    found = marking.of_result(months, cached_analyses.restated(session.scope()))
    restated = [one for one in found if sellers is None or one.reseller in sellers]
    picked = charts.draw(marking.mark_restated(chart_for(months, date.today()), months, restated), key=key, height=HEIGHT, select=True)
    filters.follow_moment(chosen, source, months, picked)
    results.restated(restated, year)
    return restated
