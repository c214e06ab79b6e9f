"""Who may do what: three roles, one table of actions. Core functions that change something call `require` first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core.db.engine import Scope
from core.errors import NotAllowed

Role = Literal["admin", "analyst", "viewer"]
Action = Literal[
    "see_sales",
    "ask",
    "save_views",
    "import_files",
    "decide_held_rows",
    "undo_imports",
    "edit_catalogue",
    "edit_boards",
    "edit_reports",
    "edit_alerts",
    "write_reminders",
    "manage_people",
    "see_system",
    "see_audit",
]
ROLES: tuple[Role, ...] = get_args(Role)
EVERYONE, EDITORS, ADMINS = frozenset(ROLES), frozenset[Role](("admin", "analyst")), frozenset[Role](("admin",))

ACTIONS: Mapping[Action, frozenset[Role]] = {
    "see_sales": EVERYONE,
    "ask": EVERYONE,
    "save_views": EVERYONE,
    "import_files": EDITORS,
    "decide_held_rows": EDITORS,
    "undo_imports": EDITORS,
    "edit_catalogue": EDITORS,
    "edit_reports": EDITORS,
    "edit_alerts": EDITORS,
    "write_reminders": EDITORS,
    "edit_boards": ADMINS,
    "manage_people": ADMINS,
    "see_system": ADMINS,
    "see_audit": ADMINS,
}
TOUCHES_EVERY_RESELLER = frozenset[Action](
    ("import_files", "decide_held_rows", "undo_imports", "edit_catalogue", "edit_boards", "manage_people", "see_system", "see_audit")
)
ROLE_WORDS: Mapping[Role, str] = {
    "admin": "Administrator: everything, people and system included",
    "analyst": "Analyst: load files, edit catalogue, reports and alerts",
    "viewer": "Viewer: look, ask and download",
}


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in. `scope`: ids of the only resellers this person sees; None: all."""

    username: str
    name: str
    role: Role
    scope: Scope = None


SYSTEM = Person("system", "System", "admin")


def may(person: Person, action: Action) -> bool:
    """True when the role allows it and, for what touches every reseller, when no scope narrows the person."""
    in_reach = person.scope is None or action not in TOUCHES_EVERY_RESELLER
    return person.role in ACTIONS[action] and in_reach


def require(person: Person, action: Action) -> None:
    """Errors: NotAllowed, naming who may."""
    if may(person, action):
        return
    if person.role in ACTIONS[action]:
        raise NotAllowed("This changes the data of every reseller, and you see only some of them. Ask an administrator.")
    allowed = " or ".join(role for role in ROLES if role in ACTIONS[action])
    raise NotAllowed(f"Your role ({person.role}) does not allow this; it needs {allowed}. Ask an administrator.")
