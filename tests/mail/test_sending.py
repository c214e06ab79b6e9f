from __future__ import annotations

import asyncio
import ssl
import time
from email import message_from_bytes
from email.policy import default

import pytest
import sqlalchemy as sa

from core.db.tables import email_logs
from core.errors import MailNotSent
from core.mail.messages import Attachment, Mail
from core.mail.sending import check_connection, post, send
from tests.conftest import make_settings
from tests.mail.server import Login, Mailbox, running, self_made_certificate, server_tls

MAIL = Mail(("anna@example.com",), "Report", "Text", "<p>Text</p>", attachments=(Attachment("a.csv", b"x", "text/csv"),))


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def certificate(tmp_path):
    return self_made_certificate(tmp_path)


def smtp(home, port, **values):
    return make_settings(home, SMTP_HOST="127.0.0.1", SMTP_PORT=port, **{"SMTP_SECURITY": "none", "SMTP_SECONDS": 3, **values})


def test_a_mail_arrives_with_the_servers_reply(tmp_path, mailbox):
    with running(mailbox) as port:
        result = send(smtp(tmp_path, port), MAIL)
    assert (result.status, result.reply) == ("sent", "250 2.0.0 queued as TEST1")
    assert mailbox.messages[0]["Message-ID"] == result.message_id
    assert [part.get_filename() for part in mailbox.messages[0].iter_attachments()] == ["a.csv"]


def test_starttls_with_a_certificate_named_in_the_settings(tmp_path, mailbox, certificate):
    with running(mailbox, tls_context=server_tls(certificate), require_starttls=True) as port:
        settings = smtp(tmp_path, port, SMTP_SECURITY="starttls", SMTP_CA_FILE=certificate)
        assert send(settings, MAIL).status == "sent"


def test_starttls_with_an_unknown_certificate_is_refused(tmp_path, mailbox, certificate):
    with running(mailbox, tls_context=server_tls(certificate)) as port, pytest.raises(MailNotSent, match="can not be verified"):
        send(smtp(tmp_path, port, SMTP_SECURITY="starttls"), MAIL)
    assert mailbox.messages == []


def test_encryption_is_never_given_up_silently(tmp_path, mailbox):
    with running(mailbox) as port, pytest.raises(MailNotSent, match="does not offer"):
        send(smtp(tmp_path, port, SMTP_SECURITY="starttls"), MAIL)
    assert mailbox.messages == []


def test_tls_from_the_first_byte_with_a_context_passed_in(tmp_path, mailbox, certificate):
    trusting = ssl.create_default_context(cafile=str(certificate))
    with running_tls(mailbox, certificate) as port:
        assert send(smtp(tmp_path, port, SMTP_SECURITY="ssl"), MAIL, tls=trusting).status == "sent"
        with pytest.raises(MailNotSent, match="can not be verified"):
            send(smtp(tmp_path, port, SMTP_SECURITY="ssl"), MAIL)


def running_tls(mailbox, certificate):
    return running(mailbox, ssl_context=server_tls(certificate))


def test_the_right_password_signs_in_even_without_an_at_sign(tmp_path, mailbox, certificate):
    options = {"authenticator": Login("apikey", "right"), "auth_required": True, "tls_context": server_tls(certificate)}
    with running(mailbox, **options) as port:
        right = {"SMTP_USER": "apikey", "SMTP_SECURITY": "starttls", "SMTP_CA_FILE": certificate}
        settings = smtp(tmp_path, port, SMTP_PASSWORD="right", **right)
        assert send(settings, MAIL).status == "sent"
        assert "accepts the sign-in" in check_connection(settings)
        with pytest.raises(MailNotSent, match="user name or password"):
            send(smtp(tmp_path, port, SMTP_PASSWORD="wrong", **right), MAIL)


def test_a_refused_recipient_is_an_error_with_the_servers_words(tmp_path, mailbox):
    mailbox.refuse["ghost@example.com"] = "550 5.1.1 no such user"
    mail = Mail(("anna@example.com", "ghost@example.com"), "Report", "Text", "<p>Text</p>")
    with running(mailbox) as port, pytest.raises(MailNotSent) as caught:
        send(smtp(tmp_path, port), mail)
    assert caught.value.permanent
    assert caught.value.reply == "550 5.1.1 no such user"
    assert mailbox.messages == []


def test_a_temporary_refusal_may_be_tried_again(tmp_path, mailbox):
    mailbox.refuse["anna@example.com"] = "451 4.7.1 greylisted"
    with running(mailbox) as port, pytest.raises(MailNotSent) as caught:
        send(smtp(tmp_path, port), MAIL)
    assert not caught.value.permanent


def test_a_server_that_says_nothing_is_given_up_in_time(tmp_path, mailbox):
    async def silence():
        await asyncio.sleep(3)

    mailbox.before_rcpt = silence
    begun = time.monotonic()
    with running(mailbox) as port, pytest.raises(MailNotSent, match="did not answer within") as caught:
        send(smtp(tmp_path, port, SMTP_SECONDS=0.5), MAIL)
    assert time.monotonic() - begun < 3
    assert not caught.value.uncertain


def test_silence_after_the_message_was_handed_over_is_uncertain(tmp_path, mailbox):
    async def silence():
        await asyncio.sleep(2)

    mailbox.before_reply = silence
    steps = []
    with running(mailbox) as port, pytest.raises(MailNotSent, match="may or may not") as caught:
        send(smtp(tmp_path, port, SMTP_SECONDS=0.5), MAIL, before_data=lambda: steps.append("handing over"))
    assert caught.value.uncertain
    assert steps == ["handing over"]
    assert len(mailbox.messages) == 1


def test_no_server_at_all_is_said_in_words(tmp_path):
    with pytest.raises(MailNotSent, match="can not be reached"):
        send(smtp(tmp_path, 1), MAIL)


def test_a_body_that_names_a_file_is_not_read(tmp_path, mailbox):
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden")
    with running(mailbox) as port:
        send(smtp(tmp_path, port), Mail(("anna@example.com",), "Report", str(secret), str(secret)))
    assert mailbox.messages[0].get_body(("plain",)).get_content().strip() == str(secret)
    assert b"hidden" not in mailbox.messages[0].as_bytes()


def test_without_a_server_the_same_message_lies_in_the_outbox_once(settings):
    mail = MAIL.with_id("workbench@example.com")
    first, second = send(settings, mail), send(settings, mail)
    assert first.status == "outbox"
    assert [path.name for path in settings.outbox.iterdir()] == [first.file] == [second.file]
    message = message_from_bytes((settings.outbox / first.file).read_bytes(), policy=default)
    assert message["Message-ID"] == mail.message_id


def test_each_recipient_of_a_notice_gets_an_own_message_and_log_line(database, tmp_path, mailbox):
    mailbox.refuse["ghost@example.com"] = "550 no such user"
    with running(mailbox) as port:
        results = post(database, smtp(tmp_path, port), Mail(("ghost@example.com", "anna@example.com"), "Hello", "Text", "<p>Text</p>"))
    assert [r.status for r in results] == ["failed", "sent"]
    assert mailbox.envelopes == [("workbench@localhost", ["anna@example.com"])]
    with database.read() as connection:
        lines = connection.execute(sa.select(email_logs.c.recipient, email_logs.c.status).order_by(email_logs.c.id)).all()
    assert lines == [("ghost@example.com", "failed"), ("anna@example.com", "sent")]
