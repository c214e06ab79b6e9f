"""Signs that a file, not the business, made a figure odd: reports that are missing, partial, held or restated, and figures that repeat another
period or leave out a store. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from core.sales.anomaly_shapes import NONE, Anomaly, Book, Evidence, key_of, month_number, month_period
from core.sales.expecting import cents, chance_of_none, expect
from core.sales.formatting import format_money, format_number, format_ratio
from core.sales.naming import name_list, name_period
from core.sales.query import Period
from core.sales.restated import Restated, old_to_new

RARE = 0.001  # the chance below which nothing sold is no accident
REPEATED_PRODUCTS, REPEATED_UNITS = 6, 20  # that two periods must share exactly before they count as the same figures
LOOK_BACK = 24  # months in which figures are looked for again
RESTATED_SHARE = Decimal("0.01")  # of the period's money; smaller restatements are listed on the Coverage page
WEEK = timedelta(days=7)


def of_files(book: Book, evidence: Evidence) -> Iterator[Anomaly]:
    """What the coverage itself says: reports that are missing or late, files that are partial, money in the inbox."""
    for month in evidence.judged:
        rows = [row for row in book.slices if month_number(row["period_end"]) == month]
        usual = expect(book.series(), month, price=book.unit_price)
        typical = usual.value if usual else _typical(book, month)
        yield from _missing(book, month, [row for row in rows if row["status"] in ("missing", "late")], rows, typical)
        yield from _partial(book, month, [row for row in rows if row["status"] in ("partial", "provisional")], typical)
        yield from _held(book, month, [row for row in rows if row["held_lines"]])


def _typical(book: Book, month: int) -> Decimal | None:
    before = [book.net(m) for m in book.before(month, 6)]
    return cents(Decimal(median(before))) if len(before) >= 3 else None


def _missing(
    book: Book, month: int, rows: Sequence[Mapping[str, Any]], all_rows: Sequence[Any], typical: Decimal | None
) -> Iterator[Anomaly]:
    if not rows:
        return
    share = Decimal(len(rows)) / Decimal(len(all_rows))
    spans = [Period(row["period_start"], row["period_end"]) for row in rows]
    what = name_list([name_period(span) for span in spans], 3)
    late = max(row["days_late"] or 0 for row in rows)
    size = -cents(typical * share) if typical is not None else NONE
    worth = f"About {format_money(-size)} would be usual." if size else "Its history is too short to say what it would be worth."
    yield Anomaly(
        key_of("missing_report", month_period(month), book.name),
        "missing_report",
        "data",
        book.name,
        Period(spans[0].start, spans[-1].end),
        f"{book.name}, {what}: no report",
        f"The report is {late} {'day' if late == 1 else 'days'} late.",
        size,
        expected=-size or None,
        evidence=(worth, "Totals of this period are without it; comparisons leave it out."),
    )


def _partial(book: Book, month: int, rows: Sequence[Mapping[str, Any]], typical: Decimal | None) -> Iterator[Anomaly]:
    partial = [row for row in rows if row["status"] == "provisional" or not row["held_lines"] or month not in book.whole]
    if not partial or month in book.whole:
        return
    value = book.net(month)
    size = cents(value - typical) if typical is not None and typical > value else NONE
    span = Period(partial[0]["period_start"], partial[-1]["period_end"])
    state = "states it in part" if partial[0]["status"] == "provisional" else "does not state every day of it"
    yield Anomaly(
        key_of("partial_file", month_period(month), book.name),
        "partial_file",
        "data",
        book.name,
        span,
        f"{book.name}, {name_period(span)}: the file is partial",
        f"The newest file {state}.",
        size,
        value=value,
        expected=typical,
        evidence=(f"{format_money(value)} so far" + (f", about {format_money(typical)} would be usual." if typical else "."),),
        batch=partial[-1]["upload_batch_id"],
    )


def _held(book: Book, month: int, rows: Sequence[Mapping[str, Any]]) -> Iterator[Anomaly]:
    if not rows:
        return
    held = sum((row["held_eur_net"] or NONE for row in rows), NONE)
    lines = sum(row["held_lines"] for row in rows)
    stated = sum((row["sales_eur_net"] or NONE for row in rows), NONE)
    share = f", {format_ratio(held / (held + stated))} of what the file states" if held + stated > 0 and held else ""
    period = month_period(month)
    yield Anomaly(
        key_of("held_money", period, book.name),
        "held_money",
        "data",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: {format_money(held)} waits in the inbox",
        f"{_lines(lines)} {'has' if lines == 1 else 'have'} no product or store yet{share}.",
        -cents(held),
        value=stated,
        evidence=("They are in no figure until somebody says what they are.",),
        batch=rows[-1]["upload_batch_id"],
    )


def of_restatements(found: Iterable[Restated], evidence: Evidence) -> Iterator[Anomaly]:
    """Periods that a later file moved by more than RESTATED_SHARE of their money."""
    names = {book.name for book in evidence.books}
    for one in found:
        month = month_number(one.period.end)
        if one.reseller in names and month in evidence.judged and abs(one.net) > RESTATED_SHARE * max(abs(one.net_before), Decimal(1)):
            yield Anomaly(
                key_of("restated", one.period, one.reseller, str(one.batch_id)),
                "restated",
                "data",
                one.reseller,
                one.period,
                f"{one.reseller}, {name_period(one.period)}: restated by {format_money(one.net) if one.net < 0 else '+' + format_money(one.net)}",
                "A later file states the period otherwise; the vendor changed it, not the market.",
                cents(one.net),
                units=one.units,
                value=one.net_after,
                expected=one.net_before,
                evidence=(f"{old_to_new(one)}.",),
                batch=one.batch_id,
            )


# Figures that repeat, vanish or stand alone ---------------------------------------------------------------------------


def same_figures(book: Book, month: int) -> Anomaly | None:
    """The very units of an earlier period, product by product."""
    mine = {name: cell.units for name, cell in book.cells.get(month, {}).items() if cell.units}
    earlier = (m for m in book.before(month, LOOK_BACK))
    twin = next((m for m in earlier if is_repeated(mine, {n: c.units for n, c in book.cells.get(m, {}).items() if c.units})), None)
    if twin is None:
        return None
    period, other = month_period(month), month_period(twin)
    return _repeated(book, period, other, mine, book.net(month), _extra(book, month))


def same_weeks(book: Book, evidence: Evidence) -> Iterator[Anomaly]:
    """As `same_figures`, for resellers whose files state weeks, over the half year before."""
    for monday in sorted(book.weeks):
        if month_number(monday + WEEK - timedelta(days=1)) not in evidence.judged:
            continue
        mine = {name: units for name, (_, units) in book.weeks[monday].items() if units}
        for back in range(1, 27):
            other = {name: units for name, (_, units) in book.weeks.get(monday - back * WEEK, {}).items() if units}
            if is_repeated(mine, other):
                period, twin = _week(monday), _week(monday - back * WEEK)
                value = sum((net for net, _ in book.weeks[monday].values()), NONE)
                yield _repeated(book, period, twin, mine, value, NONE)
                break


def is_repeated(mine: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return len(mine) >= REPEATED_PRODUCTS and sum(abs(units) for units in mine.values()) >= REPEATED_UNITS and mine == other


def _repeated(book: Book, period: Period, twin: Period, mine: Mapping[str, int], value: Decimal, size: Decimal) -> Anomaly:
    return Anomaly(
        key_of("same_figures", period, book.name),
        "same_figures",
        "data",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: the same figures as {name_period(twin)}",
        "The file looks like a copy of another period.",
        size,
        units=sum(mine.values()),
        value=value,
        evidence=(
            f"All {len(mine)} products have exactly the units of {name_period(twin)}, {format_number(sum(mine.values()))} in all.",
            "Chance does not do that: ask the vendor for the right file.",
        ),
    )


def _extra(book: Book, month: int) -> Decimal:
    """By how much the month differs from what was expected; 0 where nothing was."""
    usual = expect(book.series(), month, price=book.unit_price)
    return cents(book.net(month) - usual.value) if usual else NONE


def empty_month(book: Book, month: int) -> Anomaly | None:
    """A month that is stated whole and holds no line, where that is no accident."""
    before = book.before(month, 6)
    mean = sum(max(book.units(m), 0) for m in before) / len(before) if len(before) >= 3 else 0.0
    if book.units(month) or book.net(month) or chance_of_none(mean) >= RARE:
        return None
    usual, period = cents(Decimal(median(book.net(m) for m in before))), month_period(month)
    return Anomaly(
        key_of("empty_month", period, book.name),
        "empty_month",
        "data",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: stated, but nothing sold",
        "The file of the month holds no sale.",
        -usual,
        units=0,
        value=NONE,
        expected=usual,
        evidence=(
            f"{format_number(mean)} units a month were usual before: an empty sheet or a filter in the file is likelier than no sales.",
        ),
    )


def missing_stores(book: Book, month: int) -> Iterator[Anomaly]:
    """Stores that sold in each of the four months before, and in this one, though others did, not at all."""
    before, here = book.before(month, 6), book.stores.get(month, {})
    if len(before) < 4 or not any(units for _, units in here.values()):
        return
    for store in book.stores.get(before[0], {}):
        sold = [book.stores.get(m, {}).get(store, (NONE, 0)) for m in before]
        mean = sum(units for _, units in sold) / len(sold)
        closed = book.closed.get(store)
        shut = closed is not None and month_number(closed) <= month
        if store in here or shut or not all(units > 0 for _, units in sold[:4]) or chance_of_none(mean) >= RARE:
            continue
        usual, period = cents(Decimal(median(net for net, _ in sold))), month_period(month)
        yield Anomaly(
            key_of("missing_store", period, book.name, store),
            "missing_store",
            "data",
            book.name,
            period,
            f"{store}, {name_period(period)}: no line, the other stores have theirs",
            f"{store} is not in the file.",
            -usual,
            store=store,
            value=NONE,
            expected=usual,
            evidence=(
                f"It sold {format_number(mean)} units a month in the {len(sold)} months before, in each of the last four.",
                "If it has closed, give it a closing day in the catalogue.",
            ),
        )


def _lines(count: int) -> str:
    return f"{format_number(count)} {'line' if count == 1 else 'lines'}"


def _week(monday: date) -> Period:
    return Period(monday, monday + WEEK - timedelta(days=1))
