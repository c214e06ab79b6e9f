"""The arithmetic of a bridge: how a change of net revenue splits into effects that add up to it exactly. Pure, in fractions.

The order of effects, each over what the ones before left (EUR net; 0 = before, 1 = now; N net revenue, q units, p = N ÷ q, of sale lines that
state both units and money unless said otherwise):

1. returns, free goods, money without units: change of the net revenue of return lines, of sample and tester lines, and of all that states
   no units (corrections, resellers that state money and units apart). The rest is net revenue of priced sales.
2. new, lost: priced sales of items that have them in one period only.
3. currency: N1 × (1 − r0 ÷ r1), r = EUR for one unit of local currency over a reseller's sales. “Constant currency”: today's local sales at
   the rates of before (ESMA guidelines on alternative performance measures).
4. VAT: N1 × (r0 ÷ r1) × (1 − k0 ÷ k1), k = net ÷ gross of a reseller's sales in a country: what is left of the same shelf price.
5. price: (p1 − p0) × q1 for each product at each reseller and country sold in both periods, N1 taken after steps 3 and 4.
6. volume and mix: volume = (Q1 − Q0) × P0 with Q all units and P0 the average price before; mix = Σ q1 × p0 − Q1 × P0: the same units moved
   to dearer or cheaper products and places; what a continuing item sells at a place only now or only before is mix.

Steps 5 and 6 are the sales-price, sales-quantity and sales-mix variances of cost accounting (Horngren, Cost Accounting, “sales-mix and
sales-quantity variances”). With one product and one place mix is 0, volume is (q1 − q0) × p0 and price is (p1 − p0) × q1.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction

ZERO, ONE = Fraction(0), Fraction(1)
SAME_VAT = Fraction(1, 100_000)  # rounding of stated amounts moves net ÷ gross by less; no VAT rate changes by so little
LOWEST_NET_PART = Fraction(7, 10)  # VAT of more than 40 % exists nowhere: such a quotient mixes lines with and without gross


@dataclass(frozen=True)
class Amounts:
    """Sums of one cell in one period. EUR but `local` (as stated, in the cell's currency and VAT basis) and `units`.

    net: everything; returned, free: of return lines, of samples and testers; priced_net, units: of sale lines that state both;
    sold_net, sold_gross, net_with_gross, local: of sale lines with a rate.
    """

    net: Fraction = ZERO
    returned: Fraction = ZERO
    free: Fraction = ZERO
    priced_net: Fraction = ZERO
    units: Fraction = ZERO
    sold_net: Fraction = ZERO
    sold_gross: Fraction = ZERO
    net_with_gross: Fraction = ZERO
    local: Fraction = ZERO


@dataclass(frozen=True)
class Cell:
    """One product of an item at one reseller, currency, basis of the stated amount and country, in both periods."""

    item: Hashable
    reseller: Hashable = None
    currency: str = "EUR"
    vat_basis: str = "net"
    country: str = ""
    now: Amounts = field(default_factory=Amounts)
    before: Amounts = field(default_factory=Amounts)
    product: Hashable = None


@dataclass(frozen=True)
class Effects:
    """Parts of a change in EUR net; their sum is the change exactly."""

    new: Fraction = ZERO
    lost: Fraction = ZERO
    volume: Fraction = ZERO
    mix: Fraction = ZERO
    price: Fraction = ZERO
    currency: Fraction = ZERO
    vat: Fraction = ZERO
    returns: Fraction = ZERO
    free_goods: Fraction = ZERO
    without_units: Fraction = ZERO

    @property
    def values(self) -> tuple[Fraction, ...]:
        return tuple(getattr(self, f.name) for f in fields(self))

    def plus(self, other: Effects) -> Effects:
        return Effects(*(a + b for a, b in zip(self.values, other.values, strict=True)))


@dataclass(frozen=True)
class _Valued:
    """A cell of a continuing item. `at_before`: its units of now at the prices of before; the other effects are already taken out."""

    item: Hashable
    units_now: Fraction
    units_before: Fraction
    net_before: Fraction
    at_before: Fraction


def effects_by_item(cells: Iterable[Cell], *, apart: bool = False) -> dict[Hashable, Effects]:
    """The effects of each item, in order of appearance; over all items each effect is the sum. `apart`: each item as a bridge of its own,
    its volume at its own average price of before and its mix over its own products and places; what they add up to is the same."""
    groups: dict[Hashable, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.item, []).append(cell)
    every = [cell for group in groups.values() for cell in group]
    rates = _rate_changes(every), _vat_changes(every)
    found: dict[Hashable, Effects] = {}
    valued: list[_Valued] = []
    for item, group in groups.items():
        effects, own = _of_item(group, *rates)
        found[item] = _beside_prices(group).plus(effects)
        valued += own
    for item, effects in _volume_and_mix(valued, apart).items():
        found[item] = found[item].plus(effects)
    return found


def total_effects(by_item: Mapping[Hashable, Effects]) -> Effects:
    total = Effects()
    for effects in by_item.values():
        total = total.plus(effects)
    return total


def _beside_prices(group: Sequence[Cell]) -> Effects:
    """Step 1."""
    net, returned, free, priced = (_change(group, name) for name in ("net", "returned", "free", "priced_net"))
    return Effects(returns=returned, free_goods=free, without_units=net - returned - free - priced)


def _of_item(group: Sequence[Cell], rates: Mapping[Hashable, Fraction], vats: Mapping[Hashable, Fraction]) -> tuple[Effects, list[_Valued]]:
    """Steps 2 to 5 of one item, and its cells for step 6."""
    units_now, net_now = _sum(c.now.units for c in group), _sum(c.now.priced_net for c in group)
    units_before, net_before = _sum(c.before.units for c in group), _sum(c.before.priced_net for c in group)
    if not any(c.before.units or c.before.priced_net for c in group):
        return Effects(new=net_now), []
    if not any(c.now.units or c.now.priced_net for c in group):
        return Effects(lost=-net_before), []
    if units_now <= 0 or units_before <= 0:
        return Effects(without_units=net_now - net_before), []
    currency = vat = price = ZERO
    valued: list[_Valued] = []
    for cells in _shelves(group):
        net_now = ZERO
        for cell in cells:
            by_rate, by_vat, left = _restated(cell, rates.get(_money_of(cell), ONE), vats.get(_place_of(cell), ONE))
            currency, vat, net_now = currency + by_rate, vat + by_vat, net_now + left
        units, before = _sum(c.now.units for c in cells), (_sum(c.before.units for c in cells), _sum(c.before.priced_net for c in cells))
        by_price = _price_effect(units, net_now, *before)
        price += by_price
        valued.append(_Valued(cells[0].item, units, *before, net_now - by_price))
    return Effects(currency=currency, vat=vat, price=price), valued


def _shelves(group: Sequence[Cell]) -> Iterable[list[Cell]]:
    """The cells of one product at one reseller and country: a reseller that changes its currency or basis sells on the same shelf."""
    shelves: dict[Hashable, list[Cell]] = {}
    for cell in group:
        shelves.setdefault((cell.product, cell.reseller, cell.country), []).append(cell)
    return shelves.values()


def _restated(cell: Cell, rate: Fraction, vat: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Steps 3 and 4: the effects of currency and of VAT, and the priced net revenue of now at the rates of before."""
    net = cell.now.priced_net
    at_rate = net if rate == 1 else net * rate
    left = at_rate if vat == 1 else at_rate * vat
    return net - at_rate, at_rate - left, left


def _price_effect(units: Fraction, net_now: Fraction, units_before: Fraction, net_before: Fraction) -> Fraction:
    """Step 5: (p1 − p0) × q1."""
    if units <= 0 or units_before <= 0:
        return ZERO
    return net_now - units * net_before / units_before


def _volume_and_mix(valued: Sequence[_Valued], apart: bool = False) -> dict[Hashable, Effects]:
    """Step 6, by item: volume is its change of units at the average price of all (or its own), mix the rest of its units at the prices of
    before."""
    averages = _average_prices(valued, apart)
    sums: dict[Hashable, tuple[Fraction, Fraction]] = {}
    for one in valued:
        average = averages[one.item]
        by_volume = (one.units_now - one.units_before) * average
        by_mix = one.at_before - one.net_before - by_volume
        volume, mix = sums.get(one.item, (ZERO, ZERO))
        sums[one.item] = (volume + by_volume, mix + by_mix)
    return {item: Effects(volume=volume, mix=mix) for item, (volume, mix) in sums.items()}


def _average_prices(valued: Sequence[_Valued], apart: bool) -> dict[Hashable, Fraction]:
    """EUR net for one unit before, by item."""
    sums: dict[Hashable, tuple[Fraction, Fraction]] = {}
    for one in valued:
        net, units = sums.get(one.item if apart else None, (ZERO, ZERO))
        sums[one.item if apart else None] = (net + one.net_before, units + one.units_before)
    prices = {key: net / units if units else ZERO for key, (net, units) in sums.items()}
    return {one.item: prices[one.item if apart else None] for one in valued}


def _rate_changes(cells: Sequence[Cell]) -> dict[Hashable, Fraction]:
    """r0 ÷ r1 by reseller, currency and basis, where both are known."""
    foreign = [cell for cell in cells if cell.currency != "EUR"]
    return _quotients(foreign, _money_of, lambda cell, a: (a.sold_gross if cell.vat_basis == "gross" else a.sold_net, a.local))


def _vat_changes(cells: Sequence[Cell]) -> dict[Hashable, Fraction]:
    """k0 ÷ k1 by reseller and country, where both are known and differ."""
    found = _quotients(cells, _place_of, lambda _, a: (a.net_with_gross, a.sold_gross), (LOWEST_NET_PART, Fraction(1)))
    return {place: quotient for place, quotient in found.items() if abs(quotient - 1) > SAME_VAT}


def _quotients(
    cells: Sequence[Cell],
    key: Callable[[Cell], Hashable],
    parts: Callable[[Cell, Amounts], tuple[Fraction, Fraction]],
    within: tuple[Fraction, Fraction] | None = None,
) -> dict[Hashable, Fraction]:
    sums: dict[Hashable, list[Fraction]] = {}
    for cell in cells:
        own = sums.setdefault(key(cell), [ZERO] * 4)
        values = (*parts(cell, cell.before), *parts(cell, cell.now))
        sums[key(cell)] = [a + b for a, b in zip(own, values, strict=True)]
    known = {k: (a / b, c / d) for k, (a, b, c, d) in sums.items() if min(a, b, c, d) > 0}
    if within is not None:
        known = {k: pair for k, pair in known.items() if all(within[0] <= value <= within[1] for value in pair)}
    return {k: before / now for k, (before, now) in known.items()}


def _money_of(cell: Cell) -> Hashable:
    return cell.reseller, cell.currency, cell.vat_basis


def _place_of(cell: Cell) -> Hashable:
    return cell.reseller, cell.country


def _change(group: Sequence[Cell], name: str) -> Fraction:
    return _sum(getattr(cell.now, name) - getattr(cell.before, name) for cell in group)


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, ZERO)
