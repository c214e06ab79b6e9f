"""Secrets of boards: encrypted at rest, and short-lived signed links made anew for every view."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

import jwt
from cryptography.fernet import Fernet, InvalidToken

from core.dashboards.links import Link
from core.errors import BoardRefused

MINUTES = 10


def _vault(key: str) -> Fernet:
    derived = hmac.new(key.encode(), b"secrets of boards", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


def encrypt(secret: str, key: str) -> bytes:
    """`key`: the installation's secret key."""
    return _vault(key).encrypt(secret.encode())


def decrypt(stored: bytes, key: str) -> str:
    try:
        return _vault(key).decrypt(bytes(stored)).decode()
    except InvalidToken as error:
        raise BoardRefused("The stored secret of this board can not be read with today's secret key. Enter it again.") from error


def metabase_link(
    target: Link, resource: Mapping[str, int], secret: str, now: datetime, locked: Mapping[str, object] | None = None
) -> Link:
    """`…/embed/dashboard/<token>`: the token names the resource, its locked parameters and an end after ten minutes (HS256)."""
    claims = {"resource": dict(resource), "params": dict(locked or {}), "exp": int((now + timedelta(minutes=MINUTES)).timestamp())}
    token = jwt.encode(claims, secret, algorithm="HS256")
    return target.at(f"{target.path}/{token}", fragment="bordered=false&titled=false")
