"""Write the parts of the documents that follow from the code: `.env.example`, `docs/settings.md` and `docs/dictionary.md`. A test compares them."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from core.sales.dictionary import ADDS, source_of
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES, Measure
from core.sales.query import COMPARISONS
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


def _default(field: FieldInfo) -> str:
    return "" if field.default in (None, "") else str(field.default)


def _values(field: FieldInfo) -> str:
    """What a setting may hold, in words."""
    annotation = field.annotation
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is Literal:
        return " or ".join(str(value) for value in get_args(annotation))
    names = {int: "whole number", float: "number", bool: "true or false", Path: "folder", SecretStr: "secret"}
    return names.get(annotation, "text") if isinstance(annotation, type) else "text"


def env_example() -> str:
    """Every setting with its sentence, commented out at its default."""
    lines = ["# Settings of the workbench. Copy to .env and remove the # where you want another value than the default."]
    for field in Settings.model_fields.values():
        lines += ["", f"# {field.description} ({_values(field)})", f"#{field.alias}={_default(field)}"]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """The table of settings for readers."""
    rows = [
        f"| `{field.alias}` | {_values(field)} | {f'`{_default(field)}`' if _default(field) else '–'} | {field.description} |"
        for field in Settings.model_fields.values()
    ]
    head = [
        "# Settings",
        "",
        "Settings come from the environment, then from `.env`. Secrets may also come from a file: set `NAME_FILE` to its path.",
        "",
        "| name | value | default | what it does |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def dictionary_page() -> str:
    """Every measure and dimension as the code defines it."""
    measures = [
        f"| `{m.name}` | {m.label} | {m.unit} | {m.definition} | {m.formula} | {_conditions(m)} | {ADDS[m.additivity]} |"
        for m in MEASURES.values()
    ]
    dimensions = [
        f"| `{d.name}` | {d.title} | {d.definition} | `{' '.join(d.label.split()).replace('|', chr(92) + '|')}` |"
        for d in DIMENSIONS.values()
    ]
    comparisons = [f"| `{name}` | {meaning} |" for name, meaning in COMPARISONS.items()]
    return "\n".join([*DICTIONARY_HEAD, *measures, *DIMENSIONS_HEAD, *dimensions, *COMPARISONS_HEAD, *comparisons]) + "\n"


def _conditions(measure: Measure) -> str:
    return f"{source_of(measure)}: " + (", ".join(f"`{condition}`" for condition in measure.conditions) or "all lines that count")


DICTIONARY_HEAD = (
    "# Dictionary",
    "",
    "Each figure has one name and one formula, the same on pages, in the chat, in reports and in notebooks. The lines that count are sales,",
    "returns and adjustments, unless a question names other kinds. Money is EUR at the rate stored on each line, exact until it is shown.",
    "",
    "## Measures",
    "",
    "| name | label | unit | definition | formula | over | totals |",
    "|---|---|---|---|---|---|---|",
)
DIMENSIONS_HEAD = ("", "## Dimensions", "", "| name | title | definition | source |", "|---|---|---|---|")
COMPARISONS_HEAD = (
    "",
    "## Comparisons",
    "",
    "A comparison uses, for each reseller, only what both periods cover, and says what it left out. `like_for_like` (`stores` or `products`)",
    "keeps it to what was there in all of both periods. `core/sales/bridge_effects.py` states how a change splits into effects.",
    "",
    "A change in percent is (now − before) ÷ before, where before is positive. Against 0 a figure is “new”; against a negative one (returns that",
    "outweigh sales, a loss) there is no percentage: the change is said in its unit, and why. From a positive figure to a negative one the fall is",
    "more than 100 %: from € 100 to −€ 10 it is −110 %.",
    "",
    "| name | what is compared |",
    "|---|---|",
)
PAGES = {".env.example": env_example, "docs/settings.md": settings_page, "docs/dictionary.md": dictionary_page}

if __name__ == "__main__":
    for name, build in PAGES.items():
        (ROOT / name).write_text(build(), encoding="utf-8")
