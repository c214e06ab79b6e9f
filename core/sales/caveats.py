"""What a reader of a figure must know, as sentences: left out, held, not converted, derived, partial, missing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from core.sales.asking import Asked
from core.sales.charts import name_moment
from core.sales.covered import LONGEST_MONTH, Covered, Sender, cut, expected_slices, join, months_in
from core.sales.dimensions import NOT_STATED, Dimension
from core.sales.formatting import GAP, format_money, format_number
from core.sales.measures import MEASURES
from core.sales.naming import name_day, name_list, name_period
from core.sales.query import Caveat, Period
from core.sales.relative import negative_bases
from core.sales.unstated import Unstated

NETTING = ("liberty", "selfridges")  # their cells state sales less returns, so most returns can not be seen
MONEY = ("EUR net", "EUR gross", "EUR per order", "EUR per unit")


@dataclass(frozen=True)
class Evidence:
    """What was read beside the figures. `notes`: frame of `compile_notes`; `held`: reseller, currency, lines, quantity, net, local."""

    notes: pl.DataFrame
    held: pl.DataFrame
    covered: Covered
    senders: tuple[Sender, ...]
    today: date
    shows_city: bool = True
    unstated: tuple[Unstated, ...] = ()


def find_caveats(asked: Asked, evidence: Evidence) -> tuple[Caveat, ...]:
    """All that applies, most important first."""
    inside = evidence.notes.filter(pl.col("inside"))
    counted = inside.filter(_counted(asked))
    found = [
        *_missing(asked.query.period, evidence),
        *_held(evidence.held),
        *(_unconverted(counted) if _asks_for_money(asked) else ()),
        *_left_out(inside.filter(~_counted(asked))),
        *(_valued(counted) if _asks_for_money(asked) else ()),
        *_edges(evidence.notes.filter(_counted(asked) & pl.col("partly"))),
        *_provisional(asked.query.period, evidence),
        *_restated(asked.query.period, evidence),
        *_different_ends(asked.query.period, evidence),
        *(one.caveat() for one in evidence.unstated),
        *_grain(asked, counted),
        *_longer_than_months(asked, evidence),
        *_week_rule(asked, evidence),
        *_about_measures(asked, counted, evidence),
    ]
    return tuple(found)


def without_percentage(asked: Asked, frame: pl.DataFrame, totals: Mapping[str, Any]) -> tuple[Caveat, ...]:
    """Which rows have a change and no percentage, as what they are compared with is negative. Parts of a figure, as a bridge asks for them,
    are negative by nature and shown in no percent."""
    if asked.query.compare is None or any(measure.name not in MEASURES for measure in asked.measures):
        return ()
    below = frame.filter(pl.any_horizontal(pl.col(f"{measure.name}_before") < 0 for measure in asked.measures))
    rows = [(_row_name(asked.dimensions, row), row) for row in below.iter_rows(named=True)] if asked.dimensions else []
    text = negative_bases([m.name for m in asked.measures], [("in all" if rows else "", totals), *rows])
    return (Caveat("negative_base", text),) if text else ()


def _row_name(dimensions: Sequence[Dimension], row: Mapping[str, Any]) -> str:
    return ", ".join(_moment(d, row[d.name]) if isinstance(row[d.name], date) else str(row[d.name] or NOT_STATED) for d in dimensions)


def _moment(dimension: Dimension, day: date) -> str:
    return f"{dimension.title.lower()} from {name_day(day)}" if dimension.name.startswith("fiscal_") else name_moment(day, dimension.name)


def missing_slices(sender: Sender, covered: Covered, period: Period | None, today: date) -> tuple[Period, ...]:
    """Ended slices of the period that this reseller has not stated; of a day-grain source, ended months without any covered day."""
    key = (sender.reseller_id, period, today)
    if key not in covered.missing:
        covered.missing[key] = _missing_slices(sender, covered, period, today)
    return covered.missing[key]


def _missing_slices(sender: Sender, covered: Covered, period: Period | None, today: date) -> tuple[Period, ...]:
    window = period or _own_window(sender, covered)
    if window is None or window.start > today:
        return ()
    ended = Period(window.start, min(window.end, today))
    if sender.by_day:
        months = (m for m in months_in(ended) if m.end <= today and covered.is_expected(sender, m))
        return tuple(m for m in months if not cut(covered.spans(sender.reseller_id), m))
    return tuple(span for span in expected_slices(sender, covered, ended) if not covered.covers(sender.reseller_id, span))


def complete_senders(evidence: Evidence, period: Period | None) -> tuple[str, ...]:
    """Names of the resellers that have stated every ended slice of the period, and at least one."""
    stated = (s for s in evidence.senders if _end_inside(s, evidence.covered, period) is not None)
    return tuple(s.name for s in stated if not missing_slices(s, evidence.covered, period, evidence.today))


def _own_window(sender: Sender, covered: Covered) -> Period | None:
    spans = covered.spans(sender.reseller_id)
    return Period(spans[0].start, spans[-1].end) if spans else None


def _counted(asked: Asked) -> pl.Expr:
    kind = pl.col("line_kind").is_in(list(asked.kinds))
    return kind & ~pl.col("bulk") if asked.query.without_bulk else kind


def _asks_for_money(asked: Asked) -> bool:
    return any(m.unit in MONEY or m.name in ("share", "margin", "returns_value_rate") for m in asked.measures)


def _missing(period: Period | None, evidence: Evidence) -> Iterable[Caveat]:
    parts = []
    for sender in evidence.senders:
        spans = join(missing_slices(sender, evidence.covered, period, evidence.today))
        if spans:
            parts.append(f"{sender.name} ({name_list([name_period(s) for s in spans], 3)})")
    if parts:
        yield Caveat("missing", f"Not loaded yet: {name_list(parts)}.")


def _held(held: pl.DataFrame) -> Iterable[Caveat]:
    for row in held.iter_rows(named=True):
        amount = _amount(row["net"], row["local"], row["currency"], row["quantity"])
        yield Caveat("held", f"{row['reseller']} holds {_lines(row['lines'])} in the inbox ({amount}), not in these figures.")


def _amount(net: Any, local: Any, currency: str | None, quantity: Any) -> str:
    if net is not None:
        return f"{format_money(net, 2)} net"
    if local is not None:
        return f"{currency or 'no currency'}{GAP}{format_number(local, 2)}, not converted"
    return f"{format_number(quantity or 0)} units without money"


def _unconverted(notes: pl.DataFrame) -> Iterable[Caveat]:
    open_money = notes.filter(pl.col("unconverted_lines") > 0).group_by("reseller", "currency").agg(pl.col("unconverted_local").sum())
    for row in open_money.sort("reseller", "currency").iter_rows(named=True):
        money = f"{row['currency'] or 'no currency'}{GAP}{format_number(row['unconverted_local'], 2)}"
        yield Caveat("not_converted", f"{money} of {row['reseller']} not converted: a rate is missing, so it is in no EUR figure.")


def _left_out(notes: pl.DataFrame) -> Iterable[Caveat]:
    kinds = notes.with_columns(pl.when(pl.col("bulk")).then(pl.lit("bulk")).otherwise(pl.col("line_kind")).alias("what"))
    sums = kinds.group_by("what").agg(pl.col("quantity", "net").sum()).sort("what")
    parts = [f"{_units(r['quantity'] or 0, r['what'])}, {format_money(r['net'] or 0)}" for r in sums.iter_rows(named=True)]
    if parts:
        yield Caveat("left_out", f"Left out: {'; '.join(parts)}.")


def _units(quantity: Any, what: str) -> str:
    return f"{format_number(quantity)} {what} {'unit' if quantity == 1 else 'units'}"


def _lines(count: int) -> str:
    return f"{format_number(count)} {'row' if count == 1 else 'rows'}"


def _valued(notes: pl.DataFrame) -> Iterable[Caveat]:
    for row in notes.filter(pl.col("valued")).group_by("reseller").agg(pl.col("net").sum()).sort("reseller").iter_rows(named=True):
        yield Caveat("valued", f"{format_money(row['net'])} net of {row['reseller']} is derived from list prices, not stated by the file.")


def _edges(notes: pl.DataFrame) -> Iterable[Caveat]:
    for reseller in notes["reseller"].unique().sort():
        parts = []
        for inside, word in ((True, "inside"), (False, "outside")):
            rows = notes.filter((pl.col("reseller") == reseller) & (pl.col("inside") == inside))
            if rows.height:
                lines = int(rows["lines"].sum())
                parts.append(f"{format_number(lines)} {'line counts' if lines == 1 else 'lines count'} {word} it")
        yield Caveat("partial_period", f"{reseller} reaches over the edge of the period: {', '.join(parts)}, each as a whole.")


def _provisional(period: Period | None, evidence: Evidence) -> Iterable[Caveat]:
    names = {sender.reseller_id: sender.name for sender in evidence.senders}
    for reseller_id, first in sorted(evidence.covered.provisional):
        month = months_in(Period(first, first))[0]
        if reseller_id in names and (period is None or period.start <= month.end <= period.end):
            yield Caveat("provisional", f"{names[reseller_id]}'s {name_period(month)} is partial: its next file completes it.")


def _restated(period: Period | None, evidence: Evidence) -> Iterable[Caveat]:
    """Months or weeks that a later file stated differently, so that earlier reports may have said something else."""
    spans: dict[str, list[Period]] = {}
    names = {sender.reseller_id: sender.name for sender in evidence.senders}
    for reseller_id, span in sorted(evidence.covered.restated):
        if reseller_id in names and (period is None or (span.start <= period.end and period.start <= span.end)):
            spans.setdefault(names[reseller_id], []).append(span)
    parts = [f"{name} {name_list([name_period(span) for span in join(found)], 3)}" for name, found in sorted(spans.items())]
    if parts:
        yield Caveat("restated", f"Restated by a later file: {'; '.join(parts)}.")


def _different_ends(period: Period | None, evidence: Evidence) -> Iterable[Caveat]:
    ends = {s.name: end for s in evidence.senders if (end := _end_inside(s, evidence.covered, period)) is not None}
    if len(set(ends.values())) < 2:
        return
    last = max(ends.values())
    early = [f"{name} {name_day(end)}" for name, end in sorted(ends.items(), key=lambda item: item[1]) if end < last]
    yield Caveat("data_through", f"Data through {name_day(last)}, but {name_list(early)}.")


def _end_inside(sender: Sender, covered: Covered, period: Period | None) -> date | None:
    end = covered.data_through(sender.reseller_id)
    return min(end, period.end) if end is not None and period is not None else end


def _grain(asked: Asked, counted: pl.DataFrame) -> Iterable[Caveat]:
    """Who states longer periods than the question splits by: their lines are not spread over its days or weeks."""
    for names, column, word in ((("day", "weekday"), "undated", "days"), (("week",), "longer_than_a_week", "weeks")):
        if any(d.name in names for d in asked.dimensions):
            coarse = counted.filter(pl.col(column) > 0)["reseller"].unique().sort().to_list()
            if coarse:
                verb = "states" if len(coarse) == 1 else "state"
                yield Caveat(
                    "grain",
                    f"{name_list(coarse)} {verb} no {word}: such lines are not spread over {word}, but stand in a row of their own.",
                )


def _longer_than_months(asked: Asked, evidence: Evidence) -> Iterable[Caveat]:
    """Who states quarters or years, when the question splits by months."""
    if not any(d.name in ("month", "fiscal_month") for d in asked.dimensions):
        return
    names = [s.name for s in evidence.senders if _states_longer_than_months(s, evidence.covered, asked.query.period)]
    if names:
        verb = "states" if len(names) == 1 else "state"
        yield Caveat("grain", f"{name_list(names)} {verb} several months as one: such lines are not spread, but stand in one of them.")


def _states_longer_than_months(sender: Sender, covered: Covered, period: Period | None) -> bool:
    slices = covered.slices.get(sender.reseller_id, ()) if not sender.by_day else ()
    return any(s.days > LONGEST_MONTH and (period is None or (s.start <= period.end and s.end >= period.start)) for s in slices)


RULES = {"week_end": "ends in", "week_start": "begins in", "majority": "has most days in"}


def _week_rule(asked: Asked, evidence: Evidence) -> Iterable[Caveat]:
    """Where weeks of a reseller that lie in two months count, when the question splits by months or longer."""
    if not any(d.kind == "date" and d.name not in ("day", "week") for d in asked.dimensions):
        return
    names: dict[str, list[str]] = {}
    for sender in evidence.senders:
        weeks = evidence.covered.slices.get(sender.reseller_id, ()) if sender.cadence == "weekly" else ()
        inside = (
            w for w in weeks if asked.query.period is None or (w.start <= asked.query.period.end and w.end >= asked.query.period.start)
        )
        if any(week.start.month != week.end.month for week in inside):
            names.setdefault(sender.period_rule, []).append(sender.name)
    parts = [f"of {name_list(found)} in the month it {RULES[rule]}" for rule, found in sorted(names.items())]
    if parts:
        yield Caveat("week_rule", f"A week that lies in two months counts as a whole: {'; '.join(parts)}.")


def _about_measures(asked: Asked, counted: pl.DataFrame, evidence: Evidence) -> Iterable[Caveat]:
    names = {m.name for m in asked.measures}
    shop_only = [m.label for m in asked.measures if m.only == "d2c"]
    if shop_only and any(s.key != "online" for s in evidence.senders):
        yield Caveat("web_shop_only", f"Stated by the web shop only: {name_list(shop_only)}.")
    if names & {"returns_rate", "returns_value_rate", "units_returned"}:
        netting = [s.name for s in evidence.senders if s.key in NETTING and counted.filter(pl.col("reseller") == s.name).height]
        if netting:
            yield Caveat("netted_returns", f"At least: {name_list(netting)} net returns against sales, so most of theirs can not be seen.")
    if names & {"average_unit_price", "priced_revenue"}:
        yield from _units_without_money(counted)
    if any(d.name == "city" for d in (*asked.dimensions, *(f.dimension for f in asked.filters))) and not evidence.shows_city:
        yield Caveat("city", "Cities of web-shop customers are not shown; an administrator can allow them.")


def _units_without_money(counted: pl.DataFrame) -> Iterable[Caveat]:
    open_units = counted.group_by("reseller").agg(pl.col("unpriced").sum()).filter(pl.col("unpriced") != 0).sort("reseller")
    parts: Sequence[str] = [f"{r['reseller']} {format_number(r['unpriced'])}" for r in open_units.iter_rows(named=True)]
    if parts:
        yield Caveat("units_without_money", f"Units without money are in no price: {name_list(parts)}.")
