"""Overview: how are we doing, and can I believe it?"""

import streamlit as st

from core.sales import bridging, standard
from core.sales.charts import movers_chart
from pages.components import bridge_view, cached, charts, empty, filters, results, session, tiles, trend, warnings
from pages.components.card_menu import Menu, card

chosen = filters.head("Overview")
scope, asked, against = session.scope(), (chosen.where, chosen.period), (chosen.comparison, chosen.like_for_like)
key_figures, *_ = cached.results(standard.overview(*asked, *against), scope)
if empty.nothing_sold(key_figures):
    warnings.line(key_figures)
    empty.no_sales_in(chosen)
    st.stop()

known = cached.known(scope)
year = standard.around(chosen.period, chosen.comparison)
lines = cached.result(standard.monthly(chosen.where, year, standard.KPIS, *against), scope)
tiles.row(tiles.of(name, key_figures, lines) for name in standard.KPIS)
warnings.line(key_figures)

left, right = st.columns([3, 2])
months = cached.result(standard.monthly(chosen.where, year, ("sales_eur_net",), *against), scope)
with (
    left,
    card(
        "Net revenue by month",
        "EUR net; a running month is hollow, a restated one is a diamond; click a month to see it alone",
        Menu("net-revenue-by-month", months, chosen, known, show="chart"),
    ),
):
    trend.draw(chosen, months, year, key="trend", source="overview.trend")
products = cached.result(standard.by_product(*asked, *against), scope)
lead, taken = "EUR net, over what is covered in both periods", bridge_view.taken(key_figures.query)
with right, card("Where the change comes from", lead, Menu("change", products, chosen, known, **taken)):
    bridge_view.short(key_figures.query)

left, right = st.columns([3, 2])
with left:
    resellers = cached.result(standard.by_reseller(*asked, *against), scope)
    with card("Resellers", "Click a row to see one alone", Menu("resellers", resellers, chosen, known)):
        row = results.table(
            resellers,
            key="resellers",
            columns=results.present(resellers, standard.RESELLER_COLUMNS),
            select=True,
            total=True,
            titles={"share": "Share"},
            more=results.data_through(resellers),
        )
        filters.narrow(chosen, "overview.reseller", "reseller", row and row["reseller"])
    mix = cached.result(standard.channel_mix(*asked, *against), scope)
    with card("Channels", "Click a row to see one alone", Menu("channels", mix, chosen, known)):
        row = results.table(
            mix, key="channels", columns=results.present(mix, standard.CHANNEL_COLUMNS), select=True, titles={"share": "Share"}
        )
        filters.follow_channel(chosen, "overview.channel", row and (row["source"], row["channel"]))
with right, card("Products that moved", "Change of net revenue; click one to see it alone", Menu("products", products, chosen, known)):
    if chosen.comparison is None:
        st.caption(bridge_view.CHOOSE)
    else:
        moved = charts.draw(movers_chart(bridging.movers(products), products), key="movers", select=True)
        filters.narrow(chosen, "overview.movers", "product", moved)
results.caveats(key_figures, without=warnings.KINDS)
