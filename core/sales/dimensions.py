"""The dimensions: what figures can be split and filtered by, each with its SQL over a line of `readable.sales`.

A line counts in the period where its reseller's rule puts it (`counted_on`); a line that states no day, store or product has no value
in that dimension ("not stated"), and is never spread or guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import BadQuestion
from core.sales.fiscal import FiscalCalendar, Part
from core.sales.suggesting import did_you_mean

Kind = Literal["text", "date"]
Grain = Literal["total", "product", "day", "store", "line"]  # the coarsest sums that tell its values apart

NOT_STATED = "not stated"
OTHERS = "others"
TIME = ("year", "quarter", "month", "week", "day", "weekday")
PARTS_OF_A_YEAR: tuple[Part, ...] = ("month", "quarter", "year")
OF_ORDERS = ("channel", "source", "reseller", "store", "country", "currency", "vat_basis", "line_kind")
FISCAL = tuple(f"fiscal_{part}" for part in PARTS_OF_A_YEAR)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Dimension:
    """`label`: SQL of the value that is shown; `key`: SQL of what makes it one group, where that is not the label itself.

    `{on}` stands for the day a line counts on, `{day}` for the day it states. `matches`: further SQL values a filter may name.
    `grain`: the coarsest sums that answer it with the same figures. `without`: what a line without a value is said not to state.
    """

    name: str
    title: str
    label: str
    kind: Kind = "text"
    key: str = ""
    matches: tuple[str, ...] = ()
    grain: Grain = "total"
    without: str = ""

    @property
    def definition(self) -> str:
        """What it is and where it comes from, in a sentence."""
        return MEANINGS[self.name]

    @property
    def is_time(self) -> bool:
        return self.name in TIME or self.name in FISCAL

    @property
    def of_orders(self) -> bool:
        """Whether all lines of an order share its value, but for the orders that are told apart."""
        return self.is_time or self.name in OF_ORDERS

    def in_calendar(self, calendar: FiscalCalendar) -> Dimension:
        """The dimension by the brand's fiscal calendar; only fiscal ones depend on it."""
        part = next((part for part in PARTS_OF_A_YEAR if self.name == f"fiscal_{part}"), None)
        return self if part is None else replace(self, label=calendar.label(part), grain="day" if calendar.by_weeks else "total")


_STORE = """store || case when lower(store) in (select lower(name) from readable.stores group by 1 having count(*) > 1)
         then ' (' || reseller || ')' else '' end"""
_PRODUCT = "coalesce(functional_name || ' · ' || product_name, product_ean)"

_ALL = (
    Dimension("day", "Day", "{day}", "date", grain="day", without="day"),
    Dimension(
        "week",
        "Week",
        "case when {day} is not null or period_end - period_start < 7 then date_trunc('week', {on})::date end",
        "date",
        grain="day",
        without="week",
    ),
    Dimension("month", "Month", "date_trunc('month', {on})::date", "date"),
    Dimension("quarter", "Quarter", "date_trunc('quarter', {on})::date", "date"),
    Dimension("year", "Year", "date_trunc('year', {on})::date", "date"),
    *(
        Dimension(f"fiscal_{part}", f"Fiscal {part}", FiscalCalendar().label(part), "date", without=f"fiscal {part}")
        for part in PARTS_OF_A_YEAR
    ),
    Dimension("weekday", "Weekday", "to_char(sold_on, 'FMDay')", grain="day", without="day"),
    Dimension("channel", "Channel", "channel"),
    Dimension("source", "Source", "source"),
    Dimension("reseller", "Reseller", "reseller", key="reseller_id", matches=("reseller_key",)),
    Dimension(
        "store", "Store", _STORE, key="store_id", matches=("store", "store || ' (' || reseller || ')'"), grain="store", without="store"
    ),
    Dimension(
        "product",
        "Product",
        _PRODUCT,
        key="product_ean",
        matches=("product_ean", "functional_name", "product_name"),
        grain="product",
        without="product",
    ),
    Dimension("category", "Category", "category", grain="product"),
    Dimension("product_kind", "Product kind", "product_kind", grain="product"),
    Dimension("size", "Size", "trim_scale(size_ml)::text || ' ml'", matches=("trim_scale(size_ml)::text",), grain="product"),
    Dimension("country", "Country", "country"),
    Dimension("city", "City", "city", grain="line"),
    Dimension("currency", "Currency", "currency"),
    Dimension("vat_basis", "VAT basis", "vat_basis"),
    Dimension("line_kind", "Line kind", "line_kind"),
    Dimension("utm_source", "Traffic source", "utm_source", grain="line"),
    Dimension("utm_medium", "Traffic medium", "utm_medium", grain="line"),
    Dimension("utm_campaign", "Campaign", "utm_campaign", grain="line"),
    Dimension("device", "Device", "initcap(device_type)", key="lower(device_type)", grain="line"),
    Dimension("order", "Order", "order_id", grain="line", without="order"),
)
MEANINGS = {
    "day": "The day a line states: of orders, of tills that print it. Lines of a week or a month have none and stand in a row of their own.",
    "week": "Monday to Sunday (ISO 8601), named by its Monday, of lines that state a day or a week; a week counts where its last day does.",
    "month": "The calendar month a line counts in; of a week that spans two, the one the reseller's period rule chooses.",
    "quarter": "The calendar quarter of that month.",
    "year": "The calendar year of that month.",
    "fiscal_month": "A month of the brand's fiscal calendar (settings): a calendar month, or weeks in a 4-4-5, 4-5-4 or 5-4-4 pattern.",
    "fiscal_quarter": "Three months of the brand's fiscal calendar.",
    "fiscal_year": "The brand's fiscal year, named in periods by the calendar year it ends in.",
    "weekday": "The day of the week of lines that state a day.",
    "channel": "Online or offline: a property of the store, so a reseller's web shop is online.",
    "source": "Own web shop (d2c) or resellers (sell-out).",
    "reseller": "The reseller whose file states the line; the own web shop is one too.",
    "store": "The selling point, where the file states one; a name that two resellers use carries the reseller's.",
    "product": "The article by its EAN, shown as code and name.",
    "category": "Perfume, set, candle, accessory …, from the catalogue.",
    "product_kind": "Full size, tester, sample, set or candle, from the catalogue.",
    "size": "Millilitres, from the catalogue.",
    "country": "Delivery country of web-shop orders; elsewhere the store's country, or its reseller's.",
    "city": "City of the store; of web-shop customers only where an administrator allows it.",
    "currency": "Currency of the amount as the file states it.",
    "vat_basis": "Whether that amount includes VAT (gross) or not (net).",
    "line_kind": "Sale, return, adjustment, sample or tester; samples and testers count only where the question names them.",
    "utm_source": "Where the visit to the web shop came from.",
    "utm_medium": "The kind of traffic that brought the visit.",
    "utm_campaign": "The campaign that brought the visit.",
    "device": "The device the order was placed with.",
    "order": "The number of the web-shop order.",
}
DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _ALL}


def find_dimensions(names: Iterable[str]) -> tuple[Dimension, ...]:
    """The dimensions of these names, each once, in order. Errors: BadQuestion with the nearest names."""
    return tuple(find_dimension(name) for name in dict.fromkeys(names))


def find_dimension(name: str) -> Dimension:
    """Errors: BadQuestion with the nearest names."""
    if name not in DIMENSIONS:
        raise BadQuestion(f"There is no dimension “{name}”. {did_you_mean(name, {d.name: d.title for d in _ALL})}")
    return DIMENSIONS[name]
