"""`docs/evidence.md`: one part per experiment, each replaced when it was run again; the others stay as they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence.md"
HEAD = """# Evidence

What `make evidence` measured, part by part; nothing here is written by hand. `python -m tests.evidence laws kills` runs single parts.
"""


@dataclass(frozen=True)
class Part:
    """One experiment: `passed` when nothing in it is wrong; `lines` of Markdown."""

    key: str
    title: str
    passed: bool
    lines: tuple[str, ...]


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table in Markdown; figures in the last columns stand right."""
    listed = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in rows]
    right = [bool(listed) and all(re.fullmatch(r"[\d.,+ –-]*", row[at]) for row in listed) for at in range(len(heads))]
    rule = ["---:" if figures else "---" for figures in right]
    return [f"| {' | '.join(row)} |" for row in (list(heads), rule, *listed)]


def write(parts: Iterable[Part], version: str, page: Path = PAGE) -> None:
    """Put the parts into the page."""
    text = page.read_text(encoding="utf-8") if page.exists() else HEAD
    for part in parts:
        verdict = "holds" if part.passed else "**does not hold**"
        body = "\n".join((f"## {part.title}", "", f"Version {version}: {verdict}.", "", *part.lines))
        block = f"<!-- {part.key} -->\n{body}\n<!-- end of {part.key} -->"
        known = re.compile(rf"<!-- {part.key} -->.*?<!-- end of {part.key} -->", re.DOTALL)
        text = known.sub(lambda _, block=block: block, text) if known.search(text) else f"{text.rstrip()}\n\n{block}\n"  # type: ignore[misc]
    page.write_text(text, encoding="utf-8")
