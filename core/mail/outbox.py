"""The outbox folder: messages written while no mail server is configured, for the page that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from core.errors import UnknownRecord
from core.mail.messages import Attachment


@dataclass(frozen=True)
class OutboxEntry:
    """One line of the list. `size` in bytes."""

    name: str
    to: str
    subject: str
    at: datetime
    size: int


@dataclass(frozen=True)
class OutboxMessage:
    """A message taken apart for reading; `html` is untrusted enough to be shown in a frame without scripts only."""

    entry: OutboxEntry
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def entries(folder: Path, limit: int = 200) -> tuple[OutboxEntry, ...]:
    """The newest `limit` messages, newest first."""
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True)[:limit]
    return tuple(_entry(folder / name) for name in names)


def read_message(folder: Path, name: str) -> OutboxMessage:
    """One message. Errors: UnknownRecord for a name that is not in the list."""
    path = _path(folder, name)
    message = _parse(path)
    files = tuple(
        Attachment(part.get_filename() or "attachment", _content(part), part.get_content_type()) for part in message.iter_attachments()
    )
    return OutboxMessage(_entry(path), _body(message, "plain"), _body(message, "html"), files)


def read_bytes(folder: Path, name: str) -> bytes:
    """The .eml file itself. Errors: UnknownRecord."""
    return _path(folder, name).read_bytes()


def _path(folder: Path, name: str) -> Path:
    path = folder / name
    if Path(name).name != name or not name.endswith(".eml") or not path.is_file():
        raise UnknownRecord("This message is not in the outbox any more. Go back to the list and choose again.")
    return path


def _parse(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _entry(path: Path) -> OutboxEntry:
    message = _parse(path)
    return OutboxEntry(
        path.name, str(message["To"]), str(message["Subject"]), parsedate_to_datetime(str(message["Date"])), path.stat().st_size
    )


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""
