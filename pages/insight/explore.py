"""Explore: any figure by anything, as table or chart of the same thing, down to the rows of the files."""

import streamlit as st

from core.sales import tracing
from core.sales.charts import chart_for
from pages.components import cached, charts, empty, explore_panel, exploring, filters, frame, results, session, source_rows

chosen = filters.head("Explore")
stated = explore_panel.view()
left, right = st.columns([1, 3.4], gap="medium")
with left:
    view = explore_panel.panel(stated, chosen)
query = exploring.question(view, chosen)
answer = cached.result(query, session.scope())
with right:
    with st.container(key="explore_bar", horizontal=True, vertical_alignment="center"):
        show = explore_panel.show(view)
        st.space("stretch")
        explore_panel.menu(query, view.across)
        source_rows.button(answer, key="explore", icon=True)
        results.downloads(answer, exploring.title(query), key="explore")
    if answer.frame.is_empty() or (answer.totals.get(query.measures[0]) is None and not answer.rows_in_all):
        empty.no_sales_in(chosen)
    elif show == "rows":
        source_rows.draw(tracing.narrowed(query), key="explore")
    elif show == "chart":
        spec = chart_for(cached.result(exploring.charted(view, query), session.scope()))
        charts.draw(spec, key="explore", height=420, title=True)
        frame.hint("" if spec else exploring.CHART_HINT)
    elif view.across:
        results.pivot(cached.pivot(query, view.across, session.scope()))
    else:
        results.table(answer, key="explore", rows=20, total=bool(query.by))
    results.caveats(answer)
    explore_panel.fell_out(answer)
