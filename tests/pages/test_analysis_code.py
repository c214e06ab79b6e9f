"""What a card of an analysis gives to a notebook runs there, over the very filters, cuts and days of the page, and no report is promised that would show less."""

from datetime import date
from typing import Any

import pytest

import core
from core.db.engine import Database
from core.settings import Settings
from core.workbench import Workbench
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

FILTERS = {"period": "2025-01/2025-06", "channel": "stores", "not": ["product:Gone"]}
CARDS = (
    ("analyses/movers.py", "bridge", "bridge", {"alike": "products"}),
    ("analyses/movers.py", "movers_up", "movers", {}),
    ("analyses/pareto.py", "pareto", "classes", {"a": "70", "b": "90"}),
    ("analyses/heatmap.py", "heat_map", "heat_map", {"order": "name", "alike": "products"}),
    ("analyses/calendar.py", "event", "events", {"event": "easter", "window": "3-0"}),
    ("analyses/calendar.py", "trading-days", "trading_days", {"alike": "products"}),
    ("insight/resellers.py", "reseller-range", "assortment", {"reseller": "Galilu"}),
    ("insight/resellers.py", "reseller-change", "bridge", {"reseller": "Galilu"}),
    ("insight/overview.py", "change", "bridge", {}),
)


@pytest.mark.parametrize(("file", "card", "method", "address"), CARDS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_card_s_code_runs_with_what_the_page_states(
    open_page: Open,
    market: Market,  # noqa: F811
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    card: str,
    method: str,
    address: dict[str, Any],
) -> None:
    fill(market)
    for day in (date(2024, 3, 30), date(2025, 4, 19)):  # the Saturdays before Easter, at tills that print them
        market.line("skins_sa", f"{day:%Y-%m}", TUNDRA, 1, 40, sale_date=day)
        market.covers("skins_sa", f"{day:%Y-%m}")
    market.fill_rollup()
    page = open_page(file, **FILTERS, **address)
    page.session_state[f"menu_{card}"] = True
    page.run()
    assert f"send_{card}" not in [button.key for button in page.button]
    page.button(key=f"notebook_{card}").click().run()
    (code,) = [one.value for one in page.code if "core.open" in one.value]
    assert f"wb.{method}(" in code and "'not product': ['Gone']" in code and "'channel': ['offline']" in code
    monkeypatch.setattr(core, "open", lambda: Workbench(database, settings))
    names: dict[str, Any] = {}
    *before, last = code.strip().splitlines()
    exec("\n".join(before), names)
    given = eval(last, names)
    if method == "classes":
        assert [int(100 * cut) for cut in (given.cuts.a, given.cuts.b)] == [70, 90]
    if method == "events":
        assert [(row["first"].isoformat(), row["last"].isoformat()) for row in given.to_dicts() if row["event"] == "Easter"] == [
            ("2025-04-17", "2025-04-20")
        ]
    assert given is not None
