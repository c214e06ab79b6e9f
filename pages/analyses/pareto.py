"""Pareto: the few that make the most, who changed class, and how much hangs on the cuts."""

import streamlit as st

from core.sales import classes
from pages.components import cached, classes_view, classing, empty, filters, moving, results, session, stating

chosen = filters.head("Pareto")
stated, problems = classing.read(stating.parameters(classing.NAMES))
filters.explain(problems)
scope = session.scope()
answer = cached.result(classes.classes_query(moving.population(chosen), stated.by, stated.measure), scope)
if empty.nothing_sold(answer) and stated.measure != "gross_profit":
    empty.no_sales_in(chosen)
    st.stop()

view, known = classes_view.controls(stated), cached.known(scope)
answer = cached.result(classes.classes_query(moving.population(chosen), view.by, view.measure), scope)
found = classes.find_classes(answer, view.cuts)
if not found.rows:
    st.caption(f"{classes.headline(found)} in this period. Choose another figure, period or reseller.")
    results.caveats(answer)
    st.stop()

left, right = st.columns([3, 2])
with left:
    classes_view.chart(found, answer, chosen, known)
    classes_view.apart(found)
with right:
    classes_view.summary(found, answer, chosen, known)
    view = classes_view.migration(found, view, answer, chosen, known)
    stating.write(classing.NAMES, classing.written(view))
    classes_view.sensitivity(found, answer, chosen, known)
classes_view.items(found, view, answer, chosen, known)
results.caveats(answer)
