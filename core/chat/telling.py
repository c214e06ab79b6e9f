"""A finding → an Answer: the sentence checked against its rows, the caveats in order, the chart, the statement that ran."""

from __future__ import annotations

from dataclasses import replace

from core.chat import drawing
from core.chat.analyses.material import Finding, Material
from core.chat.answers import Answer
from core.chat.checking import check_text
from core.chat.desk import Desk
from core.chat.reading import Reading
from core.chat.suggesting import next_questions


def told(desk: Desk, reading: Reading, finding: Finding, material: Material | None = None) -> Answer:
    """A finding as an answer: its sentence checked against its rows, its caveats in order, the statement that ran."""
    results = list(desk.results.values())
    span = material.data_span() if material else None
    days = (span.start, span.end, *material.vocabulary.through.values()) if material and span else ()
    through = [day for result in results for day in result.data_through.values()]
    sql = finding.result.sql if finding.result is not None else next(iter(desk.statements), None)
    return Answer(
        text=finding.text,
        question=reading.question,
        intent=reading.intent,
        query=reading.query,
        sql=None if finding.declined or finding.unanswered else sql,
        statements=tuple(desk.statements),
        frame=finding.frame,
        chart=drawing.chart_of(finding, reading),
        caveats=_caveats(reading, finding),
        refused=finding.declined,
        question_back=finding.text if finding.unanswered and reading.operation != "help" else None,
        chips=reading.chips,
        next_questions=next_questions(reading),
        checked_numbers=check_text(replace(finding, figures=(*finding.figures, *days)), results, reading),
        data_through=max(through, default=None),
        reading=reading,
    )


def _caveats(reading: Reading, finding: Finding) -> tuple[str, ...]:
    """What was not understood first, then the choices made, then what the data say of themselves."""
    unread = [f"I did not understand “{word}” and left it out." for word in reading.not_understood]
    corrected = [f"“{typed}” is read as “{meant}”." for typed, meant in reading.corrections]
    stated = [caveat.text for caveat in finding.result.caveats] if finding.result is not None else []
    return tuple(dict.fromkeys([*unread, *corrected, *reading.notes, *finding.caveats, *stated]))
