"""The notebook's front door: `import core; wb = core.open()`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.workbench import Workbench

__all__ = ["open"]


def open(database_url: str | None = None, *, home: str | Path | None = None) -> Workbench:
    """Open the workbench: the embedded database under `home` (default: setting WORKBENCH_HOME), or `postgresql://…`.

    Errors: DatabaseUnavailable with one sentence that says what to check.
    """
    from pydantic import SecretStr

    from core.db.engine import open_database
    from core.settings import Settings
    from core.workbench import Workbench

    chosen: dict[str, object] = {}
    if database_url is not None:
        chosen["database_url"] = SecretStr(database_url)
    if home is not None:
        chosen["home"] = Path(home).expanduser().resolve()
    settings = Settings().model_copy(update=chosen)
    return Workbench(open_database(settings), settings)


def __getattr__(name: str) -> object:
    """`core.chat.sql_guard` without opening a database: the guard is pure."""
    if name == "chat":
        import importlib

        importlib.import_module("core.chat.sql_guard")
        return importlib.import_module("core.chat")
    raise AttributeError(f"module 'core' has no attribute {name!r}")
