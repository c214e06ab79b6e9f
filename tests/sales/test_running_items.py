from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BadQuestion
from core.sales.classes import Cuts
from core.workbench import Workbench
from tests.conftest import make_settings
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

TUNDRA_NAME = "NLGOT100 · Glow of Tundra 100 ml"


@pytest.fixture
def notebook(market: Market, tmp_path: Path) -> Workbench:
    for month, ean, net in (("2024-05", TUNDRA, 100), ("2025-05", TUNDRA, 150), ("2025-05", SAUNA, 20), ("2024-05", CANDLE, 40)):
        market.line("galilu", month, ean, 2, net)
    market.covers("galilu", "2024-05", "2025-05")
    market.fill_rollup()
    return Workbench(market.database, make_settings(tmp_path))


def test_movers_of_a_notebook_carry_their_reasons(notebook: Workbench) -> None:
    found = notebook.movers(period="2025-05")
    assert found.on("up").select("item", "change", "reasons").rows() == [(TUNDRA_NAME, 50, "higher prices +€\u202f50")]
    assert found.change == notebook.bridge(period="2025-05").change == 30
    assert notebook.movers("reseller", period="2025-05", measure="units").change == 0


def test_classes_of_a_notebook_follow_its_cuts(notebook: Workbench) -> None:
    from decimal import Decimal

    found = notebook.classes(period="2025-05", cuts=Cuts(Decimal("0.5"), Decimal("0.9")))
    assert [row.group for row in found.rows] == ["A", "B"] and found.matrix() == {("A", "A"): 1, ("new", "B"): 1, ("B", "gone"): 1}
    assert notebook.classes(period="2025-05", compare=None).moved == ()


def test_a_heat_map_of_a_notebook_is_a_table(notebook: Workbench) -> None:
    found = notebook.heat_map(period="2025-04/2025-05", order="launch")
    assert found.frame().select("Apr 2025", "May 2025", "Total").rows() == [(None, 20, 20), (None, 150, 150)]


def test_a_notebook_reads_what_can_not_be_asked(notebook: Workbench) -> None:
    with pytest.raises(BadQuestion, match="nothing that is sold"):
        notebook.movers("weekday", period="2025-05")
    with pytest.raises(BadQuestion, match="Did you mean"):
        notebook.heat_map("prodct", period="2025-05")
