"""Calendar: what Easter, Black Friday and the number of trading days did to the figures."""

from datetime import date

import streamlit as st

from core.sales import equal_days, event_effects
from core.sales.calendar_effects import calendar_notes
from core.sales.query import Period, SalesQuery
from pages.components import cached, cached_analyses, calendar_view, dating, empty, filters, frame, session, stating
from pages.components.frame import plain

chosen = filters.head("Calendar")
view, problems = dating.read(stating.parameters(dating.NAMES))
scope, today = session.scope(), date.today()
calendar = cached_analyses.calendar(chosen.where, chosen.period, scope)
if not calendar.senders:
    filters.explain(problems)
    empty.no_sales_in(chosen)
    st.stop()

found = event_effects.effects(calendar, chosen.period, today, dating.windows(view))
one, unknown = dating.choose(view, found, chosen.period)
filters.explain((*problems, *unknown))
known = cached.known(scope)
with frame.card(f"The year {chosen.period.end.year}", "A ring is where a moved event fell the year before; the period above is shaded"):
    calendar_view.strip(calendar, chosen.period)

left, right = st.columns([3, 2.3])
with left:
    picked = calendar_view.events(found, one, view, chosen)
with right:
    if one is not None and one.parts:
        answer = cached.result(calendar_view.detail_query(one, chosen), scope)
        picked = calendar_view.detail(one, calendar, picked, answer, chosen, known) if picked == view else picked
left, right = st.columns([3, 2.3])
with left:
    if chosen.comparison is None:
        frame.hint("Choose a comparison above to see it on equally many trading days.")
    else:
        query = SalesQuery(where=chosen.where, period=chosen.period, compare=chosen.comparison, like_for_like=chosen.like_for_like)
        answer = cached.result(equal_days.trading_query(query), scope)
        calendar_view.trading(equal_days.equalise(answer, calendar, today), answer, chosen, known)
        if isinstance(answer.compared_with, Period):
            frame.hint(plain(" ".join(calendar_notes(chosen.period, answer.compared_with))))
with right:
    weights = {s.name: equal_days.weights_of(calendar, s) for s in calendar.senders}
    calendar_view.weekdays(weights, cached.result(calendar_view.weekday_query(chosen), scope), chosen, known)
stating.write(dating.NAMES, dating.written(picked))
if picked != view:
    st.rerun()
