"""Signs that a file states its figures otherwise than before: gross for net, another currency, unit or scale, or units and money that do not
fit each other. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from statistics import median

from core.sales.anomaly_shapes import NONE, Anomaly, Book, Kind, key_of, month_period
from core.sales.expecting import cents, expect_level
from core.sales.formatting import format_money, format_number, format_ratio
from core.sales.naming import name_period

SPREAD = 0.04  # how closely the products must agree on one factor (median deviation of the logarithm)
NEAR_TAX, NEAR_UNIT = 0.025, 0.10  # how near a factor must be to a VAT or exchange rate, and to 6, 10, 12, 24, 100 or 1000
UNITS, SCALES = (6, 10, 12, 24), (100, 1000)
ODD_PRICE = 2.5  # times (or a fraction of) its usual price at which one product's units and money do not fit
UNPRICED, USUALLY_UNPRICED = Decimal("0.2"), Decimal("0.02")


@dataclass(frozen=True)
class Shift:
    """All products' prices against their usual ones: one factor, over how many products, and the usual ones in the reseller's currency."""

    factor: float
    products: int
    usual: Mapping[str, float]


def price_shift(book: Book, month: int, without: frozenset[int] = frozenset()) -> Shift | None:
    """The common factor of at least three products' prices, in the reseller's currency, against the median of the twelve months before; None
    where they do not agree."""
    before = [m for m in book.before(month, 12) if m not in without]
    usual: dict[str, float] = {}
    ratios: list[float] = []
    for name in book.cells.get(month, {}):
        price, known = book.price(month, name), [one for m in before if (one := book.price(m, name))]
        if price and len(known) >= 3:
            usual[name] = median(known)
            ratios.append(log(price / usual[name]))
    if len(ratios) < 3:
        return None
    centre = median(ratios)
    if median(abs(one - centre) for one in ratios) > SPREAD:
        return None
    return Shift(exp(centre), len(ratios), usual)


def changed_over(book: Book, month: int, without: frozenset[int] = frozenset()) -> Anomaly | None:
    """The whole month in another VAT basis, currency, unit or scale."""
    shift = price_shift(book, month, without)
    named = _name_shift(book, month, shift) if shift else None
    if shift is None or named is None:
        return None
    kind, why, right = named
    net, period = book.net(month), month_period(month)
    money = kind != "unit_switch"
    size = cents(net - net / Decimal(repr(shift.factor))) if money else NONE
    signed = f"{'+' if size > 0 else ''}{format_money(size)}"
    return Anomaly(
        key_of(kind, period, book.name),
        kind,
        "data",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: " + (f"{signed} by a changed basis" if money else "units are counted otherwise"),
        why,
        size,
        units=book.units(month),
        value=net,
        expected=cents(net / Decimal(repr(shift.factor))) if money else None,
        evidence=(
            f"{shift.products} products together sell at {format_number(shift.factor, 3)} times their usual price; nothing else moves prices so evenly.",
            right,
        ),
    )


def _name_shift(book: Book, month: int, shift: Shift) -> tuple[Kind, str, str] | None:
    """What the factor is, in words, and what to do; None where it is no known one."""
    f = shift.factor
    candidates: list[tuple[float, Kind, str, str]] = []
    rate = float(book.vat_rate or 0)
    check = "Compare the VAT basis of the file with that of the catalogue."
    if rate:
        percent = f"{book.country or 'the'} VAT of {format_ratio(rate, 0)}"
        candidates.append((1 + rate, "tax_basis", f"Looks like gross booked as net: the ratio {f:.3f} is {percent}.", check))
        candidates.append((1 / (1 + rate), "tax_basis", f"Looks like net booked as gross: the ratio {f:.3f} is {percent}.", check))
    fx = book.rate(month) or 1.0
    if book.currency not in (None, "EUR") and abs(log(fx)) > 0.05:
        currency = "Compare the currency of the file with that of the catalogue."
        candidates.append(
            (fx, "currency", f"Looks like EUR converted as {book.currency}: the ratio {f:.3f} is the exchange rate.", currency)
        )
        candidates.append(
            (1 / fx, "currency", f"Looks like {book.currency} taken as EUR: the ratio {f:.3f} is the exchange rate.", currency)
        )
    near = [one for one in candidates if abs(log(f / one[0])) <= NEAR_TAX]
    if near:
        return min(near, key=lambda one: abs(log(f / one[0])))[1:]
    return _name_scale(book, month, f)


def _name_scale(book: Book, month: int, f: float) -> tuple[Kind, str, str] | None:
    """Six, ten, twelve … times dearer or cheaper: money or units? The one that left its usual size."""
    times = next((n for n in (*UNITS, *SCALES) if abs(log(f / n)) <= NEAR_UNIT or abs(log(f * n)) <= NEAR_UNIT), None)
    before = book.before(month, 6)
    units, net = median([book.units(m) for m in before] or [0]), median([book.net(m) for m in before] or [NONE])
    if times is None or units <= 0 or net <= 0 or book.units(month) <= 0 or book.net(month) <= 0:
        return None
    by_units, by_money = abs(log(book.units(month) / float(units))), abs(log(float(book.net(month)) / float(net)))
    if by_units > by_money:
        how = "cases counted as units" if f > 1 else "units counted in smaller pieces, or each counted many times"
        words = f"Looks like {how}: units are {'a ' + _fraction(times) if f > 1 else f'{times} times'} of usual, money is not."
        return "unit_switch", words, f"Ask whether one line is a case of {times}."
    words = f"Looks like another scale of money: it is {f'{times} times' if f > 1 else 'a ' + _fraction(times)} of usual, units are not."
    return "scale", words, "Compare the amounts with the file: thousands, cents, or a decimal sign read otherwise."


def _fraction(times: int) -> str:
    return {6: "sixth", 10: "tenth", 12: "twelfth", 24: "twenty-fourth", 100: "hundredth", 1000: "thousandth"}[times]


def units_and_money(book: Book, month: int, least: Decimal) -> Iterator[Anomaly]:
    """Single products whose price is far from everything they ever cost."""
    for name, cell in book.cells.get(month, {}).items():
        rate = book.rate(month) or 1.0
        known = [price * rate for m in book.before(month, 12) if (price := book.price(m, name))]
        usual = expect_level(known)
        if usual is None or cell.price is None or cell.priced_units < 2 or abs(log(cell.price / usual[0])) < log(ODD_PRICE):
            continue
        expected = cents(Decimal(repr(usual[0])) * cell.priced_units)
        if abs(cell.priced_net - expected) < least or usual[1] <= cell.price <= usual[2]:
            continue
        period = month_period(month)
        yield Anomaly(
            key_of("units_and_money", period, book.name, name),
            "units_and_money",
            "data",
            book.name,
            period,
            f"{name} at {book.name}, {name_period(period)}: units and money do not fit",
            f"{format_money(cell.price, 2)} a unit, where {format_money(usual[0], 2)} is usual.",
            cents(cell.priced_net - expected),
            product=name,
            units=cell.priced_units,
            value=cell.priced_net,
            expected=expected,
            evidence=(
                f"{format_number(cell.priced_units)} units for {format_money(cell.priced_net)} net; the last {len(known)} months say "
                f"{format_money(usual[1], 2)} to {format_money(usual[2], 2)} a unit.",
                "Look at the line in the file: a total in the wrong column, or another product's line.",
            ),
        )


def without_money(book: Book, month: int) -> Anomaly | None:
    """Units that state no money, where they used to."""
    now, before = unpriced_share(book, month), [unpriced_share(book, m) for m in book.before(month, 6)]
    known = [share for share in before if share is not None]
    if now is None or len(known) < 3 or now < UNPRICED or median(known) > USUALLY_UNPRICED:
        return None
    cells = book.cells[month].values()
    units, period = sum(max(c.sold - c.priced_units, 0) for c in cells), month_period(month)
    worth = cents(Decimal(repr(book.unit_price)) * units)
    return Anomaly(
        key_of("without_money", period, book.name),
        "without_money",
        "data",
        book.name,
        period,
        f"{book.name}, {name_period(period)}: {format_number(units)} units state no money",
        "Their lines have units, but no amount, or no rate of exchange.",
        -worth,
        units=units,
        value=book.net(month),
        evidence=(
            f"{format_ratio(now)} of the units; {format_ratio(median(known))} was usual. About {format_money(worth)} is not in revenue.",
        ),
    )


def unpriced_share(book: Book, month: int) -> Decimal | None:
    cells = book.cells.get(month, {}).values()
    sold = sum(cell.sold for cell in cells)
    return Decimal(sum(max(cell.sold - cell.priced_units, 0) for cell in cells)) / Decimal(sold) if sold > 0 else None
