"""Reading a pasted link or embed code. This is a security boundary: a link is parsed once and rebuilt from its parts, or refused."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from core.errors import BoardRefused

LONGEST = 4000
IFRAME = re.compile(r"<iframe\b[^>]*?\ssrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE | re.DOTALL)
TABLEAU = re.compile(r"<tableau-viz\b[^>]*?\ssrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE | re.DOTALL)
HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"'`{}|^\u200b-\u200f\u2028-\u202e\ufeff]")
LOOPBACK = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Link:
    """A checked link in parts. `host` is lower-case ASCII; `query` keeps order; no user, no password."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: tuple[tuple[str, str], ...] = ()
    fragment: str = ""

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")

    @property
    def steps(self) -> tuple[str, ...]:
        """The path's non-empty parts."""
        return tuple(step for step in self.path.split("/") if step)

    def value(self, name: str) -> str | None:
        return next((value for key, value in self.query if key == name), None)

    def at(self, path: str, query: Iterable[tuple[str, str]] = (), fragment: str = "") -> Link:
        """Another place on the same host."""
        return replace(self, path=path, query=tuple(query), fragment=fragment)

    def __str__(self) -> str:
        query = f"?{urlencode(self.query, safe=':,')}" if self.query else ""
        fragment = f"#{quote(self.fragment, safe='=&;:,./-_~%+')}" if self.fragment else ""
        return f"{self.origin}{quote(self.path or '/', safe='/:@!$&()*+,;=~-._%')}{query}{fragment}"


def pasted(text: str) -> str:
    """The link inside what a person pasted: a bare link, or the `src` of an `<iframe>` or `<tableau-viz>`; nothing else of it is kept."""
    text = text.strip()
    if "<" not in text:
        return text
    match = IFRAME.search(text) or TABLEAU.search(text)
    if match is None:
        raise BoardRefused("This embed code has no <iframe> with a link. Copy the code from the tool's Share or Embed menu again.")
    return unescape(next(group for group in match.groups() if group is not None)).strip()


def read_link(text: str, own_origins: Iterable[str] = (), *, loopback: bool = False) -> Link:
    """The link of a pasted text. `own_origins`: where this workbench is reached. `loopback` (development): http to this machine is allowed.

    Errors: BoardRefused, saying why.
    """
    link = pasted(text)
    if not link:
        raise BoardRefused("Paste the link or the embed code of a board.")
    if len(link) > LONGEST or FORBIDDEN.search(link):
        raise BoardRefused(
            "This is not one link: it holds blanks or signs that no link may hold. Copy it again from the tool's Share menu."
        )
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError as error:
        raise BoardRefused("This link can not be read. Copy it again from the tool's Share menu.") from error
    host = _checked_host(parts, loopback=loopback)
    near = loopback and host in LOOPBACK
    _check_scheme(parts, near=near)
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise BoardRefused("This link carries a user name or password. Remove the part before “@”.")
    if port not in (None, 443) and not near:
        raise BoardRefused(f"This link names port {port}. Only the usual https port can be shown.")
    found = Link(parts.scheme, host, None if port == 443 else port, parts.path or "/", tuple(parse_qsl(parts.query, True)), parts.fragment)
    if found.origin in {_origin(own) for own in own_origins if own}:
        raise BoardRefused("This link leads to the workbench itself, which is never shown inside itself. Open the page instead.")
    return found


def _check_scheme(parts: SplitResult, *, near: bool) -> None:
    if parts.scheme == "https" or (parts.scheme == "http" and near):
        return
    if parts.scheme == "http":
        raise BoardRefused("This link is not encrypted (http). Use the https link of the same board.")
    raise BoardRefused("Only https links can be shown. Copy the link from the tool's Share menu; it begins with https://.")


def _checked_host(parts: SplitResult, *, loopback: bool) -> str:
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BoardRefused("Only https links can be shown. Copy the link from the tool's Share menu; it begins with https://.")
    host = (parts.hostname or "").rstrip(".")
    if loopback and host in LOOPBACK:
        return host
    if _is_address(host) or host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        raise BoardRefused("This link names a machine by its address or an internal name. Use the tool's public https name.")
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise BoardRefused(f"“{parts.hostname}” is no host name. Copy the link again.") from error
    if not HOST.fullmatch(host):
        raise BoardRefused(f"“{host}” is no host name. Copy the link again.")
    return host


def _is_address(host: str) -> bool:
    """True for every spelling of an IP address that a browser understands: 127.1, 2130706433 and 0x7f.1 too."""
    try:
        ipaddress.ip_address(host)
        return True
    except ValueError:
        return bool(re.fullmatch(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*", host, re.IGNORECASE))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port and parts.port != usual else "")


def host_matches(host: str, allowed: str) -> bool:
    """`allowed` is a host, or `*.host` for everything below it; never a mere ending of the text."""
    return host.endswith(allowed[1:]) and len(host) > len(allowed) - 1 if allowed.startswith("*.") else host == allowed
