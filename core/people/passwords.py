"""Passwords: what is accepted, how they are hashed (bcrypt), how one is generated."""

from __future__ import annotations

import secrets
from functools import cache

import bcrypt

from core.errors import WorkbenchError

SHORTEST, LONGEST_BYTES = 10, 72  # bcrypt reads 72 bytes and no more
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class WeakPassword(WorkbenchError):
    """Choose a password of 10 characters or more."""


def check_strength(password: str, username: str = "") -> str:
    """The password as it is kept: without blanks around it. Errors: WeakPassword."""
    password = password.strip()
    if len(password) < SHORTEST:
        raise WeakPassword(f"The password is too short. Choose {SHORTEST} characters or more.")
    if len(password.encode()) > LONGEST_BYTES or "\0" in password:
        raise WeakPassword("The password is too long. Choose 70 characters or fewer.")
    if len(set(password)) < 5 or (username and username.lower() in password.lower()):
        raise WeakPassword("The password is easy to guess. Leave your user name out and do not repeat the same few characters.")
    return password


def hash_password(password: str, rounds: int = 12) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds)).decode()


def matches(password: str, password_hash: str) -> bool:
    """Takes the same time for an unknown user: compare with `nobody()` then."""
    typed = password.strip().encode()
    if len(typed) > LONGEST_BYTES or b"\0" in typed:
        typed = b""
    return bcrypt.checkpw(typed, password_hash.encode())


@cache
def nobody() -> str:
    """A hash that no password matches in practice, as costly to compare with as a real one."""
    return hash_password(secrets.token_hex(16))


def generate() -> str:
    """A password to read from a screen: three groups of five, without letters that look alike."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))
