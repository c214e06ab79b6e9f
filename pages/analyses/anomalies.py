"""Anomalies: what looks odd, the data first, then the calendar, then the business."""

import streamlit as st

from core.sales import anomalies, dismissing
from pages.components import anomaly_cards, cached, cached_analyses, empty, filters, oddities, session, stating

chosen = filters.head("Anomalies", compare=False)
stated, problems = oddities.read(stating.parameters(oddities.NAMES))
filters.explain(problems)
scope = session.scope()
known = cached.known(scope)
if known.through is None:
    empty.no_sales()
    st.stop()

products = tuple(value for one in chosen.filters if one.dimension == "product" and not one.exclude for value in one.values)
whole, put_aside = cached_analyses.anomalies_found(scope), dismissing.dismissals(cached.database(), session.person())
anomaly_cards.count(whole, put_aside)
found = anomalies.within(whole, chosen.period, chosen.resellers, products)
shops = [sender.name for sender in cached.covered(scope).senders if sender.key == "online"]
still, aside = dismissing.sort_out(oddities.of_channel(found.anomalies, chosen.channel, shops), put_aside)
view = anomaly_cards.controls(stated, still, len(aside), chosen.channel)
inside = oddities.kept(view, still)
if view.show == "dismissed":
    anomaly_cards.dismissed(view, [(one, by) for one, by in aside if one in oddities.kept(view, [one])], chosen, known)
else:
    anomaly_cards.groups(view, inside, chosen, known)
anomaly_cards.notes(found, inside, chosen)
