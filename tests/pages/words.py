"""What a person can read on a page."""

from __future__ import annotations

from html import unescape
from re import sub

from streamlit.testing.v1 import AppTest


def words(page: AppTest) -> str:
    """Every text of the page, markup and escapes taken off."""
    drawn = [part.value for part in (*page.markdown, *page.caption, *page.warning, *page.info, *page.error, *page.subheader, *page.code)]
    pieces = [sub(r"<style.*?</style>|<[^>]+>", " ", part.proto.body, flags=16) for part in page.get("html")]  # 16: a dot is any character
    return unescape("\n".join([*(text.replace("\\", "") for text in drawn), *pieces])).replace("\u202f", " ")


def labels(page: AppTest) -> list[str]:
    """The buttons a person may press."""
    return [button.label for button in page.button if not button.disabled]
