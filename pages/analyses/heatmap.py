"""Heat map: items by months, weeks or quarters at a glance; blank is not covered, 0 is covered without sales."""

import streamlit as st

from pages.components import cached, empty, filters, heat_view, heating, session, stating

chosen = filters.head("Heat map")
stated, problems = heating.read(stating.parameters(heating.NAMES))
filters.explain(problems)
scope = session.scope()
answer = cached.result(heat_view.population_query(stated, chosen), scope)
if empty.nothing_sold(answer) and stated.measure != "gross_profit":
    empty.no_sales_in(chosen)
    st.stop()

view = heat_view.controls(stated)
heat_view.the_map(view, chosen, cached.known(scope), cached.result(heat_view.population_query(view, chosen), scope))
