"""The measures: every figure has one name, one definition and one formula here, and pages, chat, reports and notebooks use that name.

A measure is a formula over *sums* of the lines that count. `SUMS` says how each sum is taken, `MEASURES` how figures follow from them,
so that a total, a remainder line or a compared period computes a ratio from its own sums and never adds up ratios.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.errors import BadQuestion
from core.sales.suggesting import did_you_mean

Unit = Literal["EUR net", "EUR gross", "units", "orders", "lines", "stores", "products", "resellers", "EUR per order", "EUR per unit", "units per order", "ratio", "local currency"]  # fmt: skip
Additivity = Literal["additive", "distinct", "ratio"]

LINE_KINDS = ("sale", "return", "adjustment", "sample", "tester")
DEFAULT_KINDS = ("sale", "return", "adjustment")
COUNTS = ("units", "orders", "lines", "stores", "products", "resellers")


@dataclass(frozen=True)
class Sum:
    """One aggregate over the lines. `columns`: what it reads of a line. `condition`: the lines it is taken over, beside the population.

    `every_kind`: taken over lines of every kind unless the question names kinds itself (an order's fee is split over its gifts too).
    `by_store`, `by_product`: tells them apart. `at_list`: reads list prices. `in_rollup`: can be taken from the rollup; else it is taken from the web shop's orders, and `{only}` in the
    aggregate stands for the condition. `of_stock`: taken of the stock that files state beside their sales, or up to its day. `names`: no part of a
    figure, but whether lines name what it counts; 0 where none does, null without lines.
    """

    aggregate: str
    columns: tuple[str, ...]
    condition: str = ""
    every_kind: bool = False
    in_rollup: bool = True
    by_store: bool = False
    by_product: bool = False
    at_list: bool = False
    of_stock: bool = False
    names: bool = False

    @property
    def source(self) -> str:
        """Where the lines come from, in words."""
        if self.of_stock:
            return "stock, with the units sold until its day"
        return "rollup" if self.in_rollup else "order lines of the web shop"


@dataclass(frozen=True)
class Measure:
    """One figure. `expression` is SQL over names of SUMS in braces; `{net_of_all}` is the sum `net` of the total row.

    `additivity`: 'additive' rows add up to the total; 'distinct' counts and 'ratio' do not. `only`: the one source that states it;
    elsewhere the figure is null, never 0.
    """

    name: str
    label: str
    unit: Unit
    definition: str
    formula: str
    expression: str
    additivity: Additivity = "additive"
    only: Literal["d2c"] | None = None

    @property
    def sums(self) -> tuple[str, ...]:
        """Names of the SUMS that the expression reads."""
        return tuple(dict.fromkeys(name.removesuffix("_of_all") for name in re.findall(r"{(\w+)}", self.expression)))

    @property
    def conditions(self) -> tuple[str, ...]:
        """SQL of the lines its sums are taken over, beside the counted kinds; none where all of those count."""
        return tuple(dict.fromkeys(SUMS[name].condition for name in self.sums if SUMS[name].condition))

    @property
    def whole(self) -> bool:
        """True for counts (Int64), False for money and ratios (Decimal)."""
        return self.unit in COUNTS


SUMS: dict[str, Sum] = {
    "net": Sum("sum(net)", ("net",)),
    "gross": Sum("sum(gross)", ("gross",)),
    "quantity": Sum("sum(quantity)", ("quantity", "line_kind"), "line_kind <> 'adjustment'"),
    "sold": Sum("sum(quantity)", ("quantity", "line_kind"), "line_kind = 'sale'"),
    "returned": Sum("-sum(quantity)", ("quantity", "line_kind"), "line_kind = 'return'"),
    "net_sold": Sum("sum(net)", ("net", "line_kind"), "line_kind = 'sale'"),
    "gross_sold": Sum("sum(gross)", ("gross", "line_kind"), "line_kind = 'sale'"),
    "net_with_gross_sold": Sum("sum(net_with_gross)", ("net_with_gross", "line_kind"), "line_kind = 'sale'"),
    "local_sold": Sum("sum(converted_local)", ("converted_local", "line_kind"), "line_kind = 'sale'"),
    "net_free": Sum("sum(net)", ("net", "line_kind"), "line_kind in ('sample', 'tester')"),
    "net_returned": Sum("-sum(net)", ("net", "line_kind"), "line_kind = 'return'"),
    "orders": Sum(
        "count(distinct order_id){only} + coalesce(sum(orders){only}, 0)",
        ("order_id", "orders", "line_kind"),
        "line_kind = 'sale'",
        in_rollup=False,
    ),
    "order_lines": Sum("sum(lines)", ("lines", "source"), "source = 'd2c'"),
    "shop_net": Sum("sum(net)", ("net", "source"), "source = 'd2c'"),
    "shop_quantity": Sum("sum(quantity)", ("quantity", "source", "line_kind"), "source = 'd2c' and line_kind <> 'adjustment'"),
    "fee": Sum("sum(fee)", ("fee",), every_kind=True),
    "cost": Sum("sum(cost)", ("cost",)),
    "cost_of_free": Sum("sum(cost)", ("cost", "line_kind"), "line_kind in ('sample', 'tester')", every_kind=True),
    "cost_with_net": Sum("sum(cost_with_net)", ("cost_with_net",)),
    "net_with_cost": Sum("sum(net_with_cost)", ("net_with_cost",)),
    "priced_net": Sum("sum(priced_net)", ("priced_net", "line_kind"), "line_kind = 'sale'"),
    "priced_quantity": Sum("sum(priced_quantity)", ("priced_quantity", "line_kind"), "line_kind = 'sale'"),
    "priced_net_without_bulk": Sum("sum(priced_net)", ("priced_net", "line_kind", "bulk"), "line_kind = 'sale' and not bulk"),
    "priced_quantity_without_bulk": Sum(
        "sum(priced_quantity)", ("priced_quantity", "line_kind", "bulk"), "line_kind = 'sale' and not bulk"
    ),
    "listed_gross": Sum("sum(listed_gross)", ("listed_gross", "line_kind"), "line_kind = 'sale'", at_list=True),
    "gross_at_list": Sum("sum(gross_at_list)", ("gross_at_list", "line_kind"), "line_kind = 'sale'", at_list=True),
    "paired_net": Sum("sum(priced_net)", ("priced_net", "line_kind"), "line_kind in ('sale', 'return')"),
    "paired_quantity": Sum("sum(priced_quantity)", ("priced_quantity", "line_kind"), "line_kind in ('sale', 'return')"),
    "lines": Sum("sum(lines)", ("lines",)),
    "stock": Sum("sum(quantity)", ("quantity",), of_stock=True),
    "stocked_units": Sum("sum(quantity)", ("quantity", "line_kind"), "line_kind <> 'adjustment'", of_stock=True),
    "stores": Sum("count(distinct store_id)", ("store_id", "line_kind"), "line_kind = 'sale'", by_store=True),
    "products": Sum("count(distinct product_ean)", ("product_ean", "line_kind"), "line_kind = 'sale'", by_product=True),
    "names_stores": Sum("max((store_id is not null)::int)", ("store_id",), by_store=True, names=True),
    "names_products": Sum("max((product_ean is not null)::int)", ("product_ean",), by_product=True, names=True),
    "resellers": Sum("count(distinct reseller_id)", ("reseller_id",)),
}

_ALL = (
    Measure(
        "sales_eur_net",
        "Net revenue",
        "EUR net",
        "Revenue in EUR without VAT: sales, returns and adjustments, at the rate stored on each line.",
        "Σ sales_eur_net",
        "{net}",
    ),
    Measure(
        "sales_eur_gross",
        "Gross revenue",
        "EUR gross",
        "Revenue in EUR including VAT: sales, returns and adjustments, at the rate stored on each line.",
        "Σ sales_eur_gross",
        "{gross}",
    ),
    Measure(
        "units",
        "Units",
        "units",
        "Units sold less units returned; money-only corrections have none.",
        "Σ quantity over sale and return",
        "{quantity}",
    ),
    Measure(
        "units_sold",
        "Units sold",
        "units",
        "Units of sale lines, before returns.",
        "Σ quantity over sale",
        "case when {quantity} is not null then coalesce({sold}, 0) end",
    ),
    Measure(
        "units_returned",
        "Units returned",
        "units",
        "Units of return lines, as a positive number.",
        "−Σ quantity over return",
        "case when {quantity} is not null then coalesce({returned}, 0) end",
    ),
    Measure(
        "returns_rate",
        "Returns",
        "ratio",
        "Units returned for each unit sold; at least this where a reseller nets returns against sales.",
        "units_returned ÷ units_sold",
        "coalesce({returned}, 0) / nullif({sold}, 0)",
        "ratio",
    ),
    Measure(
        "returns_value_rate",
        "Returns by value",
        "ratio",
        "Net revenue returned for each EUR of net revenue sold.",
        "−Σ net(return) ÷ Σ net(sale)",
        "coalesce({net_returned}, 0) / nullif({net_sold}, 0)",
        "ratio",
    ),
    Measure(
        "orders",
        "Orders",
        "orders",
        "Web-shop orders with at least one sale line; resellers state no orders.",
        "distinct order_id with a sale line",
        "case when {order_lines} > 0 then coalesce({orders}, 0) end",
        "distinct",
        "d2c",
    ),
    Measure(
        "aov",
        "Average order value",
        "EUR per order",
        "Net revenue of the web shop for each order, never for each line.",
        "Σ net of the web shop ÷ orders",
        "{shop_net} / nullif({orders}, 0)",
        "ratio",
        "d2c",
    ),
    Measure(
        "units_per_order",
        "Units per order",
        "units per order",
        "Units of the web shop for each order.",
        "units of the web shop ÷ orders",
        "{shop_quantity} / nullif({orders}, 0)",
        "ratio",
        "d2c",
    ),
    Measure(
        "average_unit_price",
        "Average unit price",
        "EUR per unit",
        "Net revenue for each unit sold, over the sale lines that state both units and money.",
        "Σ net(sale) ÷ Σ units(sale), lines with both",
        "{priced_net} / nullif({priced_quantity}, 0)",
        "ratio",
    ),
    Measure(
        "average_unit_price_without_bulk",
        "Average unit price without bulk",
        "EUR per unit",
        "Net revenue for each unit sold as above, bulk lines (many units at a fraction of the list price) left out.",
        "Σ net(sale) ÷ Σ units(sale), lines with both that are not bulk",
        "{priced_net_without_bulk} / nullif({priced_quantity_without_bulk}, 0)",
        "ratio",
    ),
    Measure(
        "price_realisation",
        "Price realisation",
        "ratio",
        "Gross revenue for each EUR the same units cost at the list price of their month, in the currency they were sold in.",
        "Σ gross(sale) ÷ Σ units × list price, lines with units, gross and a list price in their currency",
        "{gross_at_list} / nullif({listed_gross}, 0)",
        "ratio",
    ),
    Measure(
        "sell_through",
        "Sell-through",
        "ratio",
        "Units sold out of those there were to sell: of resellers that state stock, up to the last day they state it in the period.",
        "units ÷ (stock at the end + units)",
        "{stocked_units} / nullif({stock} + {stocked_units}, 0)",
        "ratio",
    ),
    Measure(
        "stock_units",
        "Stock",
        "units",
        "Units in stock at the end, as the reseller's last file of the period states them; a blank is not stated, never 0.",
        "Σ stock on the last stated day of each reseller",
        "{stock}",
        "ratio",
    ),
    Measure(
        "payment_fee",
        "Payment fees",
        "EUR net",
        "One payment fee for each web-shop order, split over all its lines, gifts included.",
        "Σ of one fee per order",
        "{fee}",
        only="d2c",
    ),
    Measure(
        "cost_of_goods",
        "Cost of goods",
        "EUR net",
        "Cost of the lines whose cost is known; a blank cost is never 0.",
        "Σ cost over lines with known cost",
        "{cost}",
        only="d2c",
    ),
    Measure(
        "cost_of_free_goods",
        "Cost of free goods",
        "EUR net",
        "Cost of samples and testers whose cost is known; never part of gross profit.",
        "Σ cost over sample and tester",
        "{cost_of_free}",
        only="d2c",
    ),
    Measure(
        "gross_profit",
        "Gross profit",
        "EUR net",
        "Net revenue less cost of goods, over the lines whose cost is known; read it with the cost coverage.",
        "Σ (net − cost) over lines with known cost",
        "{net_with_cost} - {cost_with_net}",
        only="d2c",
    ),
    Measure(
        "margin",
        "Gross margin",
        "ratio",
        "Gross profit for each EUR of net revenue of the same lines.",
        "gross_profit ÷ Σ net of the same lines",
        "({net_with_cost} - {cost_with_net}) / nullif({net_with_cost}, 0)",
        "ratio",
        "d2c",
    ),
    Measure(
        "cost_coverage",
        "Cost coverage",
        "ratio",
        "Part of the net revenue whose cost is known.",
        "Σ net of lines with known cost ÷ Σ net",
        "coalesce({net_with_cost}, 0) / nullif({net}, 0)",
        "ratio",
    ),
    Measure(
        "contribution",
        "Contribution",
        "EUR net",
        "Gross profit less payment fees; the cost of free goods is shown apart.",
        "gross_profit − payment_fee",
        "{net_with_cost} - {cost_with_net} - coalesce({fee}, 0)",
        only="d2c",
    ),
    Measure(
        "share",
        "Share of net revenue",
        "ratio",
        "Part of the net revenue of everything the question covers; what states no group is a group of its own, so shares add to 100 %.",
        "Σ net of the group ÷ Σ net of all",
        "{net} / case when {net_of_all} > 0 then {net_of_all} end",
        "ratio",
    ),
    Measure(
        "units_share",
        "Share of units",
        "ratio",
        "Part of the units of everything the question covers.",
        "units of the group ÷ units of all",
        "{quantity} / case when {quantity_of_all} > 0 then {quantity_of_all} end",
        "ratio",
    ),
    Measure(
        "priced_revenue",
        "Net revenue with units",
        "EUR net",
        "Net revenue of the sale and return lines that state both units and money: the part whose change splits into volume and price.",
        "Σ net over sale and return lines with both",
        "{paired_net}",
    ),
    Measure(
        "priced_units",
        "Units with revenue",
        "units",
        "Units of the sale and return lines that state both units and money.",
        "Σ quantity over sale and return lines with both",
        "{paired_quantity}",
    ),
    Measure(
        "lines",
        "Lines",
        "lines",
        "Lines of the files (or cells of a matrix) behind the figures.",
        "number of lines",
        "coalesce({lines}, 0)",
    ),
    Measure(
        "active_stores",
        "Active stores",
        "stores",
        "Stores with at least one sale; not stated where no line names a store.",
        "distinct stores with a sale line",
        "case when {names_stores} > 0 then {stores} end",
        "distinct",
    ),
    Measure(
        "active_products",
        "Active products",
        "products",
        "Products with at least one sale; not stated where no line names a product.",
        "distinct products with a sale line",
        "case when {names_products} > 0 then {products} end",
        "distinct",
    ),
    Measure(
        "resellers",
        "Resellers",
        "resellers",
        "Resellers with at least one line, the own web shop included.",
        "distinct resellers",
        "{resellers}",
        "distinct",
    ),
)
MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}

# What the bridge is made of: asked for by name, offered nowhere.
_PARTS: tuple[tuple[str, str, Unit, str, str], ...] = (
    ("revenue_returned", "Net revenue of returns", "EUR net", "Σ net over return, negative", "-{net_returned}"),
    ("revenue_of_free", "Net revenue of free goods", "EUR net", "Σ net over sample and tester", "{net_free}"),
    ("sold_revenue_with_units", "Net revenue sold with units", "EUR net", "Σ net over sale lines with units and net", "{priced_net}"),
    ("sold_units_with_revenue", "Units sold with revenue", "units", "Σ quantity over sale lines with units and net", "{priced_quantity}"),
    ("sold_revenue", "Net revenue sold", "EUR net", "Σ net over sale", "{net_sold}"),
    ("sold_gross", "Gross revenue sold", "EUR gross", "Σ gross over sale", "{gross_sold}"),
    ("sold_net_with_gross", "Net revenue sold with gross", "EUR net", "Σ net over sale lines with gross", "{net_with_gross_sold}"),
    ("sold_local", "Sold in local currency", "local currency", "Σ amount_local over sale lines with a rate", "{local_sold}"),
)
PARTS: dict[str, Measure] = {part[0]: Measure(*part[:4], part[3], part[4]) for part in _PARTS}


def find_measures(names: Iterable[str]) -> tuple[Measure, ...]:
    """The measures of these names, each once, in order. Errors: BadQuestion with the nearest names."""
    listed = tuple(dict.fromkeys(names))
    if not listed:
        raise BadQuestion("A question needs at least one measure, for example sales_eur_net.")
    return tuple(find_measure(name) for name in listed)


def find_measure(name: str) -> Measure:
    """Errors: BadQuestion with the nearest names."""
    if name in PARTS:
        return PARTS[name]
    if name not in MEASURES:
        raise BadQuestion(f"There is no measure “{name}”. {did_you_mean(name, {m.name: m.label for m in _ALL})}")
    return MEASURES[name]
