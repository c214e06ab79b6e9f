"""Whether a board lets itself be framed: one short request, and a sentence about what its headers say."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import httpx

from core.dashboards.links import LOOPBACK, Link, host_matches

SECONDS, REDIRECTS = 4.0, 3


@dataclass(frozen=True)
class Health:
    """`works`: nothing speaks against framing; `refuses`: it will not be framed; `fails`: no useful answer; `unknown`: not asked."""

    state: Literal["works", "refuses", "fails", "unknown"]
    sentence: str


def check(link: Link, own_origin: str, *, loopback: bool = False, seconds: float = SECONDS) -> Health:
    """Ask the board's server for its headers. Private networks are never asked; a redirect to another host is not followed."""
    for _ in range(REDIRECTS):
        if not loopback and not _is_public(link.host):
            return Health("unknown", f"{link.host} is not on the public internet, so it was not checked from here. Look at the preview.")
        try:
            with httpx.stream("GET", str(link), timeout=seconds, follow_redirects=False, headers={"User-Agent": "Mozilla/5.0"}) as answer:
                status, headers = answer.status_code, answer.headers
        except (httpx.HTTPError, httpx.InvalidURL):
            return Health("fails", f"{link.host} did not answer within {seconds:g} seconds. Check the link, or look at it in a new tab.")
        target = headers.get("location", "")
        if status not in (301, 302, 303, 307, 308) or not target.startswith("/") or target.startswith("//"):
            return judge(status, headers, link, own_origin)
        link = link.at(*_split(target))
    return Health("fails", f"{link.host} sends the link in circles. Copy it again from the tool's Share menu.")


def judge(status: int, headers: Mapping[str, str], link: Link, own_origin: str) -> Health:
    """What the answer means for a frame on a page of `own_origin`. Header names in any case."""
    found = {name.lower(): value for name, value in headers.items()}
    if status in (401, 403):
        return Health("fails", f"{link.host} asks for a sign-in before it shows this. Share it by link, or sign in there in this browser.")
    if status in (301, 302, 303, 307, 308):
        return Health("fails", f"{link.host} sends this link on to another place, probably a sign-in page. Share the board by link.")
    if status >= 400:
        return Health("fails", f"{link.host} has no such board, or is out of order just now. Check the link.")
    if _ancestors_refuse(found.get("content-security-policy", ""), link, own_origin) or _option_refuses(found, link, own_origin):
        return Health("refuses", f"{link.host} refuses to be embedded: open it in a new tab.")
    return Health("works", f"{link.host} answers and lets itself be embedded.")


def _option_refuses(headers: Mapping[str, str], link: Link, own_origin: str) -> bool:
    """X-Frame-Options holds only where the content policy says nothing about ancestors."""
    if "frame-ancestors" in headers.get("content-security-policy", ""):
        return False
    option = headers.get("x-frame-options", "").strip().lower()
    return option.startswith("deny") or (option.startswith("sameorigin") and link.origin != own_origin)


def _ancestors_refuse(policy: str, link: Link, own_origin: str) -> bool:
    match = re.search(r"frame-ancestors\s+([^;,]*)", policy)
    return match is not None and not _covers(match[1].split(), link, own_origin)


def _covers(sources: Iterable[str], link: Link, own_origin: str) -> bool:
    scheme, _, place = own_origin.partition("://")
    host, _, port = place.partition(":")
    for source in sources:
        if source in ("*", f"{scheme}:") or source == own_origin or (source == "'self'" and link.origin == own_origin):
            return True
        named, _, wanted = source.removeprefix(f"{scheme}://").partition(":")
        if "://" not in source and host_matches(host, named.lower()) and wanted in ("", "*", port):
            return True
        if "://" in source and source.startswith(f"{scheme}://") and host_matches(host, named.lower()) and wanted in ("", "*", port):
            return True
    return False


def _is_public(host: str) -> bool:
    if host in LOOPBACK:
        return False
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return True  # an unknown name is reported as such by the request itself
    return all(ipaddress.ip_address(entry[4][0]).is_global for entry in found)


def _split(target: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    url = httpx.URL(target)
    return url.path, tuple(url.params.multi_items())
