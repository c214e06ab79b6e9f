"""Signing in and out with streamlit-authenticator over our own accounts.

The library draws the form and asks for the cookie; what it would decide alone is decided here instead: passwords and the lock-out come
from the `users` table, a session is a line of `sessions` that can be ended, and the cookie is set by the server, out of reach of scripts.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_authenticator import Authenticate
from streamlit_authenticator.controllers import AuthenticationController, CookieController
from streamlit_authenticator.models import AuthenticationModel

from core.people import accounts, sessions
from core.people.accounts import Account
from pages.components import cached, frame, session

COOKIE = "workbench_session"
COOKIE_SCRIPT = """
export default function ({ data }) {
  const options = { method: data.token ? "POST" : "DELETE", credentials: "same-origin", keepalive: true };
  if (data.token) { options.headers = { "Content-Type": "application/json" }; options.body = JSON.stringify({ token: data.token }); }
  fetch("/session", options).then(() => { if (!data.token) window.location.assign("/"); });
}
"""


class SessionCookie(CookieController):
    """Reads the cookie of this request; setting and deleting is left to the `/session` route, which makes it HttpOnly."""

    def __init__(self) -> None:
        pass  # the library's own model would draw a component that writes the cookie from JavaScript

    def get_cookie(self) -> dict[str, Any] | None:
        text = st.context.cookies.get(COOKIE)
        known = sessions.read_token(text, cached.key()) if text else None
        if known is None or cached.account(known.id) is None:
            return None
        return {"username": known.username, "session_id": known.id}

    def set_cookie(self) -> None:
        session.remember("cookie", "set")

    def delete_cookie(self) -> None:
        session.remember("cookie", "delete")


class StoredAccounts(AuthenticationController):
    """Checks a typed password against the `users` table, where wrong ones are counted."""

    def __init__(self) -> None:
        self.authentication_model = AuthenticationModel({"usernames": {}}, auto_hash=False)

    def login(self, username: str | None = None, password: str | None = None, *_: Any, token: Any = None, **__: Any) -> bool | None:
        if token:
            return _open(token["username"], token["session_id"])
        verdict = accounts.verify(cached.database(), username or "", password or "", datetime.now(UTC))
        if verdict.account is None:
            session.remember("sign_in.message", verdict.message)
            return False
        begun = sessions.begin(cached.database(), verdict.account.username, datetime.now(UTC))
        session.remember("token", sessions.token(begun, cached.key()))
        return _open(verdict.account.username, begun.id)


class Gate(Authenticate):
    """The library's form over our controllers."""

    def __init__(self) -> None:
        self.path, self.attrs = None, {"login_sleep_time": 0}
        self.cookie_controller = SessionCookie()
        self.authentication_controller = StoredAccounts()


def _open(username: str, session_id: uuid.UUID) -> bool:
    session.forget("sign_in.message")
    session.remember("session_id", session_id)
    session.remember("username", username)
    session.remember("authentication_status", True)
    return True


def signed_in() -> Account | None:
    """Who is signed in, or None; called once a run, by the shell, before anything else."""
    known = session.session_id()
    if known and cached.account(known) is None:
        session.forget_everything()
        session.remember("sign_in.message", "Your session ended. Sign in again.")
    gate = Gate()
    if not session.recall("authentication_status", None) and gate.cookie_controller.get_cookie() is None:
        return None
    gate.login(location="unrendered")
    known = session.session_id()
    account = cached.account(known) if known else None
    if account:
        _send_cookie()
    return account


def draw_form() -> NoReturn:
    """The one thing a stranger sees."""
    frame.configure("Sign in", wide=False)
    gate = Gate()
    with st.container(key="sign_in"):
        st.html(f'<div class="brand">{frame.escaped(cached.settings().brand)}<span>Sell-out Workbench</span></div>')
        gate.login(fields={"Form name": "Sign in", "Username": "User name", "Password": "Password", "Login": "Sign in"}, key="sign_in_form")
        if session.recall("authentication_status", None):
            cached.forget_accounts()
            st.rerun()
        message = session.recall("sign_in.message", "")
        if message:
            st.error(message, icon=":material/lock:")
    _send_cookie()
    st.stop()


def _send_cookie() -> None:
    """Ask the browser to fetch or to drop the cookie, in the run after signing in or out."""
    what, token = session.recall("cookie", None), session.recall("token", None)
    session.forget("cookie", "token")
    if what is None:
        return
    with st.container(key="unseen"):
        component = st.components.v2.component("workbench_cookie", js=COOKIE_SCRIPT)
        component(key=f"cookie_{what}", data={"token": token if what == "set" else None})


def sign_out() -> None:
    """End the session in the database, forget everything this browser session knew, drop the cookie."""
    known = session.session_id()
    if known:
        sessions.end(cached.database(), known, datetime.now(UTC))
    cached.forget_accounts()
    session.forget_everything()
    session.remember("cookie", "delete")


def change_password_page(account: Account) -> None:
    """The form that comes first when an administrator set the password, and the one behind “Change password”."""
    place = st.empty()
    with place.container():
        st.title("Choose your own password")
        st.caption("The password you signed in with was given to you. Choose one that only you know: 10 characters or more.")
        with st.form("change_password", width=420):
            current = st.text_input("Current password", type="password", autocomplete="current-password")
            new = st.text_input("New password", type="password", autocomplete="new-password")
            again = st.text_input("New password, again", type="password", autocomplete="new-password")
            if st.form_submit_button("Save password", type="primary"):
                _save_password(account, current, new, again, place)


def _save_password(account: Account, current: str, new: str, again: str, place: DeltaGenerator) -> None:
    if new.strip() != again.strip():
        st.error("The two new passwords differ. Type them again.")
        return
    accounts.change_password(cached.database(), account.username, current, new, datetime.now(UTC))
    begun = sessions.begin(cached.database(), account.username, datetime.now(UTC))
    session.remember("token", sessions.token(begun, cached.key()))
    session.remember("cookie", "set")
    _open(account.username, begun.id)
    session.notify("Your password is changed. Other browsers were signed out.")
    place.empty()  # else the form stands there until the first page has loaded
    cached.forget_accounts()
    st.rerun()
