"""Overview: how are we doing, and can I believe it?"""

import streamlit as st

from core.sales import bridging, standard
from pages.components import cached, empty, filters, frame, movers, results, session, tiles, warnings

chosen = filters.head("Overview")
scope, where, period = session.scope(), chosen.where, chosen.period
key_figures = cached.result(standard.key_figures(where, period), scope)
if not key_figures.rows_in_all or key_figures.totals["sales_eur_net"] is None:
    empty.no_sales_in(chosen)
    st.stop()

trend = cached.result(standard.monthly(where, period, standard.KPIS), scope)
tiles.row(tiles.of(name, key_figures, trend) for name in standard.KPIS)
warnings.line(key_figures)

resellers = cached.result(standard.by_reseller(where, period), scope)
left, right = st.columns([3, 2])
with left, frame.card("Resellers", "Click a row to see one alone"):
    row = results.table(
        resellers,
        key="resellers",
        columns=("reseller", "sales_eur_net", "share", "sales_eur_net_change_pct", "units"),
        select=True,
        total=True,
    )
    filters.follow_click(chosen, "overview.reseller", row and row["reseller"])
with right, frame.card("Products that moved", "Change of net revenue, comparable part"):
    movers.draw(bridging.movers(cached.result(standard.by_product(where, period), scope)))
results.caveats(key_figures)
