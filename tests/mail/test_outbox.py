from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.errors import UnknownRecord
from core.mail.messages import Attachment, Mail
from core.mail.outbox import entries, read_bytes, read_message
from core.mail.sending import send


def write(settings, subject, hour):
    mail = Mail(
        ("anna@example.com",), subject, f"Text {subject}", f"<p>{subject}</p>", attachments=(Attachment("a.csv", b"x;y", "text/csv"),)
    )
    return send(settings, mail, now=datetime(2025, 6, 10, hour, tzinfo=UTC)).file


def test_the_newest_message_stands_first(settings):
    write(settings, "Early", 8)
    write(settings, "Late", 9)
    assert [(e.subject, e.to) for e in entries(settings.outbox)] == [("Late", "anna@example.com"), ("Early", "anna@example.com")]


def test_an_empty_or_missing_folder_has_no_messages(settings):
    assert entries(settings.outbox) == ()


def test_a_message_is_read_with_its_bodies_and_files(settings):
    name = write(settings, "Größe", 8)
    message = read_message(settings.outbox, name)
    assert (message.entry.subject, message.text.strip(), message.html.strip()) == ("Größe", "Text Größe", "<p>Größe</p>")
    assert message.attachments == (Attachment("a.csv", b"x;y", "text/csv"),)
    assert read_bytes(settings.outbox, name).startswith(b"From: ")


@pytest.mark.parametrize("name", ["../secret_key", "none.eml", "/etc/passwd", "a/b.eml"])
def test_only_messages_of_the_outbox_can_be_read(settings, name):
    settings.outbox.mkdir(parents=True)
    with pytest.raises(UnknownRecord):
        read_message(settings.outbox, name)
