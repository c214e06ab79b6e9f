"""A forecast in words, as a chart and as a table to take away: labelled as one everywhere, with its error, its baseline and its limits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from core.sales import shown
from core.sales.chart_spec import Band, ChartSpec, Series, Value
from core.sales.charts import axis_label, name_moment
from core.sales.forecasting import SEASONS_NEEDED, Ahead, Forecast, Tested
from core.sales.formatting import format_figure, format_ratio
from core.sales.histories import SEASONS, Grain, told
from core.sales.measures import MEASURES
from core.sales.naming import MONTHS, name_day, name_period
from core.sales.nowcasting import Nowcast
from core.sales.shown import NUMBER, Shown

LABEL = "Forecast, not a fact"
MONTHS_SHOWN: Mapping[Grain, int] = {"month": 24, "week": 60}
MONEY = pl.Decimal(38, 2)
WAYS_IN_WORDS = {
    "same_last_year": "the same {step} of last year",
    "at_recent_pace": "last year's {step} at the pace of the last {quarter}",
    "average": "the average of the last {year}",
    "level": "a smoothed level",
    "seasonal_level": "a smoothed level with the season",
    "damped_trend": "a damped trend with the season",
    "theta": "half the trend with the season (Theta)",
    "together": "the mean of three seasonal methods",
}


def way_in_words(way: str, grain: Grain) -> str:
    """“last year's month at the pace of the last 3 months”"""
    quarter, year = ("3 months", "12 months") if grain == "month" else ("13 weeks", "52 weeks")
    return WAYS_IN_WORDS[way].format(step=grain, quarter=quarter, year=year)


def verdict(found: Forecast) -> str:
    """Whether anything better than a baseline is known, in a sentence."""
    if found.verdict == "unknown":
        return f"There is no forecast: {what_is_needed(found)}"
    if found.verdict == "short":
        return f"This does not know better than {way_in_words(found.way, found.grain)}: {what_is_needed(found)}"
    best = way_in_words(found.way, found.grain)
    if found.verdict == "baseline":
        return f"This does not know better than {best}: no method beat it clearly in the back-test. That baseline is shown, as such."
    return f"Method: {best}. It beat every baseline in the back-test."


def what_is_needed(found: Forecast) -> str:
    """“a forecast needs 24 complete months of most of what is sold, and there are 18. From November 2025 on they will be there.”"""
    season = SEASONS[found.grain]
    if found.verdict == "unknown":
        return f"not even last {found.grain}s of one year are known. It needs {season + 1} complete {found.grain}s; the longest history has {found.months}."
    when = found.known_from
    later = f" From {MONTHS[when.month]} {when.year} on they can be there." if when and found.months < SEASONS_NEEDED * season else ""
    return f"a forecast needs {SEASONS_NEEDED * season} complete {found.grain}s of most of what is sold; the longest history has {found.months}.{later}"


def errors_in_words(found: Forecast) -> str:
    """“Was off by 8.1 % on average over 12 back-tests; last year's month by 11.0 %, …”"""
    if not found.errors:
        return "Its past error is unknown: nothing could be tested yet."
    used = "method" if found.verdict == "knows" else found.way
    first = f"Was off by {_error(found, used)} on average over {found.tests} back-tests"
    others = [f"{way_in_words(way, found.grain)} by {_error(found, way)}" for way in found.errors if way not in (used, "method")]
    if found.verdict != "knows" and "method" in found.errors:
        others.append(f"the best method by {_error(found, 'method')}")
    return f"{first}; {', '.join(others)}."


def _error(found: Forecast, way: str) -> str:
    return format_ratio(found.errors[way].wape)


def held_in_words(found: Forecast) -> str:
    """“The 80 % interval held what came in 17 of 21 tests (81 %).”"""
    inside, total = found.held
    level = format_ratio(found.level, 0)
    if not found.rows or found.rows[-1].low is None:
        return "No interval: too few tests tell how far off it can be."
    if not total:
        return f"The range is made to hold what comes in {level} of cases; how often it did is not measured yet."
    return f"The {level} interval, made of earlier misses alone, held what came in {inside} of {total} tests ({format_ratio(inside / total, 0)})."


def untested(found: Forecast) -> str:
    """Which of the months ahead lie further than anything that could be tested; '' where none does."""
    far = [row for row in found.rows if row.low is not None and row.tests < 4]
    return (
        f"From {name_period(far[0].period)} on nothing so far ahead could be tested: the range there is too narrow, if anything."
        if far
        else ""
    )


def headline(found: Forecast) -> str:
    """“€ 123 400 forecast for Nov 2025–Jan 2026, between € 110 000 and € 136 000”."""
    return (
        f"{figure(found, found.total.expected)} {'forecast' if found.verdict == 'knows' else 'as a baseline'} for {_span(found.total)}"
        if found.total
        else ""
    )


def range_in_words(found: Forecast, ahead: Ahead) -> str:
    """“€ 110 000 to € 136 000”; “range not known”."""
    if ahead.low is None or ahead.high is None:
        return "range not known"
    return f"{figure(found, ahead.low)} to {figure(found, ahead.high)}"


def last_time(found: Forecast) -> str:
    """“The forecast for October 2025, made before it began, was € 40 100; € 41 200 came (−2.7 %).”"""
    if not found.tested:
        return ""
    last = found.tested[-1]
    return f"What it would have said of {name_period(last.period)} before it began: {figure(found, last.said)}; {figure(found, last.actual)} came{_inside(last)}."


def _inside(one: Tested) -> str:
    if one.low is None or one.high is None:
        return ""
    return ", inside the range" if one.low <= one.actual <= one.high else ", outside the range"


def basis(found: Forecast) -> str:
    """What it is made of: cut-off day, resellers, data version."""
    through = f"complete months through {name_day(found.through)}" if found.through else "no complete months"
    through = through if found.grain == "month" else through.replace("months", "weeks")
    count = len(found.resellers)
    return f"Made of {through}, {count} {'reseller' if count == 1 else 'resellers'} carried on one by one and added up; data version {found.result.data_version}."


def notes(found: Forecast) -> tuple[str, ...]:
    """All that must be known beside it."""
    said = (basis(found), told(found.left_out, found.measure), untested(found), held_in_words(found), last_time(found))
    return tuple(sentence for sentence in said if sentence)


def figure(found: Forecast, value: Decimal | None) -> str:
    return format_figure(found.measure, value)


def _span(ahead: Ahead) -> str:
    return name_period(ahead.period)


def forecast_chart(found: Forecast) -> ChartSpec | None:
    """What was sold, what the back-test said of it just before, and what comes with its range."""
    past = found.history[-MONTHS_SHOWN[found.grain] :]
    if not past or not found.rows:
        return None
    rest: tuple[None, ...] = (None,) * len(found.rows)
    said = {one.period: one.said for one in found.tested}
    last, before = past[-1][1], (None,) * (len(past) - 1)
    ahead: list[Value] = [*before, last, *(row.expected for row in found.rows)]
    band = Band(
        f"{format_ratio(found.level, 0)} interval",
        (*before, last, *(row.low for row in found.rows)),
        (*before, last, *(row.high for row in found.rows)),
    )
    series = [
        Series("Forecast" if found.verdict == "knows" else "Baseline", tuple(ahead), "ahead"),
        Series("Said before", (*(said.get(period) for period, _ in past), *rest), "before"),
        Series("Sold", (*(value for _, value in past), *rest)),
    ]
    days = tuple(period.start for period in (*(p for p, _ in past), *(row.period for row in found.rows)))
    measure = MEASURES[found.measure]
    texts = tuple(name_moment(day, found.grain) for day in days)
    grain = found.grain.capitalize()
    return ChartSpec("line", chart_title(found), days, tuple(series), grain, axis_label(measure), measure.unit, LABEL, texts, bands=(band,))


def chart_title(found: Forecast) -> str:
    kind = "forecast" if found.verdict == "knows" else "baseline, no forecast"
    return f"{MEASURES[found.measure].label}: sold and {kind}"


def rows_frame(found: Forecast) -> pl.DataFrame:
    """month (or week), reported, forecast, low, high, last_year, tests: one row per step ahead."""
    same = {(p.start.year, p.start.month): value for p, value in found.history} if found.grain == "month" else {}
    year_ago = [same.get((row.period.start.year - 1, row.period.start.month)) for row in found.rows]
    return pl.DataFrame(
        [
            pl.Series(found.grain, [row.period.start for row in found.rows], dtype=pl.Date),
            pl.Series("Reported already", [row.reported or None for row in found.rows], dtype=MONEY),
            pl.Series(_kind(found), [row.expected for row in found.rows], dtype=MONEY),
            pl.Series("Low", [row.low for row in found.rows], dtype=MONEY),
            pl.Series("High", [row.high for row in found.rows], dtype=MONEY),
            pl.Series("Last year", year_ago, dtype=MONEY),
            pl.Series("Tests", [row.tests for row in found.rows], dtype=pl.Int64),
        ]
    )


def parts_frame(found: Forecast, title: str = "Reseller") -> pl.DataFrame:
    """The breakdown over the steps wholly ahead, largest first; its rows add up to the total."""
    skip = len(found.rows) - (0 if found.total is None else steps_of_total(found))
    parts = found.parts
    return pl.DataFrame(
        [
            pl.Series(title, [part.part for part in parts], dtype=pl.String),
            pl.Series(_kind(found), [sum(part.expected[skip:], Decimal(0)) for part in parts], dtype=MONEY),
            pl.Series("Low", [part.low for part in parts], dtype=MONEY),
            pl.Series("High", [part.high for part in parts], dtype=MONEY),
            pl.Series("Off by", [None if part.error is None else round(Decimal(part.error), 4) for part in parts], dtype=pl.Decimal(38, 4)),
            pl.Series(
                "Last year's off by",
                [None if part.naive_error is None else round(Decimal(part.naive_error), 4) for part in parts],
                dtype=pl.Decimal(38, 4),
            ),
            pl.Series("History", [part.months for part in parts], dtype=pl.Int64),
        ]
    )


def steps_of_total(found: Forecast) -> int:
    """How many steps the total is about."""
    return sum(1 for row in found.rows if found.total is not None and row.period.start >= found.total.period.start)


def tested_frame(found: Forecast) -> pl.DataFrame:
    """The back-test, oldest first: what came, what was said just before, last year's."""
    rows = found.tested
    columns = {"Came": "actual", "Said before": "said", "Low": "low", "High": "high", "Last year": "last_year"}
    series = [pl.Series(title, [getattr(one, name) for one in rows], dtype=MONEY) for title, name in columns.items()]
    return pl.DataFrame([pl.Series(found.grain, [one.period.start for one in rows], dtype=pl.Date), *series])


def errors_frame(found: Forecast) -> pl.DataFrame:
    """Every way over the same back-tests, the smallest error first: Way, Off by (WAPE, a ratio), Off by in a month (or week), MASE."""
    rows = sorted(found.errors.items(), key=lambda item: item[1].mae)
    series = [
        pl.Series("Way", [way_of_errors(found, way) for way, _ in rows], dtype=pl.String),
        pl.Series("Off by", [_ratio(e.wape) for _, e in rows], dtype=pl.Decimal(38, 4)),
        pl.Series(f"In a {found.grain}", [round(Decimal(e.mae), 2) for _, e in rows], dtype=MONEY),
        pl.Series("MASE", [_ratio(e.mase) for _, e in rows], dtype=pl.Decimal(38, 4)),
    ]
    return pl.DataFrame(series)


def way_of_errors(found: Forecast, way: str) -> str:
    """“Method (a damped trend with the season)”"""
    named = f"method ({way_in_words(found.way, found.grain)})" if found.verdict == "knows" else "best method, chosen anew each time"
    text = named if way == "method" else way_in_words(way, found.grain)
    return text[:1].upper() + text[1:]


def running_frame(found: Sequence[Nowcast]) -> pl.DataFrame:
    """The running month of each reseller that states days: what is sold so far and the whole month, forecast; in the unit of what was asked."""
    money = {"Sold so far": "so_far", "Whole month, forecast": "expected", "Low": "low", "High": "high"}
    ratios = {"Usual part by then": "usual_part", "Off by": "error", "Last year's off by": "last_year_error"}
    series = [pl.Series("Reseller", [one.reseller for one in found], dtype=pl.String)]
    series += [pl.Series("Month", [name_period(one.month) for one in found], dtype=pl.String)]
    series += [pl.Series("Through", [one.through for one in found], dtype=pl.Date)]
    series += [pl.Series(title, [getattr(one, name) for one in found], dtype=MONEY) for title, name in money.items()]
    series += [pl.Series(title, [_ratio(getattr(one, name)) for one in found], dtype=pl.Decimal(38, 4)) for title, name in ratios.items()]
    return pl.DataFrame([*series, pl.Series("Tests", [one.tests for one in found], dtype=pl.Int64)])


def _ratio(value: float | None) -> Decimal | None:
    return None if value is None else round(Decimal(value), 4)


def _kind(found: Forecast) -> str:
    return "Forecast" if found.verdict == "knows" else "Baseline"


def as_shown(found: Forecast, frame: pl.DataFrame, title: str) -> Shown:
    """A table of this forecast to take away, with all that is said of it."""
    unit = MEASURES[found.measure].unit
    kinds = {**dict.fromkeys(("Off by", "Last year's off by", "Usual part by then"), "ratio"), "MASE": NUMBER, found.grain: found.grain}
    units = {name: kinds.get(name, unit) for name in frame.columns if name in kinds or frame.schema[name] == MONEY}
    about = (
        ("Kind", LABEL),
        ("Verdict", verdict(found)),
        ("Error", errors_in_words(found)),
        *((("Note"), sentence) for sentence in notes(found)),
        *shown.about(found.result),
    )
    totals = {}
    if _kind(found) in frame.columns and frame.columns[0] != found.grain and found.total is not None:
        totals = {frame.columns[0]: "Total", _kind(found): found.total.expected}
    return Shown(title, frame, about, totals, units)
