"""Movers: what rose, what fell, and why; what declines, sells slowly or sleeps."""

import streamlit as st

from core.sales import standard
from pages.components import cached, empty, filters, movers_view, moving, pace_view, session, stating

chosen = filters.head("Movers")
stated, problems = moving.read(stating.parameters(moving.NAMES))
filters.explain(problems)
scope = session.scope()
if empty.nothing_sold(cached.result(standard.key_figures(chosen.where, chosen.period, None), scope)):
    empty.no_sales_in(chosen)
    st.stop()

view, known = movers_view.controls(stated), cached.known(scope)
show = {
    "movers": movers_view.what_moved,
    "declining": pace_view.declining,
    "pace": pace_view.fast_and_slow,
    "asleep": pace_view.asleep,
}
show[view.show](view, chosen, known)
