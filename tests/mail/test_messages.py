from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MailNotSent
from core.mail.messages import Attachment, Mail, check_addresses, compose, split_addresses

NOW = datetime(2025, 6, 10, 8, 0, tzinfo=UTC)


def mail(**values) -> Mail:
    return Mail(**{"to": ("anna@example.com",), "subject": "Subject", "text": "Text", "html": "<p>Text</p>", **values})


def parsed(message: Mail):
    return message_from_bytes(compose(message, "workbench@example.com", "NORDLYS Parfum", NOW), policy=default)


def test_a_mail_says_the_same_in_text_and_html():
    message = parsed(mail(text="Grüße, 12 345 €", html="<p>Grüße, 12 345 €</p>"))
    assert message.get_body(("plain",)).get_content().strip() == "Grüße, 12 345 €"
    assert "<p>Grüße, 12 345 €</p>" in message.get_body(("html",)).get_content()


def test_attachments_are_attachments_whatever_their_type():
    files = (Attachment("June.csv", b"a;b", "text/csv"), Attachment("Übersicht.pdf", b"%PDF", "application/pdf"))
    parts = list(parsed(mail(attachments=files)).iter_attachments())
    assert [(p.get_content_disposition(), p.get_filename(), p.get_payload(decode=True)) for p in parts] == [
        ("attachment", "June.csv", b"a;b"),
        ("attachment", "Übersicht.pdf", b"%PDF"),
    ]


def test_unsubscribe_and_automatic_headers_are_set():
    message = parsed(mail(unsubscribe="mailto:anna@example.com?subject=stop"))
    assert message["List-Unsubscribe"] == "<mailto:anna@example.com?subject=stop>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "NORDLYS Parfum <workbench@example.com>"


def test_each_new_mail_has_its_own_message_id():
    ids = {mail().with_id("w@example.com").message_id for _ in range(20)}
    assert len(ids) == 20
    assert all(i.endswith("@example.com>") for i in ids)


@pytest.mark.parametrize("field", ["subject", "unsubscribe", "message_id"])
def test_a_line_break_in_a_header_is_refused(field):
    with pytest.raises(MailNotSent, match="line break"):
        compose(mail(**{field: "x\r\nBcc: thief@example.com"}), "w@example.com", "NORDLYS", NOW)


def test_a_line_break_in_a_file_name_is_refused():
    with pytest.raises(MailNotSent, match="line break"):
        compose(mail(attachments=(Attachment("a\nb.pdf", b"", "application/pdf"),)), "w@example.com", "NORDLYS", NOW)


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "@example.com", "a b@example.com", "anna@example.com\r\nBcc: x@y.z", "a@b..c", "a,b@example.com"]
)
def test_what_is_no_address_is_refused_by_name(address):
    with pytest.raises(MailNotSent):
        check_addresses([address])


def test_addresses_are_split_as_people_write_them():
    assert split_addresses("anna@example.com; ben@example.com,\n anna@example.com") == ("anna@example.com", "ben@example.com")


def test_a_domain_with_umlauts_travels_in_ascii():
    assert check_addresses(["anna@börse.example"]) == ("anna@xn--brse-5qa.example",)


def test_too_many_recipients_are_refused():
    with pytest.raises(MailNotSent, match="51 recipients"):
        check_addresses([f"person{i}@example.com" for i in range(51)])


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_subject_or_address_can_add_a_header(subject, address):
    try:
        data = compose(mail(subject=subject, to=(address + "@example.com",)), "w@example.com", "NORDLYS", NOW)
    except MailNotSent:
        return
    names = {name.lower() for name, _ in message_from_bytes(data, policy=default).items()}
    expected = {"from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress", "mime-version", "content-type"}
    assert names == expected
