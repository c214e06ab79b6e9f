"""Who calls the JSON API: a bearer token got by user name and password, valid as long as its session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel

from core import opened
from core.db.engine import Database
from core.people import accounts, sessions
from core.people.permissions import Person

router = APIRouter(tags=["sign-in"])
bearer = OAuth2PasswordBearer(tokenUrl="token", description="Get one from POST /api/token.")


class Token(BaseModel):
    """Send it as `Authorization: Bearer <access_token>`."""

    access_token: str
    token_type: str = "bearer"
    expires_in: int


def database() -> Database:
    return opened.opened().database


def caller(token: Annotated[str, Depends(bearer)]) -> Person:
    """The person behind the token; role and resellers as they are now."""
    session = sessions.read_token(token, opened.opened().key, "api")
    account = sessions.account_of(database(), session.id, datetime.now(UTC)) if session else None
    if account is None:
        raise HTTPException(401, "The token is not valid any more. Get a new one from POST /api/token.", {"WWW-Authenticate": "Bearer"})
    return account.person


Caller = Annotated[Person, Depends(caller)]
Data = Annotated[Database, Depends(database)]


@router.post("/token")
def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> Token:
    """Exchange user name and password (form fields) for a bearer token of eight hours; five wrong passwords lock the account."""
    now = datetime.now(UTC)
    verdict = accounts.verify(database(), form.username, form.password, now)
    if verdict.account is None:
        raise HTTPException(423 if verdict.locked_until else 401, verdict.message)
    if verdict.account.must_change_password:
        raise HTTPException(403, "Sign in to the workbench once and choose your own password first.")
    session = sessions.begin(database(), verdict.account.username, now, "api")
    seconds = int((session.expires_at - now).total_seconds())
    return Token(access_token=sessions.token(session, opened.opened().key, "api"), expires_in=seconds)


@router.delete("/token", status_code=204)
def forget(token: Annotated[str, Depends(bearer)]) -> None:
    """End the token's session: it is worthless from now on."""
    session = sessions.read_token(token, opened.opened().key, "api")
    if session:
        sessions.end(database(), session.id, datetime.now(UTC))
