"""Every vendor format, in one tuple. To add one: copy the nearest module, list it here, add a sample and a test.

`generic`, the last one, reads any other list; it never stands against a vendor's own layout.
"""

from __future__ import annotations

from typing import Protocol

from core.ingest.formats import aromateque, boxnox, cdlc, galilu, generic, liberty, online, selfridges, skins_nl, skins_sa
from core.ingest.shapes import Guess, RawBook, ReadOptions, SalesFrame


class Format(Protocol):
    """What each module in this folder offers."""

    @property
    def KEY(self) -> str: ...
    @property
    def TITLE(self) -> str: ...
    def recognise(self, book: RawBook) -> Guess: ...
    def read(self, book: RawBook, options: ReadOptions) -> SalesFrame: ...


FORMATS: tuple[Format, ...] = (liberty, galilu, boxnox, skins_sa, skins_nl, cdlc, aromateque, selfridges, online, generic)


def format_of(key: str) -> Format | None:
    """The format of a vendor key, None for one that has no layout of its own."""
    return next((format_ for format_ in FORMATS if key == format_.KEY), None)
