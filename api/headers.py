"""Security headers on every answer. The content policy lists exactly the hosts whose dashboards may be framed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
}
HSTS = "max-age=31536000; includeSubDomains"


def content_policy(frame_hosts: Iterable[str], inline_scripts: Iterable[str] = ()) -> str:
    """The Content-Security-Policy. `frame_hosts`: origins like `https://app.powerbi.com`; `inline_scripts`: `sha256-…` of the page shell."""
    scripts = " ".join(f"'{digest}'" for digest in inline_scripts)
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' blob: 'wasm-unsafe-eval' {scripts}".strip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": " ".join(["'self'", "blob:", *frame_hosts]),
        "frame-ancestors": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@cache
def shell_scripts() -> tuple[str, ...]:
    """Digests of the inline scripts in the page shell that the installed Streamlit serves."""
    shell = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    bodies = re.findall(r"<script>(.*?)</script>", shell, re.DOTALL)
    return tuple("sha256-" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies)


class SecurityHeaders:
    """ASGI middleware. `frame_hosts` is asked for every page, so that a new board's host holds from the next load on."""

    def __init__(self, app: ASGIApp, frame_hosts: Callable[[], Iterable[str]], production: Callable[[], bool]) -> None:
        self.app, self.frame_hosts, self.production = app, frame_hosts, production

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._add(MutableHeaders(scope=message), message["status"] == 304)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    async def _add(self, headers: MutableHeaders, unchanged: bool) -> None:
        """A 304 carries no content type, yet its headers replace the kept page's: it gets the whole policy too."""
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if unchanged or headers.get("content-type", "").startswith("text/html"):
            hosts = await run_in_threadpool(self.frame_hosts)
            headers["Content-Security-Policy"] = content_policy(hosts, shell_scripts())
        else:
            headers.setdefault("Content-Security-Policy", "frame-ancestors 'self'")
        if self.production():
            headers["Strict-Transport-Security"] = HSTS
