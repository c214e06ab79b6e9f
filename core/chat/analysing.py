"""The analyses by name: what each way of reading a question runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.chat.analyses import (
    averages,
    breakdowns,
    changes,
    lookups,
    oddities,
    outlooks,
    paces,
    products,
    rankings,
    series,
    shares,
    silence,
    totals,
)
from core.chat.analyses.material import Finding, Material

ANALYSES: Mapping[str, Callable[[Material], Finding]] = {
    "total": totals.total,
    "compare": totals.compare,
    "split": totals.split,
    "overview": totals.overview,
    "breakdown": breakdowns.breakdown,
    "ranking": rankings.ranking,
    "best_period": rankings.best_period,
    "per_group": rankings.per_group,
    "orders": rankings.orders,
    "share": shares.share,
    "pareto": shares.pareto,
    "concentration": shares.concentration,
    "zero": silence.zero,
    "movers": changes.movers,
    "growth_series": changes.growth_series,
    "against_rest": changes.against_rest,
    "stepwise": changes.stepwise,
    "streak": changes.streak,
    "pace": paces.fast_and_slow,
    "anomalies": oddities.anomalies,
    "why": changes.why,
    "trend": series.trend,
    "rolling": series.rolling,
    "cumulative": series.cumulative,
    "average": averages.average,
    "volatility": products.volatility,
    "launch": products.launch,
    "heatmap": series.heatmap,
    "forecast": outlooks.forecast,
    "target": outlooks.target,
    "runrate": outlooks.runrate,
    "pairs": lookups.pairs,
    "multi": lookups.multi,
    "catalogue": lookups.catalogue,
    "upload": lookups.upload,
    "held": lookups.held,
    "coverage": lookups.coverage,
    "stock": lookups.stock,
    "help": lookups.help_text,
}
