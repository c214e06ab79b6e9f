"""Forecast: what comes next, with the error it had before and the baseline it must beat."""

from functools import partial

import streamlit as st

from core.sales import forecast_words as words
from core.sales.dimensions import DIMENSIONS
from pages.components import cached_analyses, empty, filters, forecast_view, frame, looking_ahead, results, session
from pages.components.card_menu import card

chosen = filters.head("Forecast", compare=False)
view = forecast_view.controls(forecast_view.stated())
outlook = cached_analyses.outlook(looking_ahead.question(view, chosen.where), session.scope())
found = outlook.forecast
if not found.history and not found.left_out:
    empty.no_sales_in(chosen)
    st.stop()

forecast_view.answer(found)
if found.rows:
    title = words.chart_title(found)
    with card(title, words.LABEL, forecast_view.menu("forecast", found, chosen, view, words.rows_frame, title)):
        forecast_view.chart(found)
    left, right = st.columns([3, 2])
    title = "Month by month" if view.step == "month" else "Week by week"
    with left, card(title, words.LABEL, forecast_view.menu("ahead", found, chosen, view, words.rows_frame, title)):
        forecast_view.months(found)
    title = "How wrong it was"
    lead = f"{found.tests} back-tests, each with nothing known after it"
    with right, card(title, lead, forecast_view.menu("errors", found, chosen, view, words.errors_frame, title)):
        forecast_view.errors(found)
    left, right = st.columns([3, 2])
    title, rows = looking_ahead.SPLITS[view.split], partial(words.parts_frame, title=DIMENSIONS[view.split].title)
    with left, card(title, words.headline(found), forecast_view.menu("parts", found, chosen, view, rows, title)):
        forecast_view.breakdown(found, view.split)
    title = "What would have been said"
    with (
        right,
        card(title, "Just before each month, and what came", forecast_view.menu("said", found, chosen, view, words.tested_frame, title)),
    ):
        forecast_view.backtest(found)
if outlook.running:
    title, rows = "The running month", lambda _: words.running_frame(outlook.running)
    lead = "Of those who state days, forecast from the days so far"
    with card(title, lead, forecast_view.menu("running", found, chosen, view, rows, title)):
        forecast_view.running(outlook.running, found.measure)
if outlook.not_told:
    frame.hint(frame.plain(outlook.not_told))
forecast_view.notes(found)
results.caveats(found.result)
