"""Accounts: create, check a password, lock out, change, deactivate. A changed password or role ends the sessions it must end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.db.tables import sessions, users
from core.errors import NotAllowed, UnknownRecord, WorkbenchError
from core.jobs import queue
from core.people import audit, passwords
from core.people.permissions import ROLES, Person, Role, require

TRIES, LOCK_TIME = 5, timedelta(minutes=15)
FIRST_ADMINISTRATOR = "admin"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # a new account has no older sessions to end, whatever the server's clock says


class AccountRefused(WorkbenchError):
    """This account can not be saved like that. Check user name, role and resellers."""


@dataclass(frozen=True)
class Account:
    """One line of `users` without its secret."""

    username: str
    name: str
    role: Role
    scope: Scope
    email: str | None
    active: bool
    must_change_password: bool
    locked_until: datetime | None
    sessions_valid_from: datetime
    last_signed_in_at: datetime | None

    @property
    def person(self) -> Person:
        return Person(self.username, self.name, self.role, self.scope)


@dataclass(frozen=True)
class Verdict:
    """What came of a typed password. `account` only when it was right; `message` is the sentence to show otherwise."""

    account: Account | None
    message: str = ""
    tries_left: int | None = None
    locked_until: datetime | None = None


def first_administrator(database: Database) -> str | None:
    """Create `admin` when nobody has an account yet; returns its generated password, to be shown once, else None.

    The password must be changed at the first sign-in.
    """
    password = passwords.generate()
    values = {"name": "Administrator", "role": "admin", "must_change_password": True, "sessions_valid_from": NEVER}
    with database.write() as connection:
        connection.execute(sa.text("lock table users in share row exclusive mode"))
        if connection.execute(sa.select(sa.literal(1)).select_from(users).limit(1)).first():
            return None
        connection.execute(users.insert().values(username=FIRST_ADMINISTRATOR, password_hash=passwords.hash_password(password), **values))
        audit.record(connection, "system", "account created", FIRST_ADMINISTRATOR, {"role": "admin"})
    return password


def create(
    database: Database,
    by: Person,
    username: str,
    name: str,
    role: str,
    *,
    password: str | None = None,
    email: str | None = None,
    scope: Scope = None,
    must_change_password: bool = True,
) -> str:
    """Add an account; returns its password (a generated one when none is given). Errors: NotAllowed, AccountRefused, WeakPassword."""
    require(by, "manage_people")
    username = _checked_username(username)
    secret = passwords.check_strength(password, username) if password else passwords.generate()
    values = {
        "name": _checked_name(name),
        "role": _checked_role(role),
        "email": email or None,
        "reseller_scope": _as_list(scope),
        "sessions_valid_from": NEVER,
    }
    statement = users.insert().values(
        username=username, password_hash=passwords.hash_password(secret), must_change_password=must_change_password, **values
    )
    try:
        with database.write() as connection:
            connection.execute(statement)
            audit.record(connection, by.username, "account created", username, {"role": role, "scope": _as_list(scope)})
            _tell(connection, username, email, "created")
    except sa.exc.IntegrityError as error:
        raise AccountRefused(f"There is already an account “{username}”. Choose another user name.") from error
    return secret


def verify(database: Database, username: str, password: str, now: datetime) -> Verdict:
    """Check a typed password; five wrong ones in a row lock the account for fifteen minutes. `now` is aware of its time zone.

    The line stays locked while the password is compared, so that parallel guesses are counted one by one.
    """
    with database.write() as connection:
        row = connection.execute(_by_name(username).with_for_update()).first()
        if row is None or not row.active:
            passwords.matches(password, passwords.nobody())
            return Verdict(None, "User name or password is wrong. After five wrong passwords an account is locked for 15 minutes.")
        if row.locked_until and row.locked_until > now:
            return _locked(row.locked_until)
        if passwords.matches(password, row.password_hash):
            connection.execute(_update(row.id, failed_attempts=0, locked_until=None))
            return Verdict(_account(row))
        return _count_failure(connection, row, now)


def _count_failure(connection: sa.Connection, row: Any, now: datetime) -> Verdict:
    expired_lock = row.locked_until is not None
    left = TRIES - (1 if expired_lock else row.failed_attempts + 1)
    until = now + LOCK_TIME if left <= 0 else None
    connection.execute(_update(row.id, failed_attempts=TRIES - left, locked_until=until))
    audit.record(connection, row.username, "locked out" if until else "wrong password", row.username)
    if until:
        _tell(connection, row.username, row.email, "locked")
        return _locked(until)
    tries = "1 try is left" if left == 1 else f"{left} tries are left"
    return Verdict(None, f"User name or password is wrong; {tries} before the account is locked for 15 minutes.", tries_left=left)


def _locked(until: datetime) -> Verdict:
    text = f"Too many wrong passwords: this account is locked until {until.astimezone():%H:%M}. Wait, or ask an administrator."
    return Verdict(None, text, tries_left=0, locked_until=until)


def change_password(database: Database, username: str, current: str, new: str, now: datetime) -> None:
    """The person's own change; every session of before ends. Errors: WeakPassword, NotAllowed for a wrong current password."""
    account = verify(database, username, current, now)
    if account.account is None:
        raise NotAllowed(account.message.replace("User name or password", "The current password"))
    if current.strip() == new.strip():
        raise passwords.WeakPassword("The new password is the same as the old one. Choose another.")
    _set_password(database, username, passwords.check_strength(new, username), now, must_change=False, by=username)


def reset_password(database: Database, by: Person, username: str, now: datetime) -> str:
    """A new generated password, to be changed at the next sign-in; unlocks the account and ends its sessions. Errors: NotAllowed."""
    require(by, "manage_people")
    password = passwords.generate()
    _set_password(database, username, password, now, must_change=True, by=by.username)
    return password


def _set_password(database: Database, username: str, password: str, now: datetime, *, must_change: bool, by: str) -> None:
    values = {"failed_attempts": 0, "locked_until": None, "must_change_password": must_change, "sessions_valid_from": now}
    with database.write() as connection:
        row = _one(connection, username)
        connection.execute(_update(row.id, password_hash=passwords.hash_password(password), **values))
        _end_sessions(connection, row.username, now)
        what = "password changed" if by == username else "password reset"
        audit.record(connection, by, what, row.username)
        _tell(connection, row.username, row.email, what.replace(" ", "_"))


def _tell(connection: sa.Connection, username: str, email: str | None, what: str) -> None:
    """Have a mail written to the account's address, in the same transaction as the change it tells of."""
    if email:
        queue.defer_account_mail(connection, username, what)


def change(
    database: Database,
    by: Person,
    username: str,
    now: datetime,
    *,
    name: str,
    role: str,
    scope: Scope,
    active: bool,
    email: str | None = None,
) -> None:
    """Set everything an administrator may set. Deactivating ends the sessions; a new role or scope holds from the next click.

    Errors: NotAllowed; AccountRefused when no active administrator would be left.
    """
    require(by, "manage_people")
    values = {
        "name": _checked_name(name),
        "role": _checked_role(role),
        "reseller_scope": _as_list(scope),
        "active": active,
        "email": email or None,
    }
    with database.write() as connection:
        row = _one(connection, username)
        before = {key: getattr(row, key) for key in values}
        connection.execute(_update(row.id, **values))
        _refuse_to_lose_the_last_administrator(connection)
        if not active:
            connection.execute(_update(row.id, sessions_valid_from=now))
            _end_sessions(connection, row.username, now)
        changed = {key: value for key, value in values.items() if before[key] != value}
        audit.record(connection, by.username, "account changed", row.username, changed)


def find(database: Database, username: str) -> Account | None:
    with database.read() as connection:
        row = connection.execute(_by_name(username)).first()
    return _account(row) if row else None


def everyone(database: Database, by: Person) -> tuple[Account, ...]:
    """All accounts, by name. Errors: NotAllowed."""
    require(by, "manage_people")
    with database.read() as connection:
        return tuple(_account(row) for row in connection.execute(sa.select(users).order_by(sa.func.lower(users.c.name))))


def _by_name(username: str) -> sa.Select[Any]:
    return sa.select(users).where(sa.func.lower(users.c.username) == username.strip().lower())


def _one(connection: sa.Connection, username: str) -> Any:
    row = connection.execute(_by_name(username).with_for_update()).first()
    if row is None:
        raise UnknownRecord(f"There is no account “{username}” any more. Go back to the list and choose again.")
    return row


def _update(user_id: int, **values: Any) -> sa.Update:
    return users.update().where(users.c.id == user_id).values(**values)


def _end_sessions(connection: sa.Connection, username: str, now: datetime) -> None:
    open_ones = (sessions.c.username == username) & sessions.c.ended_at.is_(None)
    connection.execute(sessions.update().where(open_ones).values(ended_at=now))


def _refuse_to_lose_the_last_administrator(connection: sa.Connection) -> None:
    whole = users.c.active & (users.c.role == "admin") & users.c.reseller_scope.is_(None)
    if not connection.execute(sa.select(users.c.id).where(whole).limit(1)).first():
        raise AccountRefused("Somebody must remain administrator of every reseller. Make another person one first.")


def _account(row: Any) -> Account:
    values: Mapping[str, Any] = row._mapping
    scope = tuple(values["reseller_scope"]) if values["reseller_scope"] is not None else None
    names = ("username", "name", "role", "email", "active", "must_change_password", "locked_until")
    kept = {name: values[name] for name in (*names, "sessions_valid_from", "last_signed_in_at")}
    return Account(scope=scope, **kept)


def _as_list(scope: Scope) -> list[int] | None:
    return None if scope is None else sorted(scope)


def _checked_username(username: str) -> str:
    username = username.strip()
    if not 2 <= len(username) <= 60 or not all(c.isalnum() or c in "._-@" for c in username):
        raise AccountRefused("A user name has 2 to 60 letters, digits or . _ - @ and no blanks.")
    if username.lower() in ("system", "scheduler"):
        raise AccountRefused(f"“{username}” is the workbench's own name. Choose another user name.")
    return username


def _checked_name(name: str) -> str:
    if not name.strip():
        raise AccountRefused("Write the person's name.")
    return name.strip()


def _checked_role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise AccountRefused(f"There is no role “{role}”. Choose {', '.join(ROLES)}.")
