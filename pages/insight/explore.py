"""Explore: any figure by anything, as table or chart of the same thing, down to the rows of the files."""

import streamlit as st

from pages.components import explore_panel, explore_view, filters

chosen = filters.head("Explore")
stated = explore_panel.view()
left, right = st.columns([1, 3.4], gap="medium")
with left:
    view = explore_panel.panel(stated, chosen)
with right:
    explore_view.draw(view, chosen)
