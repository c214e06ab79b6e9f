"""Routes for the browser and for those who watch the process: the session cookie, `/healthz`, `/readyz`."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import opened, status
from core.people import sessions

COOKIE = "workbench_session"


def _same_origin(request: Request) -> bool:
    """True unless the browser says that another site asks: nobody else may sign a person in or out."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    return site in (None, "same-origin") and (origin is None or urlsplit(origin).netloc == request.headers.get("host"))


async def keep_session(request: Request) -> Response:
    """Turn the token of a fresh sign-in into a cookie that no script can read."""
    if not _same_origin(request) or request.headers.get("content-type") != "application/json":
        return Response(status_code=403)
    body = await request.json()
    text = str(body.get("token", "")) if isinstance(body, dict) else ""
    session, now = sessions.read_token(text, opened.opened().key), datetime.now(UTC)
    if session is None or await run_in_threadpool(sessions.account_of, opened.opened().database, session.id, now) is None:
        return Response(status_code=401)
    response = Response(status_code=204)
    production = opened.opened().settings.environment == "production"
    seconds = int((session.expires_at - now).total_seconds())
    response.set_cookie(COOKIE, text, max_age=seconds, httponly=True, samesite="lax", secure=production, path="/")
    return response


async def drop_session(request: Request) -> Response:
    """Take the cookie away, and end the session it names."""
    if not _same_origin(request):
        return Response(status_code=403)
    session = sessions.read_token(request.cookies.get(COOKIE, ""), opened.opened().key)
    if session:
        await run_in_threadpool(sessions.end, opened.opened().database, session.id, datetime.now(UTC))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


async def healthz(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"process": "up"})


async def readyz(request: Request) -> Response:
    """200 when database, queue and clock are up; else 503 and a sentence on each that is not."""
    checks = await run_in_threadpool(status.readiness, lambda: opened.opened().database, datetime.now(UTC))
    ready = all(check.state == "up" for check in checks)
    body = {"ready": ready, **{check.name: {"state": check.state, "says": check.sentence} for check in checks}}
    return JSONResponse(body, status_code=200 if ready else 503)


ROUTES = (
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/session", keep_session, methods=["POST"]),
    Route("/session", drop_session, methods=["DELETE"]),
)
