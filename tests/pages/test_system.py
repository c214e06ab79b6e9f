"""The System page: asking the mail server before a report has to find out."""

from __future__ import annotations

from pathlib import Path

from core import opened
from tests.conftest import make_settings
from tests.pages.conftest import Open
from tests.pages.words import labels, words
from tests.running import free_port

PAGE = "admin/system.py"


def test_a_mail_server_that_does_not_answer_is_said_in_words(process: opened.Opened, tmp_path: Path, open_page: Open) -> None:
    opened.use(make_settings(tmp_path, SMTP_HOST="127.0.0.1", SMTP_PORT=free_port(), SMTP_SECONDS=2), process.database)
    page = open_page(PAGE)
    page.button(key="check_mail").click().run()
    assert not page.exception and "127.0.0.1" in page.warning[0].value and not page.success


def test_without_a_mail_server_there_is_none_to_check(open_page: Open) -> None:
    page = open_page(PAGE)
    assert "Check the mail server" not in labels(page) and "No mail server is set" in words(page)
