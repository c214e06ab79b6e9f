"""What a reseller carries of the brand: gained and lost products, and bestsellers of the brand that it does not sell. Pure.

Carried: units sold in the period. Gained and lost are told only over what is covered in both compared periods, so that a missing file loses
no product; of a reseller that has stated nothing of the period nothing is missing, because nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from core.sales.dimensions import NOT_STATED
from core.sales.query import Filter, Period, Result, SalesQuery
from core.sales.shown import Shown, about

MEASURES = ("units_sold", "sales_eur_net", "share")
BESTSELLERS = 10
EUR = pl.Decimal(38, 9)
PRODUCTS: dict[str, Any] = {
    "product": pl.String,
    "state": pl.String,  # carried, gained, lost, missing (a bestseller of the brand that it does not sell)
    "sales_eur_net": EUR,
    "brand_rank": pl.Int64,
    "brand_share": EUR,
}


@dataclass(frozen=True)
class Assortment:
    """`products`: columns PRODUCTS, the brand's best first. `carried`, `of`: how many products the reseller and the brand sell;
    `weighted`: share of the brand's net revenue that the carried products make everywhere; `compared`: whether gained and lost are known; `known`: whether
    the reseller has stated anything of the period."""

    products: pl.DataFrame
    carried: int
    of: int
    weighted: Decimal | None
    compared: bool
    known: bool = True

    def named(self, state: str) -> list[str]:
        """The products of a state, the brand's best first."""
        return self.products.filter(pl.col("state") == state)["product"].to_list()


def assortment_queries(
    reseller: str, where: tuple[Filter, ...], period: Period, against: Any, brand: tuple[Filter, ...] | None = None
) -> tuple[SalesQuery, SalesQuery]:
    """What the reseller sells, against another period, and what the brand sells everywhere in this one. `where`: the page's filters; of
    those on resellers the brand knows nothing, unless `brand` says otherwise."""
    everywhere = tuple(f for f in where if f.dimension != "reseller") if brand is None else brand
    own = (*everywhere, Filter("reseller", (reseller,)))
    return (
        SalesQuery(MEASURES, ("product",), own, period, against),
        SalesQuery(MEASURES, ("product",), everywhere, period),
    )


def assortment(own: Result, brand: Result) -> Assortment:
    """`own`, `brand`: the answers to `assortment_queries`."""
    ranked = brand.frame.filter((pl.col("product") != NOT_STATED) & (pl.col("units_sold") > 0)).sort(
        "sales_eur_net", descending=True, nulls_last=True
    )
    ranks = {name: (place, share) for place, (name, share) in enumerate(ranked.select("product", "share").iter_rows(), 1)}
    rows = own.frame.filter(pl.col("product") != NOT_STATED)
    states = {row["product"]: _state(row) for row in rows.iter_rows(named=True)}
    net = dict(rows.select("product", "sales_eur_net").iter_rows())
    known = bool(own.resellers_covered) or not rows.filter(pl.col("units_sold").is_not_null()).is_empty()
    for name, (place, _) in ranks.items() if known else ():
        if place <= BESTSELLERS and states.get(name) not in ("carried", "gained"):
            states[name] = "lost" if states.get(name) == "lost" else "missing"
    listed = sorted((name for name, state in states.items() if state), key=lambda name: ranks.get(name, (10**6, None))[0])
    table = [(name, states[name], net.get(name), *ranks.get(name, (None, None))) for name in listed]
    carried = [name for name, state in states.items() if state in ("carried", "gained")]
    shares = [ranks[name][1] for name in carried if name in ranks and ranks[name][1] is not None]
    compared = own.compared is not None and bool(own.compared.resellers)
    frame, weighted = pl.DataFrame(table, schema=PRODUCTS, orient="row"), sum(shares, Decimal(0)) if shares else None
    return Assortment(frame, len(carried), len(ranks), weighted, compared, known)


def _state(row: dict[str, Any]) -> str:
    """'' for a product that neither period sold."""
    now = (row["units_sold"] or 0) > 0
    if "units_sold_before" not in row:
        return "carried" if now else ""
    before, alike = (row["units_sold_before"] or 0) > 0, (row["units_sold_comparable"] or 0) > 0
    if before and not alike:
        return "carried" if now else "lost"
    return "gained" if alike and not before else "carried" if now else ""


def as_shown(reseller: str, found: Assortment, result: Result) -> Shown:
    """The range as it is seen: what was gained, lost and is missing, to be taken away. `result`: what the reseller sells."""
    carried = ("Carried", f"{found.carried} of {found.of} products; the list names what was gained, lost or is missing.")
    told = (
        "State",
        "Carried: units sold in the period. Gained and lost over what both periods cover. Missing: a bestseller it does not sell."
        + ("" if found.known else f" {reseller} has stated nothing of the period: what it carries is not known."),
    )
    names = {"product": "Product", "state": "State", "brand_rank": "Brand rank"}
    rows = found.products.filter(pl.col("state") != "carried").drop("brand_share")
    return Shown(
        f"Range of {reseller}",
        rows.rename(names),
        (carried, told, *about(result)),
        {},
        {"sales_eur_net": "EUR net"},
    )
