"""Revenue in EUR of every reseller and month of the shared fixtures, worked out beside the product from the trade's own formulas."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import polars as pl
import pytest

from core.catalogue.storing import VAT_SEED
from core.ingest import reading_back
from core.workbench import Workbench
from tests.ingest.test_conformance import FILES, bring_in, csv, master, truth_of  # noqa: F401

pytestmark = pytest.mark.shared
SIX, CENTS = Decimal("0.000001"), Decimal("0.01")
COUNTED = ("sale", "return", "adjustment")
Money = tuple[Decimal, Decimal | None]  # net, gross


@pytest.fixture
def loaded(master, settings):  # noqa: F811
    for path in FILES:
        bring_in(master, settings, path)
    return master


def rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP)


def dated(rows: list[dict[str, Any]], day: date, name: str, **same: str) -> Decimal | None:
    """The newest value of a list with `valid_from` that holds on a day."""
    fitting = [row for row in rows if row["valid_from"] <= str(day) and all(row[key] == value for key, value in same.items())]
    return Decimal(max(fitting, key=lambda row: row["valid_from"])[name]) if fitting else None


class Formulas:
    """Section by section as a controller would work it out: VAT of the place and day, rate of the month, list price of the month."""

    def __init__(self) -> None:
        self.rates = {(r["currency"], r["month"]): Decimal(r["rate_to_eur"]) for r in csv("fx_rates")}
        self.resellers = {r["name"]: r for r in csv("resellers")}
        self.stores = {(s["reseller"], s["store"]): s["country"] for s in csv("stores")}
        self.prices = [row for row in csv("price_list") if row["currency"] == "EUR"]
        self.vat = pl.read_csv(VAT_SEED, infer_schema=False).rows(named=True)

    def vat_rate(self, row: dict[str, Any], countries: dict[int, str | None]) -> Decimal | None:
        reseller = self.resellers[row["reseller"]]
        if row["order_id"] is not None:
            place = countries[row["source_row"], row["order_id"]]
            return dated(self.vat, row["period_end"], "rate", country=place) if place else None
        place = self.stores.get((row["reseller"], row["store"]))
        if place and place != reseller["country"]:
            return dated(self.vat, row["period_end"], "rate", country=place)
        return Decimal(reseller["vat_rate"])

    def money(self, row: dict[str, Any], vat: Decimal | None) -> Money | None:
        amount, basis = row["amount_local"], row["vat_basis"]
        if amount is None and row["reseller"] == "Aromateque" and row["quantity"] is not None:
            price = dated(self.prices, row["period_start"], "unit_price", ean=row["product_ean"])
            amount, basis = (row["quantity"] * price, "gross") if price is not None else (None, basis)
        if amount is None:
            return None
        rate = Decimal(1) if row["currency"] == "EUR" else self.rates[row["currency"], f"{row['period_end']:%Y-%m}"]
        with localcontext() as context:
            context.prec = 60
            net = amount / (1 + vat) if basis == "gross" and vat is not None else amount
            gross = amount if basis == "gross" else None if vat is None else amount * (1 + vat)
            return rounded(net * rate, SIX), None if gross is None else rounded(gross * rate, SIX)


def test_every_reseller_and_month_equals_the_formulas_to_the_cent(loaded, settings):
    formulas, differing = Formulas(), unproven(loaded)
    with loaded.read() as connection:
        orders = {
            (r[0], r[1]): r[2] for r in connection.exec_driver_sql("select source_row, order_id, country from ecommerce_orders where live")
        }
    expected: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in reading_back.live_rows(loaded).filter(~pl.col("held") & pl.col("line_kind").is_in(COUNTED)).iter_rows(named=True):
        money = formulas.money(row, formulas.vat_rate(row, orders))
        if money is None or (row["reseller"], row["product_ean"], row["period_start"]) in differing:
            continue
        month = expected[row["reseller"], f"{row['period_end']:%Y-%m}"]
        month[0] += money[0]
        month[1] += money[1] or Decimal(0)
    assert {reseller for reseller, _ in expected} == set(formulas.resellers) and len(expected) > 40
    shown = Workbench(loaded, settings).sales(["sales_eur_net", "sales_eur_gross"], by=["reseller", "month"])
    found = {(r["reseller"], str(r["month"])[:7]): [r["sales_eur_net"], r["sales_eur_gross"]] for r in shown.iter_rows(named=True)}
    assert cents(found) == cents(expected)


def cents(figures: dict[tuple[str, str], list[Any]]) -> dict[tuple[str, str], list[Decimal]]:
    return {key: [rounded(Decimal(v or 0), CENTS) for v in values] for key, values in figures.items() if any(values)}


def unproven(database) -> set[tuple[str, str, date]]:
    """Months of products whose list price misses the money of the export that stated them, found from the truth of the exports alone."""
    found: set[tuple[str, str, date]] = set()
    prices = [row for row in csv("price_list") if row["currency"] == "EUR"]
    seen: set[tuple[str, str, int]] = set()
    for path in sorted((p for p in FILES if p.parent.name == "aromateque"), key=lambda p: truth_of(p)["period"]["end"]):
        truth = truth_of(path)
        derived: dict[str, Decimal] = defaultdict(Decimal)
        for row in truth["rows"]:
            if row["ean"]:
                derived[row["ean"]] += row["quantity"] * (
                    dated(prices, date.fromisoformat(row["period_start"]), "unit_price", ean=row["ean"]) or 0
                )
        stated = {row["ean"]: Decimal(row["amount_local"]) for row in truth["alt_rows"]["product_span_euro"] if row["ean"]}
        wrong = {ean for ean, money in derived.items() if abs(money - stated.get(ean, Decimal(0))) > CENTS}
        for row in truth["rows"]:
            fresh = (row["ean"], row["period_start"], row["quantity"]) not in seen
            key = ("Aromateque", row["ean"], date.fromisoformat(row["period_start"]))
            if fresh:
                found = found | {key} if row["ean"] in wrong else found - {key}
        seen |= {(row["ean"], row["period_start"], row["quantity"]) for row in truth["rows"]}
    return found
