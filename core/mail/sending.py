"""Hands a message to the mail server, or writes the same bytes to the outbox folder. The only file that knows yagmail.

yagmail opens the connection and signs in. The message is composed in `messages`, and the dialogue about it is spoken step by step here:
yagmail's own `send` reads a body that is a file's path, names its Message-IDs after the subject, sends again in silence when a connection
breaks (a second copy, if only the server's answer was lost) and drops the server's words, which the ledger of deliveries needs.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
import yagmail

from core.db.engine import Database
from core.db.tables import email_logs
from core.errors import MailNotSent
from core.mail.messages import Mail, check_addresses, compose, printable, sender_address
from core.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SendResult:
    """What became of one message. `reply`: the server's words. `file`: name in the outbox. Status 'unknown': the answer was lost."""

    status: Literal["sent", "outbox", "failed", "unknown"]
    message_id: str
    recipients: tuple[str, ...]
    reply: str = ""
    file: str | None = None


def send(
    settings: Settings,
    mail: Mail,
    *,
    now: datetime | None = None,
    tls: ssl.SSLContext | None = None,
    before_data: Callable[[], None] | None = None,
) -> SendResult:
    """Send one message to all its recipients or to none of them. Errors: MailNotSent.

    `tls` replaces the verifying context (public certificates and SMTP_CA_FILE). `before_data` runs when every recipient was accepted and
    the message is about to be handed over: whatever goes wrong after it leaves the outcome unknown.
    """
    mail = mail.with_id(settings.mail_from)
    data = compose(mail, settings.mail_from, settings.brand, now or datetime.now(UTC))
    recipients, message_id = check_addresses(mail.to), str(mail.message_id)
    ready = before_data or (lambda: None)
    if settings.smtp_host is None:
        ready()
        file = write_to_outbox(settings.outbox, data, message_id, recipients[0], now or datetime.now(UTC))
        return SendResult("outbox", message_id, recipients, "written to the outbox", file)
    reply = _hand_over(settings, recipients, data, tls or verifying_context(settings), ready)
    return SendResult("sent", message_id, recipients, reply)


def post(
    database: Database,
    settings: Settings,
    mail: Mail,
    *,
    upload_batch_id: int | None = None,
    now: datetime | None = None,
    tls: ssl.SSLContext | None = None,
) -> tuple[SendResult, ...]:
    """Send a notice as one message per recipient and log each; a refusal is a result with status 'failed', never an exception."""
    results = []
    for recipient in mail.to:
        single = replace(mail, to=(recipient,)).with_id(settings.mail_from)
        try:
            result = send(settings, single, now=now, tls=tls)
        except MailNotSent as error:
            log.warning("Mail “%s” to %s was not sent: %s", printable(mail.subject), printable(recipient), error.message)
            result = failure(single, error)
        with database.write() as connection:
            record(connection, single, result, upload_batch_id=upload_batch_id)
        results.append(result)
    return tuple(results)


def failure(mail: Mail, error: MailNotSent) -> SendResult:
    """The result that stands for an error."""
    words = f"{error.message} {error.reply}".strip()
    return SendResult("unknown" if error.uncertain else "failed", str(mail.message_id), mail.to, words)


def record(
    connection: sa.Connection, mail: Mail, result: SendResult, *, delivery_id: int | None = None, upload_batch_id: int | None = None
) -> None:
    """Write one line per recipient into `email_logs`."""
    line = {
        "kind": mail.kind,
        "subject": printable(mail.subject),
        "status": result.status,
        "server_reply": result.reply,
        "message_id": result.message_id,
        "delivery_id": delivery_id,
        "upload_batch_id": upload_batch_id,
        "outbox_file": result.file,
    }
    connection.execute(sa.insert(email_logs), [line | {"recipient": printable(recipient)} for recipient in result.recipients])


def write_to_outbox(folder: Path, data: bytes, message_id: str, recipient: str, now: datetime) -> str:
    """Write the message as a file and return its name. The same Message-ID again replaces its file, so nothing is ever there twice."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:12]
    earlier = next(folder.glob(f"*-{mark}.eml"), None)
    safe = "".join(c if c.isalnum() or c in "@.-_" else "_" for c in recipient)[:60]
    target = earlier or folder / f"{now:%Y%m%d-%H%M%S}-{safe}-{mark}.eml"
    scratch = target.with_suffix(".writing")
    scratch.write_bytes(data)
    return scratch.replace(target).name


def verifying_context(settings: Settings) -> ssl.SSLContext:
    """TLS that checks the server's certificate and name."""
    context = ssl.create_default_context()
    if settings.smtp_ca_file:
        context.load_verify_locations(settings.smtp_ca_file)
    return context


def check_connection(settings: Settings, tls: ssl.SSLContext | None = None) -> str:
    """Sign in at the mail server without sending; a sentence for the System page. Errors: MailNotSent."""
    if settings.smtp_host is None:
        return "No mail server is set: messages are written to the outbox."
    with _speaking(settings), _signed_in(settings, tls or verifying_context(settings)):
        return f"{settings.smtp_host}:{settings.smtp_port} accepts the sign-in."


def _hand_over(settings: Settings, recipients: tuple[str, ...], data: bytes, tls: ssl.SSLContext, before_data: Callable[[], None]) -> str:
    with _speaking(settings), _signed_in(settings, tls) as smtp:
        smtp.ehlo_or_helo_if_needed()
        _expect(smtp.mail(sender_address(settings.mail_from), [f"size={len(data)}"] if smtp.has_extn("size") else []))
        for recipient in recipients:
            _accept_recipient(smtp, recipient)
        before_data()
        return _transfer(smtp, data)


def _accept_recipient(smtp: smtplib.SMTP, recipient: str) -> None:
    code, words = smtp.rcpt(recipient)
    if code not in (250, 251):
        smtp.rset()
        raise MailNotSent(
            f"The mail server refused the recipient {recipient}. Check the address.", reply=_text(code, words), permanent=code >= 500
        )


def _transfer(smtp: smtplib.SMTP, data: bytes) -> str:
    try:
        code, words = smtp.data(data)
    except smtplib.SMTPResponseException:
        raise
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent(
            "The connection broke while the message was handed over. It may or may not have been delivered.",
            reply=printable(str(error)),
            uncertain=True,
        ) from error
    _expect((code, words))
    return _text(code, words)


def _expect(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, words)


def _text(code: int, words: bytes | str) -> str:
    decoded = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return printable(f"{code} {decoded}")[:500]


@contextmanager
def _signed_in(settings: Settings, tls: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    secure, password = settings.smtp_security, settings.smtp_password
    client = yagmail.SMTP(
        user={sender_address(settings.mail_from): settings.brand},
        password=password.get_secret_value() if password else "",
        host=settings.smtp_host,
        port=settings.smtp_port,
        smtp_ssl=secure == "ssl",
        smtp_starttls={"context": tls} if secure == "starttls" else False,
        smtp_skip_login=settings.smtp_user is None,
        soft_email_validation=False,
        timeout=settings.smtp_seconds,
        **({"context": tls} if secure == "ssl" else {}),
    )
    client.set_logging(None)
    client.user = settings.smtp_user  # not by the constructor: it turns a user name without @ into a Gmail address
    try:
        client.login()
        yield client.smtp
    finally:
        client.is_closed = True
        _say_goodbye(client.smtp)


def _say_goodbye(smtp: smtplib.SMTP | None) -> None:
    """The message's fate is settled before this: a server that does not say goodbye changes nothing."""
    if smtp is not None:
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()


@contextmanager
def _speaking(settings: Settings) -> Iterator[None]:
    """What can go wrong with a mail server, in words a person can act on."""
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        yield
    except MailNotSent:
        raise
    except smtplib.SMTPAuthenticationError as error:
        reply = _text(error.smtp_code, error.smtp_error)
        raise MailNotSent("The mail server refused user name or password. Check SMTP_USER and SMTP_PASSWORD.", reply=reply) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailNotSent(
            f"{place} does not offer what SMTP_SECURITY or SMTP_USER ask for. Check both settings.", reply=str(error)
        ) from error
    except smtplib.SMTPResponseException as error:
        reply = _text(error.smtp_code, error.smtp_error)
        raise MailNotSent("The mail server refused the message.", reply=reply, permanent=error.smtp_code >= 500) from error
    except ssl.SSLCertVerificationError as error:
        raise MailNotSent(
            f"The certificate of {place} can not be verified. Name the right host, or its certificate in SMTP_CA_FILE.",
            reply=printable(error.verify_message),
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            raise MailNotSent(f"{place} did not answer within {settings.smtp_seconds:g} seconds.", reply="no answer") from error
        raise MailNotSent(f"{place} can not be reached. Check SMTP_HOST and SMTP_PORT.", reply=printable(str(error))) from error
