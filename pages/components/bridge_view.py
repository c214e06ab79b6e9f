"""Where a change comes from: the waterfall from before to now and its reasons in sentences."""

from __future__ import annotations

import streamlit as st

from core.sales import bridging
from core.sales.bridge_words import bridge_sentences
from core.sales.charts import bridge_chart
from core.sales.query import SalesQuery
from pages.components import cached, charts, frame, session

CHOOSE = "Choose a comparison above to see what changed."
NOTHING = "Nothing can be compared in this period yet."


def short(query: SalesQuery, reasons: int = 2) -> None:
    """The waterfall of a question with a comparison, and its largest reasons; says so where nothing can be compared."""
    if query.compare is None:
        st.caption(CHOOSE)
        return
    found = cached.result(bridging.bridge_query(query), session.scope())
    if None in (found.totals.get("sales_eur_net_before"), found.totals.get("sales_eur_net_comparable")):
        st.caption(NOTHING)
        return
    steps = bridging.bridge(found)
    charts.draw(bridge_chart(steps, found), key="bridge")
    frame.hint(" ".join(bridge_sentences(steps)[1 : reasons + 1]))
