"""The answer to a question, as a value that pages, mails and notebooks show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

from core.chat.reading import Chip, Reading
from core.sales.charts import ChartSpec
from core.sales.query import SalesQuery

Engine = Literal["rules", "model"]


@dataclass(frozen=True)
class Answer:
    """`text`: one or two sentences. `query`: how the question was read, None where no figure was asked. `sql`: the main statement as run,
    None when none ran; `statements`: all of them. `frame`: the rows behind the text, exact decimals, EUR unless a column says otherwise.

    `refused`: nothing was asked of the data, `text` says why and what can be asked instead. `question_back`: what must be said first;
    `suggestions`: ways to say it. `checked_numbers`: figures of the text found in the rows, for example "12 of 12".
    `data_through`: last covered day. `engine`: who read the question, 'rules' or 'model'.
    """

    text: str
    question: str
    intent: str
    query: SalesQuery | None = None
    sql: str | None = None
    statements: tuple[str, ...] = ()
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    chart: ChartSpec | None = None
    caveats: tuple[str, ...] = ()
    refused: bool = False
    question_back: str | None = None
    suggestions: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    next_questions: tuple[str, ...] = ()
    engine: Engine = "rules"
    checked_numbers: str = ""
    data_through: date | None = None
    data_version: int = 0
    conversation_id: str = ""
    turn: int = 0
    reading: Reading | None = None

    def details(self) -> dict[str, Any]:
        """What the conversation keeps beside the text, as plain JSON values; of the rows the first 200, as text."""
        rows = self.frame.head(200)
        return {
            "caveats": list(self.caveats),
            "chips": [{"part": chip.part, "text": chip.text} for chip in self.chips],
            "refused": self.refused,
            "question_back": self.question_back,
            "suggestions": list(self.suggestions),
            "next_questions": list(self.next_questions),
            "checked_numbers": self.checked_numbers,
            "data_through": self.data_through.isoformat() if self.data_through else None,
            "columns": rows.columns,
            "rows": [[None if value is None else str(value) for value in row] for row in rows.rows()],
        }
