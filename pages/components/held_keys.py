"""Held rows grouped by what they wait for, the ranked suggestions for one group, and the answers given so far."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.db.engine import Scope
from core.errors import WorkbenchError
from core.ingest import inbox, undated
from core.ingest.foreseeing import Effect
from core.ingest.inbox import Action, Decision, HeldKey
from core.ingest.suggesting import Suggestion
from core.people.permissions import require
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_list, name_period
from core.sales.query import Period
from core.sales.query import months as months_from
from pages.components import cached, cached_files, errors, session
from pages.components.frame import plain, section
from pages.components.picking import lead_to, pick

KEY_WORDS = {"ean": "EAN", "code": "item", "sku": "SKU", "name": "product", "store": "store"}
ACTIONS = {
    "match_product": "matched to",
    "match_store": "matched to store",
    "new_product": "added as product",
    "new_store": "added as store",
    "not_a_product": "marked as no product",
}
MOST_AT_ONCE = 60
KINDS = {"full": "perfume", "candle": "candle", "set": "set", "sample": "sample", "tester": "tester"}


def visible(groups: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    return groups if scope is None else groups.filter(pl.col("reseller_id").is_in(list(scope)))


def headline(groups: pl.DataFrame) -> None:
    """How many rows wait, and their money by currency."""
    money = groups.group_by("currency", maintain_order=True).agg(pl.col("amount").sum())
    sums = [format_money(amount, 2, currency) for currency, amount in money.iter_rows() if amount]
    answers = "one answer" if groups.height == 1 else f"{format_number(groups.height)} answers"
    count = groups["lines"].sum()
    text = f"{format_number(count)} {'row waits' if count == 1 else 'rows wait'} for {answers}"
    st.markdown(plain(f"{text}: {name_list(sums, 6)} are in no figure yet." if sums else f"{text}."))


def title(row: dict[str, Any]) -> str:
    """`Liberty item 000910771`"""
    if row["rule"] == undated.RULE:
        return f"{row['reseller']} {'line' if row['lines'] == 1 else 'lines'} without a readable date"
    return f"{row['reseller']} {KEY_WORDS.get(row['key_kind'] or '', 'line')} {row['key_text'] or row['product_text'] or ''}".strip()


def identity(row: dict[str, Any]) -> str:
    """What names a group in the URL."""
    return f"{row['reseller_id']}-{row['key_kind'] or 'line'}-{row['key'] or row['rule']}"


def table(groups: pl.DataFrame) -> dict[str, Any]:
    """Draw the groups, largest money first; returns the chosen one, at first the uppermost."""
    rows = [
        {
            "Waits for": title(row),
            "Text in the file": row["product_text"] if row["key_kind"] != "store" else row["store_text"],
            "Rows": row["lines"],
            "Units": row["units"],
            "Money": format_money(row["amount"], 2, row["currency"]) if row["amount"] is not None else "–",
            "Files": row["files"],
            "Period": "–" if row["rule"] == undated.RULE else _span(row["first_day"], row["last_day"]),
        }
        for row in groups.iter_rows(named=True)
    ]
    right = {"Money": st.column_config.TextColumn(alignment="right")}
    place = pick(pl.DataFrame(rows, infer_schema_length=None), _ids(groups), "waits", required=True, most=318, column_config=right)
    return groups.row(place or 0, named=True)


def _ids(groups: pl.DataFrame) -> list[str]:
    return [identity(row) for row in groups.iter_rows(named=True)]


def _span(first: date | None, last: date | None) -> str:
    return name_period(Period(first, last)) if first and last else "–"


def decide(row: dict[str, Any], groups: pl.DataFrame) -> None:
    """Suggestions with their reasons, a search in the catalogue, and the other answers."""
    with st.container(border=True, key="decide"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(title(row))}** · {plain(row['product_text'] or row['store_text'] or '')}", width="stretch")
            if groups.height > 1:
                _walk(row, groups)
        if row["key_kind"] is None:
            st.markdown("Nothing can be remembered for this line: correct the file and load it again.")
        elif not session.may_do("decide_held_rows"):
            st.caption("You may look at held rows but not decide about them.")
        else:
            key = HeldKey(row["reseller_id"], row["key_kind"], row["key"])
            _suggestions(key, row)
            _other_store(key, row) if row["key_kind"] == "store" else _other_product(key, row)


def _walk(row: dict[str, Any], groups: pl.DataFrame) -> None:
    """To the group above, the one below, or (skip) the next with this one left as it is."""
    ids = _ids(groups)
    place = ids.index(identity(row))
    steps = (
        ("The group above", "up", ":material/keyboard_arrow_up:", -1),
        ("The group below", "down", ":material/keyboard_arrow_down:", 1),
        ("Skip", "S", None, 1),
    )
    for label, key, icon, step in steps:
        if st.button(
            label,
            shortcut=key,
            icon=icon,
            type="tertiary",
            key=f"walk_{key}",
            help=label if icon else None,
        ):
            lead_to("waits", ids[(place + step) % len(ids)])
            st.rerun()


def _suggestions(key: HeldKey, row: dict[str, Any]) -> None:
    found = _candidates(row)
    if not found:
        st.caption("Nothing in the catalogue is near enough to suggest. Search it below.")
    action: Action = "match_store" if row["key_kind"] == "store" else "match_product"
    for number, suggestion in enumerate(found):
        with st.container(horizontal=True, vertical_alignment="center"):
            first = number == 0
            effect = effect_line(key, Decision(action, suggestion.target)) if first else ""
            sure = f"{suggestion.confidence:.0f}\u202f% · {suggestion.reason}"
            st.markdown(f"{plain(suggestion.label)}  \n:small[:gray[{plain(sure)}]]{effect}", width="stretch")
            if st.button("Accept", type="primary" if first else "secondary", key=f"accept_{number}", shortcut="Enter" if first else None):
                _carry_out(key, Decision(action, suggestion.target))


def effect_line(key: HeldKey, decision: Decision) -> str:
    """A second small line with what the answer would do; '' where it can not be given."""
    try:
        return f"  \n:small[{plain(effect_words(cached_files.effect(key, decision)))}]"
    except WorkbenchError:
        return ""


def _foretold(key: HeldKey, decision: Decision) -> str | None:
    return effect_line(key, decision).strip() or None


def effect_words(effect: Effect) -> str:
    """`Places 4 rows, £ 312.00, in 3 files; net revenue May 2025 € 7 221 → € 7 305.`"""
    if not effect.rows:
        return (
            f"{format_number(effect.moved)} {'row waits' if effect.moved == 1 else 'rows wait'} for something else then."
            if effect.moved
            else ""
        )
    rows = f"{format_number(effect.rows)} {'row' if effect.rows == 1 else 'rows'}"
    money = "".join(f", {format_money(amount, 2, currency)}" for currency, amount in effect.amounts)
    months = [
        f"{name_period(months_from(moved.month.year, moved.month.month, 1))} {format_money(moved.before)} → {format_money(moved.after)}"
        for moved in effect.months[-3:]
    ]
    more = f" and {len(effect.months) - 3} earlier months" if len(effect.months) > 3 else ""
    then = f"; net revenue {', '.join(reversed(months))}{more}" if months else ""
    waits = f"; {format_number(effect.moved)} wait for something else then" if effect.moved else ""
    return f"Places {rows}{money}, in {effect.files} {'file' if effect.files == 1 else 'files'}{then}{waits}."


def many(groups: pl.DataFrame) -> None:
    """Several keys answered at once: each with its best candidate, ticked where every part is equal."""
    if groups.height < 2 or not session.may_do("decide_held_rows"):
        return
    with st.expander("Answer many at once", icon=":material/checklist:", key="many", on_change="rerun") as box:
        if not box.open:
            return
        answers = [(row, found[0]) for row in groups.head(MOST_AT_ONCE).iter_rows(named=True) if row["key"] and (found := _candidates(row))]
        if not answers:
            st.caption("Nothing in the catalogue is near enough to any of them.")
            return
        ticked = _ticked(answers)
        if st.button(f"Accept {len(ticked)}", type="primary", disabled=not ticked, key="accept_many"):
            require(session.person(), "decide_held_rows")
            with errors.boundary():
                done = inbox.resolve_many(cached.database(), ticked, by=session.person().username)
                cached_files.forget_held()
                rows = sum(one.rows for one in done)
                session.notify(f"{format_number(rows)} rows are placed by {len(done)} answers; each can be taken back below.")
                st.rerun()


def _candidates(row: dict[str, Any]) -> tuple[Suggestion, ...]:
    key = HeldKey(row["reseller_id"], row["key_kind"], row["key"])
    return cached_files.candidates(key, row["key_text"], row["product_text"] or "")


def _ticked(answers: list[tuple[dict[str, Any], Suggestion]]) -> list[tuple[HeldKey, Decision]]:
    table = pl.DataFrame(
        [
            {
                "Accept": best.confidence >= 100,
                "Waits for": title(row),
                "Text in the file": row["store_text"] if row["key_kind"] == "store" else row["product_text"],
                "Is": best.label,
                "Why": f"{best.confidence:.0f} % · {best.reason}",
                "Rows": row["lines"],
            }
            for row, best in answers
        ],
        infer_schema_length=None,
    )
    edited = st.data_editor(
        table, hide_index=True, disabled=[name for name in table.columns if name != "Accept"], key=f"many_{len(answers)}", height="content"
    )
    chosen = edited["Accept"].to_list()
    return [
        (
            HeldKey(row["reseller_id"], row["key_kind"], row["key"]),
            Decision("match_store" if row["key_kind"] == "store" else "match_product", best.target),
        )
        for (row, best), accepted in zip(answers, chosen, strict=True)
        if accepted
    ]


def _carry_out(key: HeldKey, decision: Decision) -> None:
    require(session.person(), "decide_held_rows")
    done = inbox.resolve(cached.database(), key, decision, by=session.person().username)
    cached_files.forget_held()
    session.notify(done.reason)
    st.rerun()


def _other_product(key: HeldKey, row: dict[str, Any]) -> None:
    products = cached_files.product_names()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ean = st.selectbox(
            "Another product",
            list(products),
            index=None,
            format_func=products.__getitem__,
            placeholder="Search the catalogue",
            key=f"other_{key.key}",
            width="stretch",
        )
        if st.button(
            "Match", disabled=ean is None, key="match_other", help=_foretold(key, Decision("match_product", ean)) if ean else None
        ):
            _carry_out(key, Decision("match_product", ean))
        if st.button("New product", key="new_product_button", shortcut="N"):
            _new_product(key, row)
        if st.button("Not a product", help="A service, a gift card, shipping: its money stays visible, its rows are in no product."):
            _carry_out(key, Decision("not_a_product"))


@st.dialog("New product")
def _new_product(key: HeldKey, row: dict[str, Any]) -> None:
    product_form(key, row)


def product_form(key: HeldKey, row: dict[str, Any]) -> None:
    """The fields of a product that the catalogue does not have yet; entering it answers the key."""
    with st.form("new_product", border=False):
        ean = st.text_input("EAN", row["key_text"] if row["key_kind"] == "ean" else "", placeholder="8 to 14 digits")
        code = st.text_input("Code", help="The short code the brand uses, such as NLGOT100.")
        name = st.text_input("Name", row["product_text"] or "")
        with st.container(horizontal=True):
            kind = st.selectbox("Kind", list(KINDS), format_func=KINDS.__getitem__, width=150)
            category = st.selectbox("Category", ["perfume", "candle", "set", "accessory", "sample", "tester"], width=150)
            size = st.number_input("Size in ml", min_value=0.0, value=None, width=120)
        if st.form_submit_button("Add and match", type="primary"):
            details = {"functional_name": code.strip(), "product_name": name.strip(), "kind": kind, "category": category, "size_ml": size}
            with errors.boundary():
                _carry_out(key, Decision("new_product", ean.strip().strip("'"), details))


def _other_store(key: HeldKey, row: dict[str, Any]) -> None:
    stores = cached_files.store_names(key.reseller_id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        store = st.selectbox("Another store", stores, index=None, placeholder="Choose a store of this reseller", key=f"other_{key.key}")
        if st.button("Match", disabled=store is None, key="match_other"):
            _carry_out(key, Decision("match_store", store))
        if st.button("New store", key="new_store_button", shortcut="N"):
            _new_store(key, row)


@st.dialog("New store")
def _new_store(key: HeldKey, row: dict[str, Any]) -> None:
    store_form(key, row)


def store_form(key: HeldKey, row: dict[str, Any]) -> None:
    """The fields of a store that the catalogue does not have yet; entering it answers the key."""
    with st.form("new_store", border=False):
        name = st.text_input("Name", row["store_text"] or row["key_text"])
        channel = st.selectbox("Channel", ["offline", "online"], index=None, placeholder="Choose: nothing is assumed")
        city = st.text_input("City")
        country = st.text_input("Country", max_chars=2, placeholder="two letters: ES")
        if st.form_submit_button("Add and match", type="primary"):
            details = {"channel": channel, "city": city.strip() or None, "country": country.strip().upper() or None}
            with errors.boundary():
                _carry_out(key, Decision("new_store", name.strip(), details))


def decisions(scope: Scope) -> None:
    """What was answered, with the way back."""
    answered = visible(inbox.decisions(cached.database()), scope)
    if answered.is_empty():
        return
    section("Answers", "Each holds for every file to come; taking one back lets its rows wait again.")
    for row in answered.head(20).iter_rows(named=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_answer_words(row), width="stretch")
            if not row["undone_at"] and session.may_do("decide_held_rows") and st.button("Take back", key=f"undo_decision_{row['id']}"):
                require(session.person(), "decide_held_rows")
                inbox.undo_decision(cached.database(), row["id"], by=session.person().username)
                cached_files.forget_held()
                session.notify("Taken back; its rows wait again.")
                st.rerun()


def _answer_words(row: dict[str, Any]) -> str:
    target = cached_files.product_names().get(row["target"] or "", row["target"] or "")
    words = f"{row['reseller']} {KEY_WORDS.get(row['key_kind'], '')} {row['key_text']} {ACTIONS[row['action']]} {target}"
    undone = f" · taken back {row['undone_at']:%-d %b %Y}" if row["undone_at"] else ""
    origin = f"{row['rows']} {'row' if row['rows'] == 1 else 'rows'} · {row['decided_by']}, {row['decided_at']:%-d %b %Y}{undone}"
    return f"{plain(words)}  \n:small[:gray[{plain(origin)}]]"
