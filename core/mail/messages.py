"""A mail as a value, and the exact bytes that go out. Pure: the same mail, sender and moment give the same bytes."""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr

from core.errors import MailNotSent

MOST_RECIPIENTS = 50  # of one message; a report goes out as one message per person anyway
POLICY = SMTP.clone(cte_type="7bit")  # travels through every server, whatever it announces
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Attachment:
    """A file in a mail. `media_type`: e.g. application/pdf."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Mail:
    """What is said to whom. `text` and `html` say the same. `unsubscribe`: a mailto: or https: address for the List-Unsubscribe header.

    `message_id` None: a new one. The same Message-ID twice is the same message, for mail servers and for people.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    kind: str = "notice"
    attachments: tuple[Attachment, ...] = ()
    message_id: str | None = None
    unsubscribe: str | None = None

    def with_id(self, sender: str) -> Mail:
        """This mail with a Message-ID, new if it has none yet."""
        return self if self.message_id else replace(self, message_id=new_message_id(sender))


def new_message_id(sender: str) -> str:
    """A Message-ID nobody else uses, under the sender's domain."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid4().hex}@{domain}>"


def split_addresses(text: str) -> tuple[str, ...]:
    """`a@x, b@y; c@z` as written by people → addresses in order, each once. Errors: MailNotSent names what is no address."""
    return check_addresses([part for part in re.split(r"[\s,;]+", text) if part])


def check_addresses(addresses: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Usable addresses, each once, in order. Errors: MailNotSent for none, too many, or something that is no address."""
    clean = tuple(dict.fromkeys(_check_address(address) for address in addresses))
    if not clean:
        raise MailNotSent("Nobody is named as recipient. Enter at least one mail address.", permanent=True)
    if len(clean) > MOST_RECIPIENTS:
        raise MailNotSent(f"{len(clean)} recipients are more than {MOST_RECIPIENTS}. Use a distribution list instead.", permanent=True)
    return clean


def _check_address(address: str) -> str:
    name, at, domain = address.strip(" ").rpartition("@")
    try:
        ascii_form = f"{name}@{domain.encode('idna').decode('ascii')}" if at and domain else address
    except UnicodeError:
        ascii_form = address
    if not ADDRESS.fullmatch(ascii_form) or ".." in ascii_form:
        raise MailNotSent(f"“{printable(address)[:80]}” is no mail address. Write it like name@example.com.", permanent=True)
    return ascii_form


def sender_address(sender: str) -> str:
    """The bare address of `Name <name@example.com>` or `name@example.com`. Errors: MailNotSent."""
    return _check_address(parseaddr(sender)[1] or sender)


def printable(text: str) -> str:
    """`text` on one line, without characters that are not there to be read."""
    return " ".join("".join(" " if unicodedata.category(c).startswith("C") else c for c in text).split())


def compose(mail: Mail, sender: str, sender_name: str, now: datetime) -> bytes:
    """The message as it travels: plain text, HTML, attachments. Errors: MailNotSent for addresses or headers that can not be used."""
    message = EmailMessage(policy=POLICY)
    for name, value in _headers(mail, sender, sender_name, now).items():
        message[name] = _header_value(value)
    message.set_content(mail.text, charset="utf-8")
    message.add_alternative(mail.html, subtype="html", charset="utf-8")
    for file in mail.attachments:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=_header_value(file.name))
    return message.as_bytes()


def _headers(mail: Mail, sender: str, sender_name: str, now: datetime) -> dict[str, str]:
    headers = {
        "From": formataddr((sender_name, sender_address(sender))),
        "To": ", ".join(check_addresses(mail.to)),
        "Subject": mail.subject,
        "Date": format_datetime(now),
        "Message-ID": mail.message_id or new_message_id(sender),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    return headers | ({"List-Unsubscribe": f"<{mail.unsubscribe}>"} if mail.unsubscribe else {})


def _header_value(text: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text):
        raise MailNotSent("A subject, name or file name of this mail has a line break in it. Remove it and send again.", permanent=True)
    return text
