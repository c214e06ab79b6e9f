"""Held rows grouped by what they wait for, the ranked suggestions for one group, and the answers given so far."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.db.engine import Scope
from core.ingest import inbox
from core.ingest.inbox import Decision, HeldKey
from core.people.permissions import require
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_list, name_period
from core.sales.query import Period
from pages.components import cached, session
from pages.components.frame import plain, section

KEY_WORDS = {"ean": "EAN", "code": "item", "sku": "SKU", "name": "product", "store": "store"}
ACTIONS = {
    "match_product": "matched to",
    "match_store": "matched to store",
    "new_product": "added as product",
    "new_store": "added as store",
    "not_a_product": "marked as no product",
}
KINDS = {"full": "perfume", "candle": "candle", "set": "set", "sample": "sample", "tester": "tester"}


def visible(groups: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    return groups if scope is None else groups.filter(pl.col("reseller_id").is_in(list(scope)))


def headline(groups: pl.DataFrame) -> None:
    """How many lines wait, and their money by currency."""
    money = groups.group_by("currency", maintain_order=True).agg(pl.col("amount").sum())
    sums = [format_money(amount, 2, currency) for currency, amount in money.iter_rows() if amount]
    answers = "one answer" if groups.height == 1 else f"{format_number(groups.height)} answers"
    text = f"{format_number(groups['lines'].sum())} lines wait for {answers}"
    st.markdown(plain(f"{text}: {name_list(sums, 6)} are in no figure yet." if sums else f"{text}."))


def title(row: dict[str, Any]) -> str:
    """`Liberty item 000910771`"""
    return f"{row['reseller']} {KEY_WORDS.get(row['key_kind'] or '', 'line')} {row['key_text'] or row['product_text'] or ''}".strip()


def table(groups: pl.DataFrame) -> dict[str, Any]:
    """Draw the groups, largest money first; returns the chosen one, at first the uppermost."""
    rows = [
        {
            "Waits for": title(row),
            "Text in the file": row["product_text"] if row["key_kind"] != "store" else row["store_text"],
            "Lines": row["lines"],
            "Units": row["units"],
            "Money": format_money(row["amount"], 2, row["currency"]) if row["amount"] is not None else "–",
            "Files": row["files"],
            "Period": _span(row["first_day"], row["last_day"]),
        }
        for row in groups.iter_rows(named=True)
    ]
    event = st.dataframe(
        pl.DataFrame(rows, infer_schema_length=None),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0]}},
        key=f"held_groups_{groups.height}",
        height=min(38 * (len(rows) + 1), 380),
    )
    picked = event.selection.rows
    return groups.row(min(picked[0], groups.height - 1) if picked else 0, named=True)


def _span(first: date | None, last: date | None) -> str:
    return name_period(Period(first, last)) if first and last else "–"


def decide(row: dict[str, Any]) -> None:
    """Suggestions with their reasons, a search in the catalogue, and the other answers."""
    with st.container(border=True, key="decide"):
        st.markdown(f"**{plain(title(row))}** · {plain(row['product_text'] or row['store_text'] or '')}")
        if row["key_kind"] is None:
            st.markdown("Nothing can be remembered for this line: correct the file and load it again.")
            return
        if not session.may_do("decide_held_rows"):
            st.caption("Your role may look at held rows but not decide about them.")
            return
        key = HeldKey(row["reseller_id"], row["key_kind"], row["key"])
        found = inbox.suggestions(cached.database(), key, row["key_text"], row["product_text"], cached.settings().brand)
        if not found:
            st.caption("Nothing in the catalogue is near enough to suggest.")
        for number, suggestion in enumerate(found):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{plain(suggestion.label)}  \n:small[:gray[{plain(suggestion.reason)}]]", width="stretch")
                action = "match_store" if row["key_kind"] == "store" else "match_product"
                if st.button(
                    "Accept",
                    type="primary" if number == 0 else "secondary",
                    key=f"accept_{number}",
                    shortcut="Enter" if number == 0 else None,
                ):
                    _carry_out(key, Decision(action, suggestion.target))
        if row["key_kind"] == "store":
            _other_store(key, row)
        else:
            _other_product(key, row)


def _carry_out(key: HeldKey, decision: Decision) -> None:
    require(session.person(), "decide_held_rows")
    done = inbox.resolve(cached.database(), key, decision, by=session.person().username)
    cached.forget_held()
    session.notify(done.reason)
    st.rerun()


def _other_product(key: HeldKey, row: dict[str, Any]) -> None:
    products = cached.product_names()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ean = st.selectbox(
            "Another product",
            list(products),
            index=None,
            format_func=products.__getitem__,
            placeholder="Search the catalogue",
            key=f"other_{key.key}",
        )
        if st.button("Match", disabled=ean is None, key="match_other"):
            _carry_out(key, Decision("match_product", ean))
        if st.button("Not a product", help="A service, a gift card, shipping: its money stays visible, its rows are in no product."):
            _carry_out(key, Decision("not_a_product"))
        with st.popover("New product"):
            _new_product(key, row)


def _new_product(key: HeldKey, row: dict[str, Any]) -> None:
    with st.form("new_product", border=False):
        ean = st.text_input("EAN", row["key_text"] if row["key_kind"] == "ean" else "")
        code = st.text_input("Code")
        name = st.text_input("Name", row["product_text"] or "")
        kind = st.selectbox("Kind", list(KINDS), format_func=KINDS.__getitem__)
        category = st.selectbox("Category", ["perfume", "candle", "set", "accessory", "sample", "tester"])
        size = st.number_input("Size in ml", min_value=0.0, value=None)
        if st.form_submit_button("Add and match", type="primary"):
            details = {"functional_name": code.strip(), "product_name": name.strip(), "kind": kind, "category": category, "size_ml": size}
            _carry_out(key, Decision("new_product", ean.strip().strip("'"), details))


def _other_store(key: HeldKey, row: dict[str, Any]) -> None:
    stores = cached.store_names(key.reseller_id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        store = st.selectbox("Another store", stores, index=None, placeholder="Choose a store of this reseller", key=f"other_{key.key}")
        if st.button("Match", disabled=store is None, key="match_other"):
            _carry_out(key, Decision("match_store", store))
        with st.popover("New store"), st.form("new_store", border=False):
            name = st.text_input("Name", row["store_text"] or row["key_text"])
            channel = st.selectbox("Channel", ["offline", "online"], index=None, placeholder="Choose: nothing is assumed")
            city = st.text_input("City")
            country = st.text_input("Country", max_chars=2, placeholder="two letters: ES")
            if st.form_submit_button("Add and match", type="primary"):
                details = {"channel": channel, "city": city.strip() or None, "country": country.strip().upper() or None}
                _carry_out(key, Decision("new_store", name.strip(), details))


def decisions() -> None:
    """What was answered, with the way back."""
    answered = inbox.decisions(cached.database())
    if answered.is_empty():
        return
    section("Answers", "Each holds for every file to come; taking one back lets its rows wait again.")
    for row in answered.head(20).iter_rows(named=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            undone = f" · taken back {row['undone_at']:%-d %b %Y}" if row["undone_at"] else ""
            words = (
                f"{row['reseller']} {KEY_WORDS.get(row['key_kind'], '')} {row['key_text']} {ACTIONS[row['action']]} {row['target'] or ''}"
            )
            origin = f"{row['rows']} rows · {row['decided_by']}, {row['decided_at']:%-d %b %Y}{undone}"
            st.markdown(f"{plain(words)}  \n:small[:gray[{plain(origin)}]]", width="stretch")
            if not row["undone_at"] and session.may_do("decide_held_rows") and st.button("Take back", key=f"undo_decision_{row['id']}"):
                require(session.person(), "decide_held_rows")
                inbox.undo_decision(cached.database(), row["id"], by=session.person().username)
                cached.forget_held()
                session.notify("Taken back; its rows wait again.")
                st.rerun()
