"""Forecast: what comes next, with the error it had before and the baseline it must beat."""

import streamlit as st

from core.sales import forecast_words
from pages.components import cached, empty, filters, forecast_view, frame, looking_ahead, results, session
from pages.components.card_menu import Menu, card

chosen = filters.head("Forecast", compare=False)
view = forecast_view.controls(forecast_view.stated())
scope = session.scope()
known = cached.known(scope)
outlook = cached.outlook(looking_ahead.question(view, chosen.where), scope)
found = outlook.forecast
if not found.history and not found.left_out:
    empty.no_sales_in(chosen)
    st.stop()

forecast_view.answer(found)
if found.rows:
    with card(forecast_words.chart_title(found), forecast_words.LABEL, Menu("forecast", found.result, chosen, known)):
        forecast_view.chart(found)
    left, right = st.columns([3, 2])
    with (
        left,
        card(
            "Month by month" if view.step == "month" else "Week by week", forecast_words.LABEL, Menu("ahead", found.result, chosen, known)
        ),
    ):
        forecast_view.months(found)
    with right, frame.card("How wrong it was", f"{found.tests} back-tests, each with nothing known after it"):
        forecast_view.errors(found)
    left, right = st.columns([3, 2])
    with left, card(looking_ahead.SPLITS[view.split], forecast_words.headline(found), Menu("parts", found.result, chosen, known)):
        forecast_view.breakdown(found, view.split)
    with right, frame.card("What would have been said", "Just before each month, and what came"):
        forecast_view.backtest(found)
if outlook.running:
    with frame.card("The running month", "Of those who state days, forecast from the days so far"):
        forecast_view.running(outlook.running, found.measure)
forecast_view.notes(found)
results.caveats(found.result)
