"""Addresses drawn by a seed, of values that exist: pages draw them whatever they combine, and nobody sees the rows of another."""

import os
import random

import pytest

from pages.components.sections import ENTRIES
from tests.pages.conftest import Open
from tests.pages.test_every_page import complaints
from tests.pages.words import words
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401
from tests.sales.random_market import make_world

PAGES = [entry for entry in ENTRIES if entry.section in ("Insight", "Analyses") and entry.url not in ("chat", "boards")]
PERIODS = ("2025", "2025-05", "2024-02", "2025-W20", "2024-02-29", "2025-05-10/2025-06-20", "2023-11/2024-01", "FY2025-P03", "1999", "2026")
DIMENSIONS = (
    "product",
    "reseller",
    "store",
    "category",
    "country",
    "size",
    "channel",
    "currency",
    "month",
    "week",
    "day",
    "line_kind",
    "weekday",
)
ONE = {
    "compare": (
        "prior_year",
        "prior_period",
        "prior_year_days",
        "prior_year_weeks",
        "2024-03",
        "2025-05",
        "2024-06-01/2024-06-03",
        "1999",
        "",
    ),
    "alike": ("", "stores", "products"),
    "channel": ("", "online", "offline"),
    "measure": ("sales_eur_net", "units", "orders", "aov", "gross_profit", "returns_rate", "share", "active_stores", "price_realisation"),
    "show": ("up", "down", "new", "lost"),
    "across": ("month", "quarter", "week", "fiscal_month"),
    "tint": ("value", "season", "change"),
    "ahead": ("1", "3", "6", "12"),
    "split": ("reseller", "product", "channel"),
    "step": ("month", "week"),
    "product": (TUNDRA, "gone"),
    "top": ("10", "25", "50"),
}
SEVERAL = {
    "where": (f"product:{TUNDRA}", "store:Flagship", "store:", "month:2025-05", "line_kind:return", "currency:PLN", "day:2024-02-29", "reseller:Liberty"),
    "not": (f"product:{TUNDRA}", "store:", "reseller:Galilu", "category:perfume"),
    "by": DIMENSIONS,
    "reseller": ("Galilu", "galilu", "Liberty"),
}  # fmt: skip
UNSEEN = ("Selfridges", "Skins SA", "Nordlys Webshop", "liberty web")


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url)
def test_any_combination_is_drawn_and_shows_nothing_of_others(open_page: Open, market: Market, entry: object) -> None:  # noqa: F811
    seed = int(os.environ.get("RANDOM_SEED", "7"))
    make_world(market, seed)
    market.fill_rollup()
    dice = random.Random(f"{entry.url} {seed}")  # type: ignore[attr-defined]
    for number in range(int(os.environ.get("RANDOM_ADDRESSES", "2"))):
        names = dice.sample([*ONE, *SEVERAL], dice.randint(2, 9))
        address = {name: dice.choice(ONE[name]) if name in ONE else dice.sample(SEVERAL[name], dice.randint(1, 2)) for name in names}
        address["period"] = dice.choice(PERIODS)
        narrow = {"role": "viewer", "scope": (market.resellers["galilu"],)} if number % 2 == 0 else {}
        page = open_page(entry.file, **narrow, **address)  # type: ignore[attr-defined]
        assert page.title[0].value and not complaints(page), address
        assert not narrow or not any(name in words(page).replace("\\", "") for name in UNSEEN), address
        for name in address:
            page.query_params.pop(name, None)
