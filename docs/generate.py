"""Write the parts of the documents that follow from the code: `.env.example` and `docs/settings.md`. A test compares them."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

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


PAGES = {".env.example": env_example, "docs/settings.md": settings_page}

if __name__ == "__main__":
    for name, build in PAGES.items():
        (ROOT / name).write_text(build(), encoding="utf-8")
