"""Where a change comes from: the waterfall from before to now and its reasons in sentences."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from core.sales import bridging
from core.sales.bridge_words import bridge_sentences
from core.sales.bridging import Bridge
from core.sales.charts import bridge_chart
from core.sales.query import Result, SalesQuery
from core.sales.shown import Shown
from pages.components import cached, charts, frame, session, stating
from pages.components.card_menu import PLAIN

CHOOSE = "Choose a comparison above to see what changed."
NOTHING = "Nothing can be compared in this period yet."
TITLE, STEPS = "Why net revenue changed", {"Step": pl.String, "EUR net": pl.Decimal(38, 2)}


def short(query: SalesQuery, reasons: int = 2, item: str = "product") -> None:
    """The waterfall of a question with a comparison, and its largest reasons; says so where nothing can be compared."""
    if query.compare is None:
        st.caption(CHOOSE)
        return
    found = cached.result(bridging.bridge_query(query, item), session.scope())
    if _is_empty(found):
        st.caption(NOTHING)
        return
    steps = bridging.bridge(found)
    charts.draw(bridge_chart(steps, found), key="bridge")
    frame.hint(" ".join(bridge_sentences(steps)[1 : reasons + 1]))


def taken(query: SalesQuery, item: str = "product") -> dict[str, Any]:
    """For the menu of the card: the steps as a table, and the notebook's line that makes them; nothing without a comparison."""
    if query.compare is None:
        return {}

    def seen() -> Shown:
        found = cached.result(bridging.bridge_query(query, item), session.scope())
        return stating.seen(TITLE, pl.DataFrame(schema=STEPS), found) if _is_empty(found) else table(bridging.bridge(found), found)

    return {"shown": seen, "code": stating.call("bridge", item, query), "leave_out": PLAIN}


def table(bridge: Bridge, found: Result) -> Shown:
    """Before, each step, now: EUR net, to the cent."""
    steps = [("Before", bridge.before), *bridge.steps, ("Now", bridge.now)]
    return stating.seen(TITLE, pl.DataFrame([*zip(*steps, strict=True)], schema=STEPS), found, {"EUR net": "EUR net"})


def _is_empty(found: Result) -> bool:
    return None in (found.totals.get("sales_eur_net_before"), found.totals.get("sales_eur_net_comparable"))
