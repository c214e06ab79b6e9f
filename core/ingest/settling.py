"""From what a person said, what was said of earlier files like this one, and what the file states itself: what holds, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db import tables as t
from core.ingest.asking import Answers, period_question
from core.ingest.families import KEPT, Memory, Remembered
from core.ingest.layout import name_tokens
from core.ingest.normalising import fold, is_valid_ean
from core.ingest.shapes import Choice, Problem, Question, RawBook, ReadOptions, SalesFrame, Slice
from core.ingest.standing import Standing

ORDER = ("vendor", "columns", "reseller", "period", "date_order", "decimal", "currency", "vat_basis", "amount_is", "completeness")
TELLING_EANS = 2  # so few EANs that nobody knows say nothing about the brand
PREFIX = 7  # digits of a company's block


@dataclass(frozen=True)
class Settled:
    """`answers`: what holds for this file. `frame`: with what was found on the way as problems. `open`: what a person has to say, all at
    once. `used`: remembered answers that were applied."""

    frame: SalesFrame
    answers: Answers
    open: tuple[Question, ...]
    used: tuple[Remembered, ...]


def options_for(answers: Answers, memory: Memory, brand: str, time_zone: str) -> ReadOptions:
    """What the reading of a list may go by: a person's word, else what was said of files like this."""

    def said(key: str) -> Any:
        return getattr(answers, key) or memory.value(key)

    return ReadOptions(
        period=answers.period,
        vat_basis=answers.vat_basis,  # type: ignore[arg-type]
        currency=answers.currency,
        brand=brand,
        time_zone=time_zone,
        columns=answers.columns,
        known_columns=memory.value("columns") or {},
        amount_is=said("amount_is"),
        completeness=said("completeness"),
        date_order=said("date_order"),
        decimal=said("decimal"),
        reseller=answers.reseller,
    )


def settle(connection: sa.Connection, book_names: BookNames, frame: SalesFrame, answers: Answers, memory: Memory, brand: str) -> Settled:
    """Answers, memory and the file's own words brought together. A vendor's report states what it states; of a list nobody knows nothing is
    assumed: what neither the file nor a person says is asked."""
    foreign = other_brand(connection, frame, brand)
    if frame.vendor != "generic":
        return _settle_vendor(replace(frame, problems=(*frame.problems, *foreign)), answers, memory)
    named = named_resellers(connection, book_names, frame)
    held, used, contrary = _remembered(frame, answers, memory, named)
    if held.reseller is None and frame.reseller is not None and _known(connection, frame.reseller):
        held = replace(held, reseller=frame.reseller)
    questions = [q for q in frame.questions if getattr(held, q.key, None) in (None, {}) or (q.key == "columns" and answers.columns)]
    questions = [q for q in questions if q.key != "reseller" or held.reseller is None]
    if held.reseller is None and not any(q.key == "reseller" for q in questions):
        questions.append(_whose(frame, named, memory))
    if not any(q.key in ("period", "date_order") for q in questions):
        questions += period_question(frame, Standing(), answers)
    open_ = tuple(_ranked(question, memory) for question in sorted(questions, key=lambda q: ORDER.index(q.key)))
    notes = tuple(Problem("remembered", f"{_sentence(found.evidence)}", "info") for found in used)
    problems = (*frame.problems, *foreign, *memory.drift(), *contrary, *notes)
    return Settled(replace(frame, problems=problems), held, open_, used)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _settle_vendor(frame: SalesFrame, answers: Answers, memory: Memory) -> Settled:
    """What was said against a vendor's usual rules (another reseller, basis, currency) holds for the next file like it, and is said."""
    keys = [key for key in ("reseller", "currency", "vat_basis") if getattr(answers, key) is None and key in memory.answers]
    used = tuple(memory.answers[key] for key in keys)
    notes = tuple(Problem("remembered", _sentence(found.evidence), "info") for found in used)
    held = replace(answers, **{found.key: found.value for found in used})
    return Settled(replace(frame, problems=(*frame.problems, *notes)), held, (), used)


def _remembered(
    frame: SalesFrame, answers: Answers, memory: Memory, named: Mapping[str, str]
) -> tuple[Answers, tuple[Remembered, ...], tuple[Problem, ...]]:
    """Answers with what is remembered where the person says nothing and the file nothing else; what contradicts the file is said."""
    values, used, contrary = {}, [], []
    several = any(question.key == "reseller" for question in frame.questions)  # only a name said now parts their lines
    for key in KEPT:
        found = memory.answers.get(key)
        if found is None or key == "vendor" or getattr(answers, key) or (key == "reseller" and several):
            continue
        own = _of_file(frame, key, named)
        if own and found.value not in own:
            shown = " or ".join(sorted(own))
            contrary.append(
                Problem(
                    "remembered_differs", f"{_sentence(found.evidence)} This file says {shown}, so that answer was not used.", "warning"
                )
            )
        elif not own or (key == "reseller" and len(own) == 1):
            values[key] = found.value
            used.append(found)
    return replace(answers, **values), tuple(used), tuple(contrary)


def _of_file(frame: SalesFrame, key: str, named: Mapping[str, str]) -> set[str]:
    """What the file itself says about a question; nothing where it leaves it open."""
    if key == "reseller":
        return set(named) | ({frame.reseller} if frame.reseller else set())
    stated = {"currency": frame.currency, "vat_basis": frame.vat_basis}.get(key)
    return {stated} if stated else set()


# Whose it is ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BookNames:
    """The texts of a file in which a reseller may be named: its name, its sheets' names, the cells around its list."""

    file_name: str
    texts: tuple[str, ...]

    @classmethod
    def of(cls, book: RawBook) -> BookNames:
        cells = [text for sheet in book.visible for row in sheet.head(12) for text in row if text and len(text) < 120]
        return cls(book.file_name, (*(sheet.name for sheet in book.visible if sheet.name), *cells))


def named_resellers(connection: sa.Connection, names: BookNames, frame: SalesFrame) -> dict[str, str]:
    """Resellers of the catalogue that the file names, as whole words, and where."""
    found: dict[str, str] = {}
    for reseller, spellings in _spellings(connection).items():
        for spelling in spellings:
            words = name_tokens(spelling)
            if not words or (len(words) == 1 and len(spelling) < 4):
                continue
            cell = next((text for text in names.texts if _says(text, spelling)), None)
            if cell is not None:
                found.setdefault(reseller, f"“{' '.join(cell.split())[:60]}” stands in the file")
            elif words <= name_tokens(names.file_name):
                found.setdefault(reseller, f"the file's name says {spelling}")
    return found


def _says(text: str, spelling: str) -> bool:
    return f" {fold(spelling)} " in f" {' '.join(fold(text).replace('&', ' ').replace('-', ' ').replace(':', ' ').split())} "


def _spellings(connection: sa.Connection) -> dict[str, set[str]]:
    r, a = t.resellers.c, t.reseller_aliases.c
    rows = connection.execute(sa.select(r.name, a.alias).select_from(t.resellers.outerjoin(t.reseller_aliases, a.reseller_id == r.id)))
    found: dict[str, set[str]] = {}
    for name, alias in rows:
        found.setdefault(name, {name}).update({alias} if alias else ())
    return found


def _known(connection: sa.Connection, name: str) -> bool:
    return any(fold(name) in {fold(spelling) for spelling in spellings} for spellings in _spellings(connection).values())


def _whose(frame: SalesFrame, named: Mapping[str, str], memory: Memory) -> Question:
    """The reseller, with those the file or its family names first."""
    choices = (
        [Choice(frame.reseller, f"{frame.reseller} (new)", "the lines name it; it is not in the catalogue yet")] if frame.reseller else []
    )
    choices += [Choice(name, name, why) for name, why in named.items()]
    return Question("reseller", "Whose sales are these? Name the reseller.", tuple(choices))


def _ranked(question: Question, memory: Memory) -> Question:
    """The same question with what was said of a like file first."""
    found = memory.offered.get(question.key) or memory.answers.get(question.key)
    if found is None or not isinstance(found.value, str):
        return question
    label = next((choice.label for choice in question.choices if choice.value == found.value), str(found.value))
    why = f"answered by {found.by} on {found.at:%-d %B %Y} for “{found.file_name}”, which has the same headers"
    others = tuple(choice for choice in question.choices if choice.value != found.value)
    return replace(question, choices=(Choice(str(found.value), label, why), *others))


# Whose brand it is ----------------------------------------------------------------------------------------------------


def other_brand(connection: sa.Connection, frame: SalesFrame, brand: str) -> tuple[Problem, ...]:
    """A report whose EANs are all of another company's block than the catalogue's: perhaps another brand's file in a known layout."""
    found = [ean for ean in frame.rows["ean"].drop_nulls().unique().head(2_000).to_list() if len(ean) == 13 and is_valid_ean(ean)]
    if len(found) <= TELLING_EANS:
        return ()
    own = set(connection.execute(sa.select(sa.func.left(t.products.c.ean, PREFIX)).distinct()).scalars())
    if not own or any(ean[:PREFIX] in own for ean in found):
        return ()
    text = f"None of its {len(found)} EANs is of {brand}, the first is {sorted(found)[0]}. This may be another brand's report."
    return (Problem("other_brand_file", text, "error", value=sorted(found)[0]),)


# What it replaces -----------------------------------------------------------------------------------------------------

_WITHIN = """
select c.view, c.period_start, c.period_end, b.file_name, b.vendor from slice_claims c join upload_batches b on b.id = c.upload_batch_id
where c.live and c.reseller_id = :reseller and c.period_start <= :last and c.period_end >= :first and c.content_key <> :nothing
"""


def cover(connection: sa.Connection, frame: SalesFrame, reseller_id: int, nothing: str) -> SalesFrame:
    """The frame with a claim on everything it takes the place of: a complete list replaces what is live of the reseller in its days, in
    whatever grain it was stated; a vendor's report replaces lists that stood in for it. What reaches beyond its days is asked about."""
    spans = [(s.period_start, s.period_end) for s in frame.slices] or frame.rows.select("period_start", "period_end").drop_nulls().rows()
    if not spans or frame.by_order or any(view.startswith("added ") for view in frame.rows["view"].unique().to_list()):
        return frame
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    rows = connection.execute(sa.text(_WITHIN), {"reseller": reseller_id, "first": first, "last": last, "nothing": nothing}).all()
    own = {(s.view, s.period_start, s.period_end) for s in frame.slices}
    rivals = [row for row in rows if (row[0], row[1], row[2]) not in own and (frame.vendor == "generic" or row.vendor == "generic")]
    inside = tuple(
        Slice(row.view, row.period_start, row.period_end) for row in rivals if first <= row.period_start and row.period_end <= last
    )
    across = [row for row in rivals if not (first <= row.period_start and row.period_end <= last)]
    return replace(frame, slices=(*frame.slices, *inside), problems=(*frame.problems, *_overlap(across)))


def _overlap(rows: Iterable[sa.Row[Any]]) -> tuple[Problem, ...]:
    """Live figures that cover more days than this file: both together would count these days twice."""
    found: dict[str, tuple[date, date]] = {}
    for row in rows:
        start, end = found.get(row.file_name, (row.period_start, row.period_end))
        found[row.file_name] = min(start, row.period_start), max(end, row.period_end)
    text = "“{}” states {} – {} as one figure, which reaches beyond the days of this file; both together count the shared days twice."
    return tuple(
        Problem(
            "period_overlap",
            text.format(name, f"{start:%-d %b %Y}", f"{end:%-d %b %Y}"),
            "error",
            suggestion="Take that upload back first.",
        )
        for name, (start, end) in found.items()
    )
