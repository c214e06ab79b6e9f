"""The proof: what was read against the totals the file prints, and this week's year-to-date against the last one's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import polars as pl

from core.catalogue.records import Reseller
from core.ingest.shapes import CONTROLS, ControlTotal, Measure, Problem, YearToDate
from core.ingest.undated import as_printed
from core.sales.formatting import format_money, format_number

COLUMN: Mapping[Measure, str] = {"units": "quantity", "amount": "amount_local"}
YtdKey = tuple[str, tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class WeekToDate:
    """The year-to-date figures and the week's own figures of a stored file: key (measure, where) → value."""

    upload_batch_id: int
    file_name: str
    period_start: date
    period_end: date
    to_date: Mapping[YtdKey, Decimal]
    actual: Mapping[YtdKey, Decimal]


# The file's own totals ------------------------------------------------------------------------------------------------


def reconcile(rows: pl.DataFrame, controls: Sequence[ControlTotal], reseller: Reseller) -> pl.DataFrame:
    """One row per control total, in the columns CONTROLS. `rows` are all rows of the file, `rule` null where placed, else held.

    `loaded_value` is stored and held together, `held_value` the held part; `difference` = file − loaded. Units agree exactly, money
    within the control's tolerance, or else the reseller's.
    """
    sums = _sums(rows, controls)
    results = [_judge(control, found, reseller) for control, found in zip(controls, sums, strict=True)]
    return pl.DataFrame(results, schema=CONTROLS, orient="row")


def held_sums(rows: pl.DataFrame, controls: Sequence[ControlTotal]) -> list[Decimal]:
    """The held part of each control total, alone. `rows`: the rows of the file that are held now."""
    return [held for _, held, _ in _sums(rows, controls)]


def _grouped(rows: pl.DataFrame, controls: Iterable[ControlTotal]) -> pl.DataFrame:
    """Rows summed to what the controls tell apart, so that a long list is walked once."""
    filters = sorted({name for control in controls for name in control.where} - {"view", "primary_view"})
    return (
        as_printed(rows)
        .group_by("view", "primary_view", *filters, pl.col("rule").is_not_null().alias("held"))
        .agg(pl.col("quantity").sum().cast(pl.Decimal(38, 9)), pl.col("amount_local").sum(), pl.len().alias("lines"))
    )


def _sums(rows: pl.DataFrame, controls: Sequence[ControlTotal]) -> list[tuple[Decimal, Decimal, int]]:
    """(all, held part, lines) of what each control is about; the groups are looked up, not walked once more for each control."""
    groups = _grouped(rows, controls).rows(named=True)
    indexes: dict[tuple[str, ...], dict[tuple[Any, ...], list[dict[str, Any]]]] = {}
    for names in {tuple(control.where) for control in controls}:
        index = indexes.setdefault(names, {})
        for group in groups:
            index.setdefault(tuple(group[name] for name in names), []).append(group)
    return [_total(control, indexes[tuple(control.where)]) for control in controls]


def _total(control: ControlTotal, index: Mapping[tuple[Any, ...], list[dict[str, Any]]]) -> tuple[Decimal, Decimal, int]:
    keys = product(*(_accepted(value) for value in control.where.values()))
    found = [group for key in keys for group in index.get(key, ()) if _counts(control, group)]
    column = COLUMN[control.measure]
    return (
        sum((group[column] for group in found if group[column] is not None), Decimal(0)),
        sum((group[column] for group in found if group["held"] and group[column] is not None), Decimal(0)),
        sum(group["lines"] for group in found),
    )


def _accepted(value: Any) -> Iterable[Any]:
    """One of several values, none of them an empty cell; or the one value, which may be empty."""
    several = isinstance(value, tuple | list | set | frozenset)
    return {one for one in value if one is not None} if several else (value,)


def _counts(control: ControlTotal, group: Mapping[str, Any]) -> bool:
    """The views a control names, else the primary one unless its condition speaks of views itself."""
    if control.over:
        return group["view"] in control.over
    return bool(group["primary_view"]) or bool(control.where.keys() & {"view", "primary_view"})


def _judge(control: ControlTotal, found: tuple[Decimal, Decimal, int], reseller: Reseller) -> tuple[Any, ...]:
    loaded, held, lines = found
    tolerance = _tolerance(control, reseller, lines)
    difference = control.file_value - loaded
    return (
        control.what,
        control.measure,
        control.sheet,
        control.cell,
        control.file_value,
        loaded,
        held,
        difference,
        abs(difference) <= tolerance,
    )


def _tolerance(control: ControlTotal, reseller: Reseller, lines: int) -> Decimal:
    if control.measure == "units":
        return max(control.tolerance, reseller.tolerance_units)
    return control.tolerance or max(reseller.tolerance_amount, reseller.tolerance_per_row * lines)


def disagreements(controls: pl.DataFrame, currency: str | None) -> list[Problem]:
    """One problem per total that was not met, with both numbers and what to look at."""
    wrong = controls.filter(~pl.col("agrees")).rows(named=True)
    return [
        Problem(
            "control_total_mismatch",
            f"{row['what']}: the file prints {_figure(row['file_value'], row['measure'], currency)}, its rows add up to "
            f"{_figure(row['loaded_value'], row['measure'], currency)}; {_figure(row['difference'], row['measure'], currency)} apart.",
            "error",
            row["sheet"],
            row["cell"],
            _plain(row["file_value"]),
            "Ask the reseller for a corrected file, or accept it as it is; the batch stays marked.",
        )
        for row in wrong
    ]


def _figure(value: Decimal, measure: str, currency: str | None) -> str:
    if measure == "units":
        return f"{format_number(value)} units"
    return format_money(value, 2, currency) if currency else format_number(value, 2)


def _plain(value: Decimal, cents: bool = False) -> str:
    """The number with thousands parted, without the zeros that storing adds; money with its cents."""
    digits = max(-int(value.normalize().as_tuple().exponent), 2 if cents else 0)
    return f"{value:,.{digits}f}"


# The year-to-date chain -----------------------------------------------------------------------------------------------


def ytd_key(figure: YearToDate) -> YtdKey:
    """What a cumulative figure is about, comparable between files."""
    return figure.measure, tuple(sorted((name, _frozen(value)) for name, value in figure.where.items()))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def actuals(rows: pl.DataFrame, figures: Sequence[YearToDate]) -> dict[YtdKey, Decimal]:
    """The week's own units and money for each cumulative figure."""
    controls = [ControlTotal(f.what, f.measure, f.value, where=f.where) for f in figures]
    return {ytd_key(f): total for f, (total, *_) in zip(figures, _sums(rows, controls), strict=True)}


@dataclass(frozen=True)
class Link:
    """Two weeks of the chain: whatever the later one's year-to-date grew by beyond its own week, by figure."""

    earlier: WeekToDate
    later: WeekToDate
    surplus: Mapping[YtdKey, Decimal]

    @property
    def weeks_between(self) -> int:
        return (self.later.period_start - self.earlier.period_end).days // 7

    @property
    def new_year(self) -> bool:
        """True where the year-to-date fell: the reseller's fiscal year began anew, which proves nothing."""
        shared = self.earlier.to_date.keys() & self.later.to_date.keys()
        totals = [key for key in shared if not key[1]]
        return any(self.later.to_date[key] < self.earlier.to_date[key] for key in totals)


def link(earlier: WeekToDate, later: WeekToDate) -> Link:
    """surplus = YTD(later) − YTD(earlier) − Actual(later), for every figure either of them states."""
    keys = [key for key in earlier.to_date.keys() | later.to_date.keys() if all(isinstance(value, str) for _, value in key[1])]
    zero = Decimal(0)
    surplus = {k: later.to_date.get(k, zero) - earlier.to_date.get(k, zero) - later.actual.get(k, zero) for k in keys}
    return Link(earlier, later, {key: value for key, value in surplus.items() if value})


def chain_problems(chain: Link, currency: str | None) -> list[Problem]:
    """Nothing where the chain closes; a missing week by its worth; else one problem per figure that does not follow."""
    if chain.new_year or not chain.surplus:
        return []
    if chain.weeks_between > 0:
        return [_missing_weeks(chain, currency)]
    return [_broken(key, value, chain, currency) for key, value in sorted(chain.surplus.items(), key=lambda item: str(item[0]))][:20]


def _missing_weeks(chain: Link, currency: str | None) -> Problem:
    units, money = (chain.surplus.get((measure, ()), Decimal(0)) for measure in ("units", "amount"))
    first = chain.earlier.period_end + timedelta(days=1)
    last = chain.later.period_start - timedelta(days=1)
    count = chain.weeks_between
    return Problem(
        "missing_period",
        f"{'A week' if count == 1 else f'{count} weeks'} worth {_figure(units, 'units', currency)} / {_figure(money, 'amount', currency)} "
        f"{'is' if count == 1 else 'are'} missing between {first:%-d %b %Y} and {last:%-d %b %Y}, by the year-to-date figures.",
        "warning",
        value=f"{first}/{last}",
        suggestion="Load the file of that week, or ask the reseller for it.",
    )


def _broken(key: YtdKey, value: Decimal, chain: Link, currency: str | None) -> Problem:
    measure, where = key
    what = ", ".join(str(text) for _, text in where) or "in total"
    return Problem(
        "control_total_mismatch",
        f"Year to date, {what}: since {chain.earlier.file_name} it grew by {_figure(value, measure, currency)} more than this week's figures.",
        "error",
        value=_plain(value),
        suggestion="A line was lost or an earlier week was corrected. Ask the reseller, or accept it as it is.",
    )
