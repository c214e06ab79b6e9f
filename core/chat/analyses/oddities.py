"""What looks odd, from the findings of the Anomalies page: the most money first, a data problem before a business change."""

from __future__ import annotations

from datetime import date

from core.chat.analyses.material import Finding, Material
from core.chat.analyses.wording import figure, population, when
from core.sales.anomalies import anomalies_frame, within
from core.sales.anomaly_shapes import Anomaly, Found
from core.sales.query import Period

SHOWN = (
    "title",
    "reason",
    "why",
    "size_eur_net",
    "sales_eur_net",
    "expected",
    "reseller",
    "product",
    "period_start",
    "period_end",
    "evidence",
)
TOLD = 3
EVER = Period(date.min, date.max)


def anomalies(m: Material) -> Finding:
    """What is odd in the period (all judged months without one), of the named resellers and products."""
    whole: Found = m.look_into("anomalies")
    found = within(whole, m.reading.period or EVER, _named(m, "reseller"), _named(m, "product"))
    short = tuple(
        f"{one.reseller} can not be judged yet: {one.months} complete months are known, {one.needed} are needed." for one in found.short
    )
    where = f"{population(m)}{when(m) if m.reading.period else ''}"
    if not found.anomalies:
        return Finding(f"Nothing looks odd{where}.", caveats=short)
    rows, count = found.anomalies, len(found.anomalies)
    text = f"{count} {'thing looks' if count == 1 else 'things look'} odd{where}, {_reasons(rows)}. {_largest(rows)}"
    frame = anomalies_frame(rows).select(SHOWN)
    caveats = ("What was dismissed on the Anomalies page is in it too.", *short)
    return Finding(text, frame, caveats=caveats, figures=(*_counts(rows), *(one.title for one in rows[:TOLD])))


def _named(m: Material, dimension: str) -> tuple[str, ...]:
    return tuple(value for one in m.slots.chosen if one.dimension == dimension and not one.exclude for value in one.values)


def _reasons(rows: tuple[Anomaly, ...]) -> str:
    """“2 in the data, 1 in the business”"""
    places = {"data": "in the data", "calendar": "by the calendar", "business": "in the business"}
    counts = {reason: sum(one.reason == reason for one in rows) for reason in places}
    return ", ".join(f"{count} {places[reason]}" for reason, count in counts.items() if count)


def _counts(rows: tuple[Anomaly, ...]) -> tuple[int, ...]:
    return (len(rows), *(sum(one.reason == reason for one in rows) for reason in ("data", "calendar", "business")))


def _largest(rows: tuple[Anomaly, ...]) -> str:
    return f"The largest: {'; '.join(_titled(one) for one in rows[:TOLD])}."


def _titled(one: Anomaly) -> str:
    return f"{one.title} ({figure('sales_eur_net', one.size)})" if one.size else one.title
