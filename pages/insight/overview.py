"""Overview: how are we doing, and can I believe it?"""

from datetime import date

import streamlit as st

from core.sales import bridging, marking, standard
from core.sales.bridge_words import bridge_sentences
from core.sales.charts import bridge_chart, chart_for
from pages.components import cached, charts, empty, filters, frame, movers, results, session, tiles, warnings
from pages.components.card_menu import Menu, card

chosen = filters.head("Overview")
scope, where, period = session.scope(), chosen.where, chosen.period
key_figures = cached.result(standard.key_figures(where, period), scope)
if empty.nothing_sold(key_figures):
    warnings.line(key_figures)
    empty.no_sales_in(chosen)
    st.stop()

known = cached.known(scope)
trend = cached.result(standard.monthly(where, period, standard.KPIS), scope)
tiles.row(tiles.of(name, key_figures, trend) for name in standard.KPIS)
warnings.line(key_figures)

left, right = st.columns([3, 2])
months = cached.result(standard.monthly(where, period), scope)
with (
    left,
    card(
        "Net revenue by month, this year and last",
        "EUR net; a running month is hollow, a restated one is a diamond",
        Menu("net-revenue-by-month", months, chosen, known, show="chart"),
    ),
):
    restated = marking.of_result(months, cached.restated(scope))
    charts.draw(marking.mark_restated(chart_for(months, date.today()), months, restated), key="trend")
    results.restated(restated, period)
bridge = cached.result(bridging.bridge_query(standard.key_figures(where, period)), scope)
with (
    right,
    card(
        "Where the change comes from",
        "EUR net, over what is covered in both periods",
        Menu("change", cached.result(standard.by_product(where, period), scope), chosen, known),
    ),
):
    if None in (bridge.totals.get("sales_eur_net_before"), bridge.totals.get("sales_eur_net_comparable")):
        frame.hint("Nothing can be compared in this period yet.")
    else:
        steps = bridging.bridge(bridge)
        charts.draw(bridge_chart(steps, bridge), key="bridge")
        frame.hint(" ".join(bridge_sentences(steps)[1:3]))

left, right = st.columns([3, 2])
with left:
    resellers = cached.result(standard.by_reseller(where, period), scope)
    with card("Resellers", "Click a row to see one alone", Menu("resellers", resellers, chosen, known)):
        through = results.data_through(resellers)
        row = results.table(resellers, key="resellers", columns=standard.RESELLER_COLUMNS, select=True, total=True, more=through)
        filters.follow_click(chosen, "overview.reseller", row and row["reseller"])
    mix = cached.result(standard.channel_mix(where, period), scope)
    with card("Channels", "Click a row to see one alone", Menu("channels", mix, chosen, known)):
        row = results.table(mix, key="channels", columns=standard.CHANNEL_COLUMNS, select=True)
        filters.follow_channel(chosen, "overview.channel", row and (row["source"], row["channel"]))
products = cached.result(standard.by_product(where, period), scope)
with (
    right,
    card(
        "Products that moved",
        "Change of net revenue, over what is covered in both periods",
        Menu("products", products, chosen, known),
    ),
):
    movers.draw(bridging.movers(products))
results.caveats(key_figures, without=warnings.KINDS)
