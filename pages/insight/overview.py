"""Overview: how are we doing, and can I believe it?"""

from datetime import date

import streamlit as st

from core.sales import bridging, standard
from core.sales.charts import bridge_chart, chart_for
from pages.components import cached, charts, empty, filters, frame, movers, results, session, tiles, warnings

chosen = filters.head("Overview")
scope, where, period = session.scope(), chosen.where, chosen.period
key_figures = cached.result(standard.key_figures(where, period), scope)
if key_figures.totals.get("sales_eur_net") is None:
    empty.no_sales_in(chosen)
    st.stop()

trend = cached.result(standard.monthly(where, period, standard.KPIS), scope)
tiles.row(tiles.of(name, key_figures, trend) for name in standard.KPIS)
warnings.line(key_figures)

left, right = st.columns([3, 2])
with left, frame.card("Net revenue by month, this year and last", "EUR net; a running month is hollow"):
    charts.draw(chart_for(cached.result(standard.monthly(where, period), scope), date.today()), key="trend")
with right, frame.card("Where the change comes from", "EUR net, over what is covered in both periods"):
    bridge = cached.result(bridging.bridge_query(standard.key_figures(where, period)), scope)
    charts.draw(bridge_chart(bridging.bridge(bridge), bridge), key="bridge")

left, right = st.columns([3, 2])
with left:
    with frame.card("Resellers", "Click a row to see one alone"):
        resellers = cached.result(standard.by_reseller(where, period), scope)
        through = results.data_through(resellers)
        row = results.table(resellers, key="resellers", columns=standard.RESELLER_COLUMNS, select=True, total=True, more=through)
        filters.follow_click(chosen, "overview.reseller", row and row["reseller"])
    with frame.card("Channels"):
        results.table(cached.result(standard.channel_mix(where, period), scope), key="channels", columns=standard.CHANNEL_COLUMNS)
with right, frame.card("Products that moved", "Change of net revenue, over what is covered in both periods"):
    movers.draw(bridging.movers(cached.result(standard.by_product(where, period), scope)))
results.caveats(key_figures, without=warnings.KINDS)
