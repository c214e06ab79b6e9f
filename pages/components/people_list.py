"""Accounts: the list, the form for a new one, the form to change one."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.db.engine import Scope
from core.people import accounts
from core.people.accounts import Account
from core.people.permissions import ROLE_WORDS, ROLES
from pages.components import cached, frame, session

NEVER = "never"


def draw(found: tuple[Account, ...]) -> None:
    """One line a person; open one to change it."""
    names = dict(cached.resellers_by_id())
    for account in found:
        with st.expander(
            f"{frame.plain(account.name)} · {frame.plain(account.username)} · {account.role}{_state(account)}", icon=_icon(account)
        ):
            seen = f"{account.last_signed_in_at.astimezone():%-d %b %Y, %H:%M}" if account.last_signed_in_at else NEVER
            st.caption(f"Last signed in: {seen}. Sees {_scope_words(account.scope, names)}.")
            _change(account, names)


def _state(account: Account) -> str:
    if not account.active:
        return " · off"
    if account.locked_until and account.locked_until > datetime.now(UTC):
        return f" · locked until {account.locked_until.astimezone():%H:%M}"
    return " · must choose a password" if account.must_change_password else ""


def _icon(account: Account) -> str:
    return ":material/person:" if account.active else ":material/person_off:"


def _scope_words(scope: Scope, names: dict[int, str]) -> str:
    return "every reseller" if scope is None else ", ".join(names.get(number, "?") for number in scope) or "no reseller"


def _change(account: Account, names: dict[int, str]) -> None:
    key = account.username
    with st.form(f"change_{key}", border=False):
        name = st.text_input("Name", account.name, key=f"name_{key}")
        role = st.selectbox("Role", ROLES, index=ROLES.index(account.role), format_func=ROLE_WORDS.__getitem__, key=f"role_{key}")
        scope = _scope_field(f"scope_{key}", account.scope, names)
        email = st.text_input("Mail address", account.email or "", key=f"email_{key}")
        active = st.toggle("May sign in", account.active, key=f"active_{key}")
        if st.form_submit_button("Save", type="primary"):
            values = {"name": name, "role": role, "scope": scope, "active": active, "email": email}
            accounts.change(cached.database(), session.person(), account.username, datetime.now(UTC), **values)  # type: ignore[arg-type]
            _done(f"Saved {name}. It holds from that person's next click.")
    if st.button("Give a new password", icon=":material/key:", key=f"reset_{key}"):
        password = accounts.reset_password(cached.database(), session.person(), account.username, datetime.now(UTC))
        _show_password(account.username, password)


def _scope_field(key: str, scope: Scope, names: dict[int, str]) -> Scope:
    picked = st.multiselect(
        "Sees only",
        list(names),
        list(scope or ()),
        format_func=names.__getitem__,
        placeholder="Every reseller",
        key=key,
        help="Empty: every reseller.",
    )
    return tuple(picked) or None


def add_form() -> None:
    """A new person gets a password that is shown once and must be changed at the first sign-in."""
    names = dict(cached.resellers_by_id())
    with st.expander("Add a person", icon=":material/person_add:"), st.form("add_person", border=False, clear_on_submit=True):
        left, right = st.columns(2)
        name = left.text_input("Name", placeholder="Ada Berg")
        username = right.text_input("User name", placeholder="ada")
        role = left.selectbox("Role", ROLES, index=2, format_func=ROLE_WORDS.__getitem__)
        email = right.text_input("Mail address")
        scope = _scope_field("scope_of_new", None, names)
        if st.form_submit_button("Add", type="primary"):
            password = accounts.create(cached.database(), session.person(), username, name, role, email=email, scope=scope)
            _show_password(username.strip(), password)


def _show_password(username: str, password: str) -> None:
    cached.forget_accounts()
    session.remember("people.password", (username, password))
    st.rerun()


def show_new_password() -> None:
    """The password that was just made, once."""
    made = session.recall("people.password", None)
    if made is None:
        return
    with st.container(border=True):
        st.markdown(f"Password of **{frame.plain(made[0])}**, shown only now. It must be changed at the next sign-in.")
        st.code(made[1], language=None)
        if st.button("I have passed it on"):
            session.forget("people.password")
            st.rerun()


def _done(sentence: str) -> None:
    cached.forget_accounts()
    session.notify(sentence)
    st.rerun()
