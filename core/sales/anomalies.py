"""What looks odd, a data problem before a business change, ranked by money. Pure; `core.sales.anomaly_reading` fetches the evidence.

For every reseller and month the files are asked first (missing, partial, held, restated, repeated, changed over, stores left out); a month
they spoil is no history for others. Then the ranges (`core.sales.expecting`), and where one is left, first the calendar, then the business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import polars as pl

from core.sales import basis_checks, business_checks, file_checks
from core.sales.anomaly_shapes import KINDS, NONE, Anomaly, Book, Evidence, Found, Kind, Short, key_of, month_number
from core.sales.expecting import FEWEST, MONTHS
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_list, name_period
from core.sales.query import Period

SPOILING = (
    "same_figures",
    "empty_month",
    "missing_store",
    "tax_basis",
    "currency",
    "scale",
    "unit_switch",
    "without_money",
    "partial_file",
)
RUNS = ("tax_basis", "currency", "scale", "unit_switch", "without_money")
LAUNCH = 2  # months
BY_VALUE = ("unit_switch", "same_figures")  # money is right or only doubled, so the month's own money says how much is at stake
ANOMALIES: dict[str, pl.DataType | type[pl.DataType]] = {
    "reason": pl.String,
    "kind": pl.String,
    "title": pl.String,
    "why": pl.String,
    "reseller": pl.String,
    "product": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "size_eur_net": pl.Decimal(38, 9),
    "sales_eur_net": pl.Decimal(38, 9),
    "expected": pl.Decimal(38, 9),
    "low": pl.Decimal(38, 9),
    "high": pl.Decimal(38, 9),
    "units": pl.Int64,
    "evidence": pl.String,
    "key": pl.String,
}


def find(evidence: Evidence) -> Found:
    """Everything odd in the months judged, the most money first, each thing told once."""
    found: list[Anomaly] = [*file_checks.of_restatements(evidence.restated, evidence)]
    spoilt: dict[str, frozenset[int]] = {}
    for book in evidence.books:
        data = list(_of_data(book, evidence))
        spoilt[book.name] = frozenset(_months(one for one in data if one.kind in SPOILING))
        found += [one for one in _runs(data) if month_number(one.period.end) in evidence.judged]
        business = list(_of_business(book, evidence, spoilt[book.name]))
        found += _with_held(book, found, business)
    found = [*_launches(found), *_products(evidence, spoilt, found)]
    books = {book.name: book for book in evidence.books}
    found = [_drawn(one, books.get(one.reseller), spoilt.get(one.reseller, frozenset())) for one in found]
    short = [
        Short(b.name, n, MONTHS + FEWEST[MONTHS]) for b in evidence.books if (n := business_checks.too_short(b, evidence.last)) is not None
    ]
    return Found(tuple(sorted(found, key=lambda one: (-at_stake(one), one.key))), tuple(short))


def at_stake(one: Anomaly) -> Decimal:
    """EUR net that the ranking goes by."""
    return max(abs(one.size), abs(one.value or NONE)) if one.kind in BY_VALUE else abs(one.size)


def _drawn(one: Anomaly, book: Book | None, spoilt: frozenset[int]) -> Anomaly:
    """With the reseller's own months for the small chart, where the anomaly is about the whole of it and brings none."""
    if book is None or one.points or one.product or one.store or one.kind == "week":
        return one
    month = month_number(one.period.end)
    usual = book.series(spoilt - {month})
    return replace(one, points=business_checks.points(usual, month, book.unit_price))


def _of_data(book: Book, evidence: Evidence) -> Iterator[Anomaly]:
    """File by file, the oldest first: what an earlier month spoilt teaches no later one."""
    yield from file_checks.of_files(book, evidence)
    yield from file_checks.same_weeks(book, evidence)
    spoilt: set[int] = set()
    for month in sorted(book.whole):
        one = (
            file_checks.same_figures(book, month)
            or basis_checks.changed_over(book, month, frozenset(spoilt))
            or file_checks.empty_month(book, month)
        )
        if one is not None:
            spoilt.add(month)
            yield one
            continue
        yield from file_checks.missing_stores(book, month)
        yield from basis_checks.units_and_money(book, month, business_checks.LEAST)
        unpriced = basis_checks.without_money(book, month)
        yield from [unpriced] if unpriced else []


def _of_business(book: Book, evidence: Evidence, spoilt: frozenset[int]) -> Iterator[Anomaly]:
    told: list[Anomaly] = []
    for month in evidence.judged:
        if month not in book.whole or month in spoilt:
            continue
        bulk, new = list(business_checks.bulk(book, month)), list(business_checks.new_products(book, month))
        lost, returned = list(business_checks.lost_products(book, month)), business_checks.returns(book, month)
        moved, level = business_checks.prices(book, month, spoilt), business_checks.level(book, month, spoilt)
        told += [*bulk, *new, *lost, *([returned] if returned else []), *([moved] if moved else [])]
        if level is not None and not _is_explained(level, (*bulk, *new)):
            told.append(level)
    yield from told
    repeated = frozenset(one.period.start for one in file_checks.same_weeks(book, evidence))
    yield from business_checks.weeks(book, evidence, business_checks.told_months(told) | spoilt, repeated)


def _is_explained(level: Anomaly, parts: Iterable[Anomaly]) -> bool:
    """Without a bulk order or first sales the month would be within its range: those are told, the month is not told again."""
    extra = sum((one.size for one in parts), NONE)
    if not extra or level.value is None or level.low is None or level.high is None:
        return False
    return level.low <= level.value - extra <= level.high


def _with_held(book: Book, found: list[Anomaly], business: Iterable[Anomaly]) -> Iterator[Anomaly]:
    """What the inbox explains is a data problem: revenue that is short by no more than waits there, a product that may wait there."""
    held = {month_number(one.period.end): one for one in found if one.kind == "held_money" and one.reseller == book.name}
    for one in business:
        waiting = held.get(month_number(one.period.end))
        if waiting is None or one.kind not in ("level", "lost_product") or one.size > 0:
            yield one
            continue
        short_by = one.value is not None and one.low is not None and one.value - waiting.size >= one.low
        if one.kind == "level" and short_by:
            yield replace(
                one, reason="data", why=f"{format_money(-waiting.size)} of the month wait in the inbox: with them it is within its range."
            )
        elif one.kind == "lost_product":
            yield replace(one, reason="data").told("Lines of this month wait in the inbox: it may be among them.")
        else:
            yield one


def _runs(data: Iterable[Anomaly]) -> Iterator[Anomaly]:
    """Months in a row that changed over alike are one anomaly, which keeps the key of its first month."""
    open_runs: dict[tuple[Kind, str], Anomaly] = {}
    for one in data:
        if one.kind not in RUNS:
            yield one
            continue
        run = open_runs.get((one.kind, one.reseller))
        if run is not None and month_number(one.period.start) == month_number(run.period.end) + 1:
            open_runs[(one.kind, one.reseller)] = _joined(run, one)
            continue
        if run is not None:
            yield run
        open_runs[(one.kind, one.reseller)] = one
    yield from open_runs.values()


def _joined(run: Anomaly, one: Anomaly) -> Anomaly:
    count = month_number(one.period.end) - month_number(run.period.start) + 1
    more = f"So it has been for {format_number(count)} months."
    told = tuple(text for text in run.evidence if not text.startswith("So it has been"))
    return replace(
        run,
        period=Period(run.period.start, one.period.end),
        size=run.size + one.size,
        value=(run.value or NONE) + (one.value or NONE),
        expected=None,
        evidence=(*told, more),
    )


def _products(evidence: Evidence, spoilt: dict[str, frozenset[int]], found: Iterable[Anomaly]) -> Iterator[Anomaly]:
    """Products outside their range, but those of which a reseller's anomaly speaks already."""
    told = {(one.product, month_number(one.period.end)) for one in found if one.product}
    for one in business_checks.products(evidence.books, evidence, spoilt):
        if (one.product, month_number(one.period.end)) not in told:
            yield one


def _launches(found: Iterable[Anomaly]) -> Iterator[Anomaly]:
    """What is new at several resellers within LAUNCH months is one launch; everything else stays as it is."""
    listed = list(found)
    new: dict[str, list[Anomaly]] = {}
    for one in listed:
        if one.kind == "new_product":
            new.setdefault(one.product, []).append(one)
    launched: set[str] = set()
    for product, each in new.items():
        first = min(one.period for one in each)
        close = [one for one in each if month_number(one.period.start) - month_number(first.start) <= LAUNCH]
        if len(close) > 1:
            launched |= {one.key for one in close}
            yield _launch(product, sorted(close, key=lambda one: -one.size))
    yield from (one for one in listed if one.key not in launched)


def _launch(product: str, parts: list[Anomaly]) -> Anomaly:
    span = Period(min(one.period.start for one in parts), max(one.period.end for one in parts))
    names = tuple(one.reseller for one in parts)
    size, units = sum((one.size for one in parts), NONE), sum(one.units or 0 for one in parts)
    return replace(
        parts[0],
        key=key_of("new_product", min(one.period for one in parts), "", product),
        reseller="",
        resellers=names,
        period=span,
        title=f"{product} is new at {len(names)} resellers, {name_period(span)}",
        why="Its first sales there.",
        size=size,
        units=units,
        value=size,
        evidence=(f"{format_number(units)} units for {format_money(size)} net in its first month at {name_list(names)}.",),
    )


def _months(found: Iterable[Anomaly]) -> Iterator[int]:
    for one in found:
        yield from range(month_number(one.period.start), month_number(one.period.end) + 1)


def within(found: Found, period: Period, resellers: tuple[str, ...] = (), products: tuple[str, ...] = ()) -> Found:
    """What touches the period, of these resellers and products (none: all)."""
    kept = tuple(
        one
        for one in found.anomalies
        if one.period.start <= period.end
        and one.period.end >= period.start
        and (not resellers or {one.reseller, *one.resellers} & set(resellers))
        and (not products or one.product in products)
    )
    return Found(kept, tuple(one for one in found.short if not resellers or one.reseller in resellers))


def anomalies_frame(found: Iterable[Anomaly]) -> pl.DataFrame:
    """One row an anomaly, columns ANOMALIES; money in EUR net, `size_eur_net` against what was expected."""
    rows = [
        (
            one.reason, KINDS[one.kind], one.title, one.why, one.reseller, one.product, one.period.start, one.period.end, one.size, one.value,
            one.expected, one.low, one.high, one.units, " ".join(one.evidence), one.key,
        )
        for one in found
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=ANOMALIES, orient="row")
