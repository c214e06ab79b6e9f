"""Markets drawn by a seed, with files that are missing, weeks over month ends and lines that name their day; and their figures counted by hand.

The oracle goes line by line over what was written and knows nothing of the engine: which lines of a reseller are compared with which it
decides from the files that are there, as a person would with two stacks of paper.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.db import tables as t
from core.sales.query import Period, SalesQuery
from tests.sales.conftest import CANDLE, PRODUCTS, SAUNA, TUNDRA, VIAL, Market

Line = dict[str, Any]
NAMES = {ean: f"{code} · {name}" for ean, code, name, *_ in PRODUCTS}
CATEGORY = {ean: category for ean, *_, category in PRODUCTS}
FIRST, LAST = date(2023, 12, 1), date(2025, 8, 31)
WEEKLY = {"liberty": 6, "selfridges": 5}  # the weekday that ends the week
NAME = {"liberty": "Liberty", "selfridges": "Selfridges", "galilu": "Galilu", "skins_sa": "Skins SA", "online": "Online"}
COUNTRY = {"liberty": "GB", "selfridges": "GB", "galilu": "PL", "skins_sa": "ZA"}
CURRENCY = {"liberty": "GBP", "selfridges": "GBP", "galilu": "PLN", "skins_sa": "ZAR", "online": "EUR"}
RATE = {"GBP": Decimal("1.15"), "PLN": Decimal("0.23"), "ZAR": Decimal("0.05"), "EUR": Decimal(1)}


@dataclass
class World:
    """`slices`: what each reseller has stated; `rules`: in which month a week counts."""

    lines: list[Line]
    slices: dict[str, list[Period]]
    rules: dict[str, str]
    today: date
    by_number: dict[int, str] = field(default_factory=dict)


def month(day: date) -> Period:
    return Period(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def later(day: date, count: int) -> date:
    """The same day of another month, or its last."""
    number = day.year * 12 + day.month - 1 + count
    year, zero = divmod(number, 12)
    return date(year, zero + 1, min(day.day, calendar.monthrange(year, zero + 1)[1]))


def months_of(first: date, last: date) -> Iterator[Period]:
    while first <= last:
        yield month(first)
        first = month(first).end + timedelta(days=1)


def weeks_of(first: date, last: date, ends: int) -> Iterator[Period]:
    end = first + timedelta(days=(ends - first.weekday()) % 7)
    while end - timedelta(days=6) <= last:
        yield Period(end - timedelta(days=6), end)
        end += timedelta(days=7)


def ruling(week: Period, rule: str) -> date:
    """The day whose month a slice counts in."""
    return {"week_end": week.end, "week_start": week.start, "majority": week.start + timedelta(days=(week.days - 1) // 2)}[rule]


def counted(span: Period, rule: str) -> date:
    return min(span.end, month(ruling(span, rule)).end)


def weeks_counting(world: World, key: str, span: Period) -> list[Period]:
    around = weeks_of(span.start - timedelta(days=7), span.end + timedelta(days=7), WEEKLY[key])
    return [week for week in around if span.start <= counted(week, world.rules[key]) <= span.end]


# Writing ---------------------------------------------------------------------------------------------------------------


def make_world(market: Market, seed: int, density: float = 2.0) -> World:
    dice = random.Random(seed)
    rules = {key: dice.choice(("week_end", "week_start", "majority")) for key in WEEKLY}
    _write_prices(market)
    market.reseller("selfridges", "Selfridges", "weekly", currency="GBP", country="GB")
    for key, rule in rules.items():
        market.change_reseller(key, period_rule=rule)
    stores = [
        (key, name, channel) for key in ("liberty", "galilu") for name, channel in (("Flagship", "offline"), (f"{key} web", "online"))
    ]
    ids = {(key, name): market.store(key, name, channel) for key, name, channel in stores}
    world = World([], {}, rules, dice.choice((date(2025, 8, 14), date(2025, 9, 30), date(2025, 7, 31))))
    for key in ("galilu", "skins_sa"):
        world.slices[key] = [m for m in months_of(FIRST, LAST) if dice.random() < 0.88]
    for key, ends in WEEKLY.items():
        world.slices[key] = [w for w in weeks_of(FIRST, LAST, ends) if dice.random() < 0.94]
    world.slices["online"] = _exports(dice)
    for key, slices in world.slices.items():
        for one in slices:
            for _ in range(_count(dice, density * (one.days / 20 if key == "online" else one.days / 30 + 0.3))):
                world.lines.append(_line(dice, market, key, one, rules.get(key, "week_end"), [s for s in ids if s[0] == key], ids))
    _store(market, world)
    return world


# EAN, currency, valid from, unit price, basis; a price without VAT is no price that a gross amount is measured by.
PRICES = (
    (TUNDRA, "EUR", date(2023, 1, 1), Decimal("89"), "gross"),
    (TUNDRA, "EUR", date(2025, 5, 15), Decimal("95.50"), "gross"),
    (TUNDRA, "PLN", date(2024, 6, 1), Decimal("399"), "gross"),
    (TUNDRA, "GBP", date(2024, 3, 6), Decimal("78"), "gross"),
    (TUNDRA, "GBP", date(2025, 2, 1), Decimal("80"), "net"),
    (SAUNA, "ZAR", date(2024, 1, 1), Decimal("1800"), "gross"),
    (SAUNA, "EUR", date(2025, 1, 1), Decimal("90"), "gross"),
    (CANDLE, "PLN", date(2025, 5, 31), Decimal("210"), "gross"),
)


def price_of(line: Line) -> Decimal | None:
    """The list price of the day the line's period ends, in the line's own currency."""
    fits = [p for p in PRICES if p[:2] == (line["product_ean"], line["currency"]) and p[2] <= line["whole"].end and p[4] == "gross"]
    return max(fits, key=lambda p: p[2])[3] if fits else None


def _write_prices(market: Market) -> None:
    columns = ("ean", "currency", "valid_from", "unit_price", "vat_basis")
    with market.database.write() as c:
        c.execute(t.price_list.insert(), [dict(zip(columns, price, strict=True)) for price in PRICES])


def _exports(dice: random.Random) -> list[Period]:
    """Long exports with a few holes too long to be days without orders."""
    found, first = [], FIRST
    while first <= LAST:
        last = min(first + timedelta(days=dice.randint(40, 190)), LAST)
        found.append(Period(first, last))
        first = last + timedelta(days=dice.choice((1, 1, 15, 27)))
    return found


def _count(dice: random.Random, mean: float) -> int:
    return int(mean) + (dice.random() < mean % 1)


def _line(dice: random.Random, market: Market, key: str, span: Period, rule: str, stores: list[Any], ids: dict[Any, int]) -> Line:
    kind = dice.choice(("sale",) * 6 + ("return", "adjustment", "sample", "tester"))
    quantity = {"sale": dice.randint(1, 5), "return": -dice.randint(1, 2), "adjustment": dice.choice((0, None))}.get(
        kind, dice.randint(1, 9)
    )
    net: Decimal | None = Decimal(dice.randint(100, 30000)).scaleb(-2)
    net = {"return": -net, "adjustment": net * dice.choice((1, -1)), "sample": Decimal(0), "tester": Decimal(0)}.get(kind, net)
    if dice.random() < 0.07:
        net = None
    if kind == "sale" and dice.random() < 0.05:
        quantity = None
    gross = None if net is None else net * Decimal("1.2")
    basis = dice.choice(("gross", "net"))
    local = None if net is None else round((gross if basis == "gross" else net) / RATE[CURRENCY[key]], 2)
    line: Line = {"key": key, "reseller": NAME[key], "reseller_id": market.resellers[key], "product_ean": dice.choice((TUNDRA, TUNDRA, SAUNA, CANDLE, VIAL, None))}  # fmt: skip
    line |= {
        "quantity": quantity,
        "sales_eur_net": net,
        "sales_eur_gross": gross,
        "line_kind": kind,
        "bulk": kind == "sale" and dice.random() < 0.08,
    }
    line |= {
        "amount_local": local,
        "currency": CURRENCY[key],
        "vat_basis": basis,
        "valued": False,
        "upload_batch_id": market.batch,
        "source_row": 1,
    }
    line |= {"fx_rate": RATE[CURRENCY[key]], "live": True}
    if key == "online":
        day = span.start + timedelta(days=dice.randrange(span.days))
        line |= {
            "order_date": day,
            "order_id": f"{day:%y%m}-{dice.randint(1, 4)}",
            "country": dice.choice(("DE", "FR")),
            "channel": "online",
        }
        line |= {"cost_of_goods": dice.choice((None, Decimal(10), Decimal("12.5"))), "payment_fee": dice.choice((None, Decimal("0.30")))}
        return line | {"on": day, "told": day, "whole": Period(day, day), "store": None}
    store = dice.choice(stores) if stores and dice.random() < 0.8 else None
    told = span.start + timedelta(days=dice.randrange(span.days)) if key == "skins_sa" and dice.random() < 0.7 else None
    lies_in = ruling(span, rule)
    line |= {"store_id": ids[store] if store else None, "store": store[1] if store else None, "country": COUNTRY[key], "view": "main"}
    line |= {"channel": "online" if store and "web" in store[1] else "offline", "primary_view": True, "sale_date": told}
    line |= {"period_start": span.start, "period_end": span.end, "year": lies_in.year, "month": lies_in.month}
    return line | {"on": told or counted(span, rule), "told": told, "whole": span}


SEEN = ("key", "reseller", "on", "told", "whole", "store")


def _store(market: Market, world: World) -> None:
    columns = {"country": True}
    with market.database.write() as c:
        for table, online in ((t.sellout_entries2, False), (t.ecommerce_orders, True)):
            rows = [
                {k: v for k, v in x.items() if k not in SEEN and not (k in columns and not online)}
                for x in world.lines
                if (x["key"] == "online") == online
            ]
            c.execute(table.insert(), rows)
    for key, slices in world.slices.items():
        market.covers(key, *(str(one) for one in slices))


# Which lines are compared with which -------------------------------------------------------------------------------------


@dataclass
class Both:
    """Lines of now, those of them that are compared, and those of before with the day of now they stand beside."""

    now: list[Line]
    alike: list[Line]
    before: list[tuple[Line, date, date | None]]


def days_of(slices: Iterable[Period]) -> set[date]:
    return {one.start + timedelta(days=n) for one in slices for n in range(one.days)}


def is_months(period: Period) -> bool:
    return period.start.day == 1 and period.end == month(period.end).end


def before_of(query: SalesQuery) -> Period:
    now, how = query.period, query.compare
    assert now is not None
    if isinstance(how, Period):
        return how
    weeks = not is_months(now) and now.start.weekday() == 0 and now.days % 7 == 0
    if how == "prior_year_weeks" or (how == "prior_year" and weeks):
        return Period(now.start - timedelta(days=364), now.end - timedelta(days=364))
    if how in ("prior_year", "prior_year_days"):
        last = later(now.end, -12)
        return Period(later(now.start, -12), month(last).end if now.end == month(now.end).end else last)
    if is_months(now):
        return Period(later(now.start, -len(list(months_of(now.start, now.end)))), now.start - timedelta(days=1))
    return Period(now.start - timedelta(days=now.days), now.start - timedelta(days=1))


def match(world: World, query: SalesQuery) -> Both:
    now = [x for x in world.lines if query.period is None or query.period.start <= x["on"] <= query.period.end]
    if query.compare is None or query.period is None:
        return Both(now, [], [])
    found = Both(now, [], [])
    for key in world.slices:
        _by_key(world, query, key, [x for x in now if x["key"] == key], found)
    return found


def _by_key(world: World, query: SalesQuery, key: str, now: list[Line], found: Both) -> None:
    period, before = query.period, before_of(query)
    assert period is not None
    every = [x for x in world.lines if x["key"] == key]
    covered = days_of(world.slices[key])
    whole = lambda span: days_of([span]) <= covered  # noqa: E731
    shift = None
    if (
        is_months(period)
        and is_months(before)
        and len(list(months_of(period.start, period.end))) == len(list(months_of(before.start, before.end)))
    ):
        shift = (period.start.year - before.start.year) * 12 + period.start.month - before.start.month
    yearly = isinstance(query.compare, str) and query.compare != "prior_period"
    weeks = not is_months(period) and period.start.weekday() == 0 and period.days % 7 == 0
    if key in WEEKLY and (shift is None or shift % 12 == 0):
        gap = (period.start - before.start).days
        days = 364 * (shift // 12) if shift else 364 if yearly and shift is None else 0
        days = days or -(-gap // 7) * 7
        for week in weeks_of(period.start - timedelta(days=7), period.end + timedelta(days=7), WEEKLY[key]):
            on = counted(week, world.rules[key])
            other = Period(week.start - timedelta(days=days), week.end - timedelta(days=days))
            if not yearly and shift is None and counted(other, world.rules[key]) > before.end:
                continue
            if period.start <= on <= period.end and whole(week) and whole(other):
                found.alike += [x for x in now if x["whole"] == week]
                found.before += [(x, on, None) for x in every if x["whole"] == other]
        return
    if key == "online":
        by_number = shift is not None or query.compare == "prior_year_days" or (query.compare == "prior_year" and not weeks)
        if by_number:
            _days_by_number(world, period, before, 12 if shift is None else shift, covered, every, now, found)
        else:
            gap = timedelta(days=(period.start - before.start).days)
            good = {d for d in covered & days_of([period]) if d - gap in covered and before.start <= d - gap <= before.end}
            found.alike += [x for x in now if x["on"] in good]
            found.before += [(x, x["on"] + gap, x["on"] + gap) for x in every if x["on"] + gap in good]
        return
    _months(world, period, before, 12 if shift is None and yearly else shift, key, whole, every, now, found)


def _months(world: World, period: Period, before: Period, shift: int | None, key: str, whole: Any, every: list[Line], now: list[Line], found: Both) -> None:  # fmt: skip
    ends = lambda p: [m for m in months_of(p.start.replace(day=1), p.end) if p.start <= m.end <= p.end]  # noqa: E731
    ours = ends(period)
    theirs = [month(later(m.start, -shift)) for m in ours] if shift is not None else ends(before)
    if len(ours) != len(theirs):
        return
    for one, other in zip(ours, theirs, strict=True):
        if key in WEEKLY:
            here = one.end <= world.today and all(whole(w) for m in (one, other) for w in weeks_counting(world, key, m))
        else:
            here = one.end <= world.today and whole(one) and whole(other)
        if here:
            n = (one.start.year - other.start.year) * 12 + one.start.month - other.start.month
            found.alike += [x for x in now if month(x["on"]) == one]
            for x in every:
                if month(x["on"]) == other:
                    lands = later(x["on"], n)
                    if x["told"] is None or period.start <= lands <= period.end:
                        found.before.append((x, lands, x["told"] and later(x["told"], n)))


def _days_by_number(world: World, period: Period, before: Period, shift: int, covered: set[date], every: list[Line], now: list[Line], found: Both) -> None:  # fmt: skip
    for one in months_of(period.start.replace(day=1), period.end):
        other = month(later(one.start, -shift))
        inside = period.start <= one.start and one.end <= min(period.end, world.today)
        if inside and days_of([one, other]) <= covered:
            good, theirs = days_of([one]), days_of([other])
        else:
            numbers = {d.day for d in days_of([one]) & covered & days_of([period])} & {
                d.day for d in days_of([other]) & covered & days_of([before])
            }
            good, theirs = ({d for d in days_of([m]) if d.day in numbers} for m in (one, other))
        found.alike += [x for x in now if x["on"] in good]
        found.before += [(x, later(x["on"], shift), later(x["on"], shift)) for x in every if x["on"] in theirs]
