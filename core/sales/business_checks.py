"""What the business itself did: revenue outside its range, products new at a reseller or gone, prices, bulk orders, returns. Pure.

Asked only of months that are stated whole and that no data check has spoken of; the calendar is asked before the business is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import log
from statistics import median

from core.sales.anomaly_shapes import NONE, Anomaly, Book, Cell, Evidence, Point, key_of, month_number, month_period
from core.sales.basis_checks import price_shift
from core.sales.calendar_checks import explain_month
from core.sales.dimensions import NOT_STATED
from core.sales.expecting import FEWEST, MONTHS, WEEKS, Expected, cents, chance_of_as_many, chance_of_none, expect, expect_share
from core.sales.file_checks import RARE
from core.sales.formatting import format_change, format_money, format_number, format_ratio
from core.sales.naming import name_list, name_period
from core.sales.query import Period

LEAST = Decimal(100)  # EUR net; what is odd for less is not worth a person's time
LEAST_SHARE = Decimal("0.05")  # of the reseller's usual month
PRICE_MOVE = 0.03  # of all prices together
BULK_SHARE = Decimal("0.15")
FEWEST_BEFORE = 6  # months before, so that "new" and "gone" mean something
SHOWN, DRAWN = 24, 18  # months that a product is read over, and of the small chart
WEEK = timedelta(days=7)
NOTHING = Cell()


def level(book: Book, month: int, without: frozenset[int]) -> Anomaly | None:
    """A month of a reseller outside its range; by the calendar, where that alone brings it back."""
    series = book.series(without)
    usual = expect(series, month, price=book.unit_price)
    if usual is None or month not in series or usual.holds(series[month]) or not _matters(book, month, series[month] - usual.value):
        return None
    value, period = series[month], month_period(month)
    explained = explain_month(book, month, series, usual)
    side = "above" if value > usual.high else "below"
    found = Anomaly(
        key_of("calendar" if explained else "level", period, book.name),
        "calendar" if explained else "level",
        "calendar" if explained else "business",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: {_signed(value - usual.value)} against what was expected",
        explained or f"Revenue is {side} its range.",
        cents(value - usual.value),
        value=value,
        expected=usual.value,
        low=usual.low,
        high=usual.high,
        points=points(series, month, book.unit_price),
    )
    return found.told(range_words(value, usual), *(() if explained else contributions(book, month)))


def range_words(value: Decimal, usual: Expected) -> str:
    return (
        f"{format_money(value)}; expected {format_money(usual.value)}, range {format_money(usual.low)} to {format_money(usual.high)} "
        f"(last year's month × {usual.growth:.2f}, learned from {usual.pairs} months)."
    )


def contributions(book: Book, month: int) -> Iterator[str]:
    """Which products and stores make most of the difference to the same month of last year, times the growth."""
    for what, now, before in (
        (
            "product",
            {n: c.net for n, c in book.cells.get(month, {}).items()},
            {n: c.net for n, c in book.cells.get(month - 12, {}).items()},
        ),
        (
            "store",
            {n: net for n, (net, _) in book.stores.get(month, {}).items()},
            {n: net for n, (net, _) in book.stores.get(month - 12, {}).items()},
        ),
    ):
        whole = sum(now.values(), NONE) - sum(before.values(), NONE)
        moves = {name: now.get(name, NONE) - before.get(name, NONE) for name in {*now, *before}}
        same = sorted((n for n, move in moves.items() if move * whole > 0), key=lambda n: (-abs(moves[n]), n))
        if len(moves) > 1 and same:
            largest = [f"{name} {_signed(moves[name])}" for name in same[:3]]
            yield f"Against last year's month, by {what}: {name_list(largest)}."


def weeks(book: Book, evidence: Evidence, months_told: frozenset[int], without: frozenset[date]) -> Iterator[Anomaly]:
    """Weeks outside their range, in months nothing was said of."""
    nets = {_place(monday): sum((net for net, _ in cells.values()), NONE) for monday, cells in book.weeks.items() if monday not in without}
    for monday in sorted(book.weeks):
        period = Period(monday, monday + WEEK - timedelta(days=1))
        month = month_number(period.end)
        if month not in evidence.judged or month in months_told or month not in book.whole or monday in without:
            continue
        usual = expect(nets, _place(monday), WEEKS, book.unit_price)
        value = nets[_place(monday)]
        if usual is None or usual.holds(value) or abs(value - usual.value) < LEAST:
            continue
        yield Anomaly(
            key_of("week", period, book.name),
            "week",
            "business",
            book.name,
            period,
            f"{book.name}, week {name_period(period)}: {_signed(value - usual.value)} against what was expected",
            f"The week is {'above' if value > usual.high else 'below'} its range, the month is not.",
            cents(value - usual.value),
            value=value,
            expected=usual.value,
            low=usual.low,
            high=usual.high,
            evidence=(range_words(value, usual).replace("last year's month", "the week 364 days before").replace("months)", "weeks)"),),
        )


def new_products(book: Book, month: int) -> Iterator[Anomaly]:
    """Products with their first sale ever at a reseller that has been there for a while."""
    earlier = [m for m in book.cells if m < month]
    if len(book.before(month, FEWEST_BEFORE)) < FEWEST_BEFORE:
        return
    known = {name for m in earlier for name, cell in book.cells[m].items() if cell.units > 0}
    for name, cell in book.cells.get(month, {}).items():
        if name not in known and cell.units >= 3 and cell.net >= LEAST:
            yield _item(
                book, month, name, "new_product", f"{name} is new at {book.name}", "Its first sales there.", cell.net, NONE, cell.units,
                f"{format_number(cell.units)} units for {format_money(cell.net)} net in its first month.",
            )  # fmt: skip


def lost_products(book: Book, month: int) -> Iterator[Anomaly]:
    """Products that sold steadily and now, though the month is stated, not at all; told for the first such month."""
    before = book.before(month, FEWEST_BEFORE)
    if len(before) < FEWEST_BEFORE or not book.cells.get(month):
        return
    pace = book.units(month) * len(before) / max(sum(book.units(m) for m in before), 1)
    for name in book.cells.get(before[0], {}):
        cells = [book.cells.get(m, {}).get(name, Cell()) for m in before]
        mean = sum(max(cell.units, 0) for cell in cells) / len(cells) * min(pace, 1.0)
        now = book.cells[month].get(name, Cell())
        if now.units > 0 or now.sold > 0 or chance_of_none(mean) >= RARE:
            continue
        usual = cents(Decimal(median(cell.net for cell in cells)))
        yield _item(
            book, month, name, "lost_product", f"{name} is gone from {book.name}", "Not one unit, where it sold steadily.", NONE, usual, 0,
            f"{format_number(mean, 1)} units would be usual in such a month: nothing at all is less than one in a thousand by chance.",
        )  # fmt: skip


def prices(book: Book, month: int, without: frozenset[int]) -> Anomaly | None:
    """All prices together moved; with what the price list says."""
    shift, last = price_shift(book, month, without), price_shift(book, month - 1, without)
    if shift is None or abs(log(shift.factor)) < PRICE_MOVE or (last is not None and abs(log(last.factor)) >= PRICE_MOVE):
        return None
    cells = book.cells[month]
    size = sum((cell.priced_net for name, cell in cells.items() if name in shift.usual), NONE)
    size = cents(size - size / Decimal(repr(shift.factor)))
    if abs(size) < LEAST:
        return None
    period, listed = month_period(month), list_move(book, month, shift.usual)
    told = (
        f"List prices moved by {format_change(listed)} against the same months."
        if listed is not None
        else "The price list says nothing of it."
    )
    return Anomaly(
        key_of("price", period, book.name),
        "price",
        "business",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: prices {format_change(shift.factor - 1)}",
        "As the price list." if listed is not None and abs(log(shift.factor) - log(1 + listed)) < 0.02 else "Other than the price list.",
        size,
        value=book.net(month),
        evidence=(f"{shift.products} products against their median of the twelve months before.", told),
    )


def list_move(book: Book, month: int, names: Iterable[str]) -> float | None:
    """By how much the list prices of these products differ from their median over the twelve months before; None where no list is known."""
    moves = []
    for name in names:
        now = _listed(book, name, month_period(month).end)
        then = [float(price) for m in book.before(month, MONTHS) if (price := _listed(book, name, month_period(m).end))]
        if now and then:
            moves.append(float(now) / median(then))
    return median(moves) - 1 if moves else None


def _listed(book: Book, name: str, day: date) -> Decimal | None:
    valid = [price for since, price in book.lists.get(name, ()) if since <= day]
    return valid[-1] if valid else None


def bulk(book: Book, month: int) -> Iterator[Anomaly]:
    """Bulk lines that make a large part of the month."""
    cells = book.cells.get(month, {})
    net = book.net(month)
    total = sum((cell.bulk_net for cell in cells.values()), NONE)
    if total < LEAST or net <= 0 or total / net < BULK_SHARE:
        return
    largest = max(cells, key=lambda name: cells[name].bulk_net)
    units = sum(cell.bulk_units for cell in cells.values())
    yield _item(
        book, month, largest, "bulk", f"A bulk order at {book.name}", "Many units at a fraction of the list price.", total, NONE, units,
        f"{format_number(units)} units for {format_money(total)} net, {format_ratio(total / net)} of the month; most of it {largest}.",
    )  # fmt: skip


def returns(book: Book, month: int) -> Anomaly | None:
    """More units came back than chance allows at the usual rate."""
    before = [cell for m in book.before(month, MONTHS) for cell in book.cells.get(m, {}).values()]
    sold, back = sum(cell.sold for cell in before), sum(cell.returned for cell in before)
    cells = book.cells.get(month, {})
    now, now_sold = sum(cell.returned for cell in cells.values()), sum(cell.sold for cell in cells.values())
    if len(book.before(month, FEWEST_BEFORE)) < FEWEST_BEFORE or sold <= 0 or now < 3:
        return None
    mean = max(back, 1) / sold * max(now_sold, 1)
    if chance_of_as_many(now, mean) >= RARE:
        return None
    most = max(cells, key=lambda name: cells[name].returned)
    worth = cents(Decimal(repr(book.unit_price)) * Decimal(repr(round(now - mean, 2))))
    period = month_period(month)
    return Anomaly(
        key_of("returns", period, book.name),
        "returns",
        "business",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: {format_number(now)} units came back",
        f"{format_number(mean, 1)} would be usual.",
        -worth,
        product=most,
        units=-now,
        value=book.net(month),
        evidence=(
            f"Usual: {format_ratio(Decimal(back) / sold)} of the units sold. Most of them {most} ({format_number(cells[most].returned)}).",
        ),
    )


def products(books: Sequence[Book], evidence: Evidence, without: Mapping[str, frozenset[int]]) -> Iterator[Anomaly]:
    """Products outside their range over the resellers that state all months the range is learned from."""
    for month in evidence.judged:
        stated = [b for b in books if all(m in b.whole and m not in without[b.name] for m in range(month - MONTHS, month + 1))]
        names = {name for book in stated for name in book.cells.get(month - 12, {})} if stated else set[str]()
        span = range(month - SHOWN + 1, month + 1)
        totals = {m: sum((book.net(m) for book in stated), NONE) for m in span if all(m in book.whole for book in stated)}
        for name in sorted(names):
            yield from _product(stated, name, month, totals)


def _product(books: Sequence[Book], name: str, month: int, totals: Mapping[int, Decimal]) -> Iterator[Anomaly]:
    cells = {m: [book.cells.get(m, {}).get(name, NOTHING) for book in books] for m in totals}
    series = {m: sum((cell.net for cell in cells[m]), NONE) for m in totals}
    sold = [cell for found in cells.values() for cell in found if cell.priced_units > 0]
    price = float(sum((c.priced_net for c in sold), NONE) / sum(c.priced_units for c in sold)) if sold else 0.0
    usual = expect_share(series, totals, month, price)
    value = series[month]
    if usual is None or usual.holds(value) or abs(value - usual.value) < LEAST:
        return
    moves = {b.name: cells[month][i].net - cells[month - MONTHS][i].net for i, b in enumerate(books)}
    largest = sorted((n for n, m in moves.items() if m * (value - usual.value) > 0), key=lambda n: (-abs(moves[n]), n))[:3]
    period = month_period(month)
    yield Anomaly(
        key_of("product", period, name),
        "product",
        "business",
        largest[0] if len(books) == 1 and largest else "",
        period,
        f"{_title(name)}, {name_period(period)}: {_signed(value - usual.value)} against what was expected",
        f"{'The product is' if name != NOT_STATED else 'They are'} {'above' if value > usual.high else 'below'} {'its' if name != NOT_STATED else 'their'} range.",
        cents(value - usual.value),
        product=name,
        units=sum(cell.units for cell in cells[month]),
        value=value,
        expected=usual.value,
        low=usual.low,
        high=usual.high,
        evidence=(
            f"{format_money(value)}; expected {format_money(usual.value)}, range {format_money(usual.low)} to {format_money(usual.high)} "
            f"(its usual {format_ratio(usual.growth)} of what the same {len(books)} resellers sold, learned from {usual.pairs} months).",
            f"Against last year's month: {name_list([f'{n} {_signed(moves[n])}' for n in largest])}." if largest else "",
        ),
        points=tuple(_share_point(series, totals, m, price) for m in sorted(totals)[-DRAWN:]),
    )


def _share_point(series: Mapping[int, Decimal], totals: Mapping[int, Decimal], month: int, price: float) -> Point:
    usual = expect_share(series, totals, month, price)
    return Point(month_period(month).start, series.get(month), usual.low if usual else None, usual.high if usual else None)


def points(series: Mapping[int, Decimal], month: int, price: float) -> tuple[Point, ...]:
    """The small chart: the months up to this one, with the range of each month as it was expected then."""
    found = []
    for m in range(month - DRAWN + 1, month + 1):
        usual = expect(series, m, price=price)
        found.append(Point(month_period(m).start, series.get(m), usual.low if usual else None, usual.high if usual else None))
    return tuple(found)


def too_short(book: Book, month: int) -> int | None:
    """Whole months of a reseller whose history is too short for a range; None where it suffices."""
    known = len([m for m in book.whole if m <= month])
    return known if known < MONTHS + FEWEST[MONTHS] else None


def _matters(book: Book, month: int, size: Decimal) -> bool:
    before = [book.net(m) for m in book.before(month, MONTHS)]
    usual = Decimal(median(before)) if before else NONE
    return abs(size) >= max(LEAST, LEAST_SHARE * usual)


def _item(
    book: Book, month: int, name: str, kind: str, title: str, why: str, value: Decimal, usual: Decimal, units: int, *told: str
) -> Anomaly:
    period = month_period(month)
    return Anomaly(
        key_of(kind, period, book.name, name),
        kind,  # type: ignore[arg-type]
        "business",
        book.name,
        period,
        f"{title}, {name_period(period)}",
        why,
        cents(value - usual),
        product=name,
        units=units,
        value=value,
        expected=usual,
        evidence=tuple(told),
    )


def _title(product: str) -> str:
    return product if product != NOT_STATED else "Sales without a product"


def _signed(value: Decimal) -> str:
    return f"{'+' if value > 0 else ''}{format_money(value)}"


def _place(monday: date) -> int:
    return monday.toordinal() // 7


def told_months(found: Iterable[Anomaly]) -> frozenset[int]:
    return frozenset(month_number(one.period.end) for one in found)
