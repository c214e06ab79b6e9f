"""Who sent this file: each format weighs its own evidence, the best must lead clearly, and what is no sales report is said to be none."""

from __future__ import annotations

from core.errors import NotASalesReport
from core.ingest import content_kinds
from core.ingest.formats.registry import FORMATS
from core.ingest.shapes import Guess, RawBook, Recognition

SURE = 0.5
MARGIN = 0.25
NEAR = 0.35  # a vendor's layout that is this near is asked about before the file is read as anybody's list
ANYBODY = "generic"


def recognise(book: RawBook) -> Recognition:
    """Ranked guesses, best first. `vendor` is set when the best one is sure (0.5) and leads the second by 0.25; when no vendor's layout is
    near but the file holds a list of sales, it is 'generic'; otherwise a person says.

    Raises NotASalesReport when no format fits and the content shows that it is no sales report: nothing below the headers, no numbers,
    a price list, a stock list, an invoice …
    """
    own = tuple(sorted((format_.recognise(book) for format_ in FORMATS if format_.KEY != ANYBODY), key=lambda guess: -guess.confidence))
    best, second = own[0], own[1] if len(own) > 1 else Guess("", 0.0)
    if best.confidence >= SURE and best.confidence - second.confidence >= MARGIN:
        return Recognition(own, best.vendor, f"{_title(best)}: {'; '.join(best.evidence_for)}.")
    if best.confidence < SURE and (reason := content_kinds.why_no_sales(book)) is not None:
        raise NotASalesReport(f"This does not look like a sales report: {reason} Nothing was stored.")
    anybody = tuple(format_.recognise(book) for format_ in FORMATS if format_.KEY == ANYBODY)
    if best.confidence < NEAR and anybody and anybody[0].confidence:
        reason = f"No vendor's layout fits; it is read as a list of its own: {'; '.join(anybody[0].evidence_for)}."
        return Recognition((*anybody, *own), ANYBODY, reason)
    guesses = (*own, *anybody)
    return Recognition(guesses, None, _open_question(best, second))


def _open_question(best: Guess, second: Guess) -> str:
    if best.confidence >= SURE:
        return f"This could be {_title(best)} ({'; '.join(best.evidence_for)}) or {_title(second)} ({'; '.join(second.evidence_for)}). Choose the reseller."
    if best.evidence_for:
        against = f" Against it: {'; '.join(best.evidence_against)}." if best.evidence_against else ""
        return f"No known layout fits. The nearest is {_title(best)}: {'; '.join(best.evidence_for)}.{against} Choose the reseller."
    return "No known layout fits, and nothing in the file names a reseller. Choose the reseller."


def _title(guess: Guess) -> str:
    return next((format_.TITLE for format_ in FORMATS if guess.vendor == format_.KEY), guess.vendor)
