"""What the invented brand sold: seeded draws with season, growth, a launch, a new store, a fading scent, returns and giveaways."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from demo.brand import BY_CODE, Product

SEASON = {1: 0.8, 2: 0.95, 3: 0.9, 4: 0.95, 5: 1.05, 6: 1.0, 7: 0.9, 8: 0.8, 9: 0.95, 10: 1.05, 11: 1.45, 12: 2.1}
POPULARITY = {"Glow of Tundra": 1.6, "Midnight Sauna": 1.3, "Summer Rain": 1.15, "Woolen Storm": 0.8, "Discovery Set": 1.4}
SIZE_SHARE = {"100": 1.0, "30": 1.3, "10": 0.9, "candle": 0.6, "NLFD5X2": 1.2, "NLAW7X2": 0.4, "NLXD2X10": 0.5}
LAUNCHED = "Station 47"  # starts eight months before the end
FADING = "Polar Kiosk"  # loses a third over the two years
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One sold line: units and money are signed; money is in the reseller's currency and basis."""

    store: str
    product: Product
    start: date
    end: date
    units: int
    amount: Decimal
    vendor_channel: str = "Retail"


@dataclass(frozen=True)
class Span:
    """The months the demo covers, oldest first (first days)."""

    months: tuple[date, ...]

    @property
    def end(self) -> date:
        return month_end(self.months[-1])


def month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def months_until(today: date, count: int = 24) -> Span:
    """`count` complete months, the last one before the month of `today`."""
    firsts: list[date] = []
    first = today.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        firsts.append(first)
    return Span(tuple(reversed(firsts)))


def weeks_of(span: Span) -> list[date]:
    """The Sundays on which a week of the span ends."""
    day = span.months[0] + timedelta(days=(6 - span.months[0].weekday()) % 7)
    return [day + timedelta(weeks=n) for n in range(200) if day + timedelta(weeks=n) <= span.end]


def demand(product: Product, day: date, span: Span) -> float:
    """Relative demand: 1.0 is an ordinary bottle in an ordinary month."""
    age = (day - span.months[0]).days / 730
    level = POPULARITY.get(product.scent, 1.0) * SIZE_SHARE.get(product.price_key, 0.5) * SEASON[day.month] * (1 + 0.12 * age)
    if product.scent == LAUNCHED:
        months_out = (span.end - day).days / 30.4
        return 0.0 if months_out > 8 else level * (1.8 if months_out > 6 else 1.2)
    if product.scent == FADING:
        return level * (1 - 0.45 * age)
    return level


def draw_units(rng: random.Random, mean: float) -> int:
    """A Poisson draw (Knuth), enough for small means."""
    limit, count, product = 2.718281828 ** -min(mean, 30), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def sell(
    rng: random.Random, product: Product, store: str, start: date, end: date, mean: float, price: Decimal, places: Decimal = CENT
) -> Iterator[Line]:
    """Zero to two lines: sales at list or ten per cent off, now and then one return."""
    units = draw_units(rng, mean)
    if units:
        paid = price * (Decimal("0.9") if rng.random() < 0.12 else 1)
        yield Line(store, product, start, end, units, (paid * units).quantize(places, ROUND_HALF_UP))
    elif rng.random() < 0.012:
        yield Line(store, product, start, end, -1, -price.quantize(places, ROUND_HALF_UP))


def assortment(codes: str) -> list[Product]:
    return [BY_CODE[code.upper()] for code in codes.split()]
