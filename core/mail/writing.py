"""The words of every mail the workbench sends. Pure: plain values in, a Mail out; templates are beside this file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from core.mail.messages import Attachment, Mail, printable
from core.settings import Settings

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Letterhead:
    """Who writes, and where people click. `link`: address of the application without a slash at its end."""

    brand: str
    link: str

    @classmethod
    def of(cls, settings: Settings) -> Letterhead:
        return cls(settings.brand, settings.link)


@dataclass(frozen=True)
class Notice:
    """A short message: what happened, the facts, what to do."""

    title: str
    sentences: tuple[str, ...]
    facts: Facts = ()
    points: tuple[str, ...] = ()
    link: str = ""
    link_text: str = "Open in the workbench"
    footer: tuple[str, ...] = ("Sent by the Sell-out Workbench.",)


@dataclass(frozen=True)
class Upload:
    """What a notice says of an uploaded file. Figures come as formatted text: the mail writes what the page shows."""

    status: Literal["stored", "needs_decision", "preview", "refused", "duplicate", "failed"]
    file_name: str
    reason: str = ""
    reseller: str = ""
    period: str = ""
    facts: Facts = ()
    points: tuple[str, ...] = ()
    uploaded_by: str = ""
    batch_id: int | None = None


@dataclass(frozen=True)
class FigureLine:
    """One key figure as text."""

    label: str
    value: str
    change: str = ""


@dataclass(frozen=True)
class TableText:
    """A short table as text; `numeric` says which columns stand at the right."""

    title: str
    heads: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ReportText:
    """What a report mail says in its body; everything is formatted text."""

    title: str
    period: str
    figures: tuple[FigureLine, ...] = ()
    tables: tuple[TableText, ...] = ()
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    path: str = "/reports"
    footer: tuple[str, ...] = ()


UPLOAD_TITLES = {
    "stored": "{what} is stored",
    "needs_decision": "{what} needs your word",
    "preview": "{what} waits for your yes",
    "refused": "{file} was refused",
    "duplicate": "{file} was there before",
    "failed": "{file} could not be read to the end",
}
UPLOAD_LINKS = {
    "stored": "See proof and changes, or undo",
    "needs_decision": "Answer the question",
    "preview": "Look and store",
    "refused": "See what was found",
    "duplicate": "See the earlier upload",
    "failed": "See what happened",
}


def upload_mail(head: Letterhead, to: Sequence[str], upload: Upload) -> Mail:
    """Stored, refused, needs a decision, was there before, or failed: one notice shape for all of them."""
    what = " · ".join(part for part in (upload.reseller, upload.period) if part) or upload.file_name
    title = UPLOAD_TITLES[upload.status].format(what=what, file=upload.file_name)
    by = f" It was uploaded by {upload.uploaded_by}." if upload.uploaded_by else ""
    sentences = tuple(s for s in (upload.reason, f"File: {upload.file_name}.{by}") if s)
    link = f"{head.link}/history?batch={upload.batch_id}" if upload.batch_id is not None else f"{head.link}/upload"
    notice = Notice(title, sentences, upload.facts, upload.points, link, UPLOAD_LINKS[upload.status])
    return notice_mail(head, to, notice, kind=f"upload_{upload.status}")


def reminder_mail(head: Letterhead, to: Sequence[str], subject: str, text: str) -> Mail:
    """A kind word to a reseller whose report has not arrived, as a person has approved it (`reminders.draft`); it links to nothing."""
    paragraphs = tuple(part.strip() for part in text.strip().split("\n\n") if part.strip())
    html = _environment().get_template("letter.html.j2").render(paragraphs=[p.split("\n") for p in paragraphs], brand=head.brand)
    return Mail(tuple(to), printable(subject)[:200], "\n\n".join(paragraphs) + "\n", html, kind="reminder")


ACCOUNT_SENTENCES = {
    "created": "An account was made for you. Your administrator gives you the first password; you choose your own when you sign in.",
    "password_changed": "Your password was changed and you were signed out everywhere. If this was not you, tell an administrator now.",
    "password_reset": "An administrator set a new password for you and will hand it over. You choose your own when you sign in.",
    "locked": "Your account is locked for a while after several wrong passwords. If this was not you, tell an administrator.",
}


def account_mail(head: Letterhead, to: str, name: str, username: str, what: str) -> Mail:
    """`what`: created, password_changed, password_reset or locked. A password is never in a mail."""
    titles = {"created": "Welcome", "locked": "Your account is locked"}
    notice = Notice(
        titles.get(what, "Your password"),
        (f"Hello {name},", ACCOUNT_SENTENCES[what]),
        (("User name", username),),
        link=head.link,
        link_text="Sign in",
    )
    return notice_mail(head, (to,), notice, kind="account")


def alert_mail(head: Letterhead, to: Sequence[str], name: str, findings: Sequence[str], path: str = "/alerts") -> Mail:
    """“Tell me when …” came true; `findings` are whole sentences with figure, unit and period."""
    notice = Notice(name, tuple(findings[:1]), points=tuple(findings[1:]), link=head.link + path, link_text="Open the alert")
    return notice_mail(head, to, notice, kind="alert")


def notice_mail(head: Letterhead, to: Sequence[str], notice: Notice, kind: str = "notice") -> Mail:
    values = {**vars(notice), "preview": notice.sentences[0] if notice.sentences else ""}
    return Mail(tuple(to), _subject(head, notice.title), *_render("notice", head, values), kind=kind)


def report_mail(
    head: Letterhead, to: Sequence[str], report: ReportText, attachments: tuple[Attachment, ...] = (), unsubscribe: str | None = None
) -> Mail:
    """A report: the key figures in the body, the documents attached."""
    preview = " · ".join(f"{figure.label} {figure.value}" for figure in report.figures[:3])
    values = {**vars(report), "preview": preview, "link": head.link + report.path}
    text, html = _render("report", head, values)
    subject = _subject(head, f"{report.title}, {report.period}")
    return Mail(tuple(to), subject, text, html, kind="report", attachments=attachments, unsubscribe=unsubscribe)


def _subject(head: Letterhead, title: str) -> str:
    return printable(f"{head.brand}: {title}")[:200]


def _render(template: str, head: Letterhead, values: Mapping[str, object]) -> tuple[str, str]:
    """The plain text and the HTML of one template pair."""
    text = _environment().get_template(f"{template}.txt.j2").render(values, brand=head.brand)
    html = _environment().get_template(f"{template}.html.j2").render(values, brand=head.brand)
    return text, html


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("core.mail"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
