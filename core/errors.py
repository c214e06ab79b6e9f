"""Exceptions end a request; each docstring is the sentence a person reads. Row problems are data (`ingest.shapes.Problem`), never raised.

WorkbenchError
├── UnreadableFile        the bytes are no workbook or text we can read
│   ├── EncryptedFile
│   └── FileTooLarge
├── NotASalesReport       readable, but not sales
├── NotAllowed            the role or scope does not cover this
├── UnknownRecord         a batch, report, user … that does not exist
├── BadQuestion           a SalesQuery that can not be asked
├── QueryRefused          the guard or the database refused a statement
├── BoardRefused          a link that can not be embedded
├── ModelUnavailable      the language model did not answer
├── BadSchedule           a report, schedule or alert that can not be kept
├── MailNotSent           the mail server refused
└── DatabaseUnavailable   no connection
"""

from __future__ import annotations

import inspect


class WorkbenchError(Exception):
    """The workbench can not do this."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or "")

    @property
    def message(self) -> str:
        """The sentence to show."""
        return str(self.args[0])


class UnreadableFile(WorkbenchError):
    """This file can not be read as a workbook or as text. Open it, save it as .xlsx or .csv, and upload that."""


class EncryptedFile(UnreadableFile):
    """This file has a password. Save it without one and upload it again."""


class FileTooLarge(UnreadableFile):
    """This file is larger than the workbench accepts. Split it by month and upload the parts."""


class NotASalesReport(WorkbenchError):
    """This does not look like a sales report. Nothing was stored."""


class NotAllowed(WorkbenchError):
    """Your role does not allow this. Ask an administrator."""


class UnknownRecord(WorkbenchError):
    """This entry does not exist any more. Go back to the list and choose again."""


class BadQuestion(WorkbenchError):
    """This question can not be asked of the sales data. Choose another measure, dimension or period."""


class QueryRefused(WorkbenchError):
    """This query is not allowed. Only SELECT over the published views can be run."""


class BoardRefused(WorkbenchError):
    """This link can not be shown inside the workbench. Paste the https link or the embed code that the tool's Share menu gives."""


class ModelUnavailable(WorkbenchError):
    """The language model did not answer. The question was answered without it."""


class BadSchedule(WorkbenchError):
    """This can not be scheduled. Choose how often, on which day and at what time."""


class MailNotSent(WorkbenchError):
    """The mail server did not accept the message. Check the mail settings under Admin, System.

    `reply`: the server's own words. `permanent`: trying again will not help. `uncertain`: the connection broke after the message
    had been handed over, so nobody can know whether it was delivered.
    """

    def __init__(self, message: str | None = None, *, reply: str = "", permanent: bool = False, uncertain: bool = False) -> None:
        super().__init__(message or "The mail server did not accept the message. Check the mail settings under Admin, System.")
        self.reply, self.permanent, self.uncertain = reply, permanent, uncertain


class DatabaseUnavailable(WorkbenchError):
    """The database does not answer. Check DATABASE_URL, or start the workbench again with `make run`."""
