"""What one browser session remembers. The only file that names `st.session_state`.

Pages and components keep their state in the URL (`filters`, `bind="query-params"`); what is left here is who is signed in, a notice for
the next run, and small choices of one page under that page's own name.
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

import streamlit as st

from core.db.engine import Scope
from core.errors import WorkbenchError
from core.people.permissions import Action, Person, may
from pages.components import cached

Value = TypeVar("Value")
OPEN = "page.open"  # widgets of this run of which the address may not say yet what they were changed to


class SignedOut(WorkbenchError):
    """You are signed out. Load the page again to sign in."""


def recall(name: str, default: Value) -> Value:
    """What was remembered under `name`, or the default. Prefix `name` with the page: 'explore.view'."""
    return st.session_state.get(name, default)


def remember(name: str, value: Any) -> None:
    st.session_state[name] = value


def forget(*names: str) -> None:
    for name in names:
        st.session_state.pop(name, None)


def forget_everything() -> None:
    st.session_state.clear()


def enter(page: str) -> None:
    """The page of this run; `entered` is true for another page than that of the run before, until it is asked. Its widgets are new ones,
    which know nothing of what those of the same name on the page before were set to: `show_in` tells them."""
    if recall("page", None) != page:
        forget("page.known", *(name for name in map(str, st.session_state) if name.endswith(".stated")))
    remember("page", page)
    forget(OPEN)


def entered() -> bool:
    """Whether the person has just come to this page; asked once."""
    known = recall("page.known", False)
    remember("page.known", True)
    return not known


def show_in(key: str, value: Any) -> None:
    """Before drawing the widget `key`: let it show `value`, which the URL states, unless the person has just changed the widget.

    Draw the widget without a default; when it returns something else, write that into the URL and call `settle`.
    """
    if key not in st.session_state or st.session_state.get(f"{key}.stated") != value:
        st.session_state[key] = value
    stated(key, value)
    remember(OPEN, (*recall(OPEN, ()), key))


def settle() -> None:
    """Once the address is written, and not before, as a run may end on the way: it states what the widgets drawn so far show. Their next
    change is heard then, and going back in the browser shows what was there before."""
    for key in recall(OPEN, ()):
        if key in st.session_state:
            stated(key, st.session_state[key])


def stated(key: str, value: Any) -> None:
    """As `settle`, of one widget that shows in other words what the address states as `value`."""
    st.session_state[f"{key}.stated"] = value
    remember(OPEN, tuple(name for name in recall(OPEN, ()) if name != key))


def session_id() -> uuid.UUID | None:
    """The session this browser presented and that was found good when it began."""
    return recall("session_id", None)


def person() -> Person:
    """Who is signed in, read anew every few seconds: a changed role holds from the next click. Errors: SignedOut."""
    known = session_id()
    account = cached.account(known) if known else None
    if account is None:
        raise SignedOut
    return account.person


def scope() -> Scope:
    """The resellers the person may see; None: all. Pass it to every question about sales."""
    return person().scope


def may_do(action: Action) -> bool:
    """Whether to draw a button at all; the core function behind it checks again."""
    return may(person(), action)


def notify(sentence: str, icon: str = ":material/check:") -> None:
    """Show `sentence` in the next run, after the rerun that follows a stored change."""
    remember("notice", (sentence, icon))


def show_notice() -> None:
    """Called once a run by the shell."""
    notice = st.session_state.pop("notice", None)
    if notice:
        st.toast(notice[0], icon=notice[1], duration="long")
