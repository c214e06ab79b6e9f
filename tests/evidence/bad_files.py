"""The table of files that hurt readers: generated ones, and those of the shared fixtures where they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.conftest import SHARED
from tests.evidence.databases import Databases
from tests.evidence.measuring import MEGABYTES, SECONDS, Measured, measure
from tests.evidence.nasty_files import made
from tests.evidence.page import Part, table

RIGHT = ("stored", "refused", "needs_decision")


def cases(folder: Path) -> Iterator[tuple[str, Path, str, tuple[str, ...]]]:
    """(what it tries, file, name of the upload, right outcomes)."""
    for nasty in made():
        path = folder / "nasty"
        path.write_bytes(nasty.make())
        yield nasty.tries, path, nasty.name, nasty.outcome
    for part in ("nasty", "derived", "platforms"):
        for path in sorted((SHARED / "public" / part).rglob("*")):
            if path.is_file() and path.suffix not in (".md", ".json") and "LICENSE" not in path.name:
                yield f"{path.parent.name}/{path.name}", path, path.name, RIGHT


def nasty_part(databases: Databases) -> Part:
    rows, sound = [], True
    for tries, path, name, right in cases(databases.folder):
        with databases.dsn() as dsn:
            measured = measure(dsn, databases.folder / "home", path, name)
        good = measured.status in right and measured.sound and measured.within
        sound &= good
        rows.append(_row(tries, measured, good))
    lines = [f"Each through the whole importer in a process of its own, answered with “accept”; seconds of processor time (at most {SECONDS}), the "
             f"most memory in MB (at most {MEGABYTES}, of which about 120 before it begins), and whether everything or nothing was stored.", "",
             *table(("file", "outcome", "sentence", "seconds", "MB", "as it should"), rows)]  # fmt: skip
    return Part("nasty", "Files that hurt readers", sound, tuple(lines))


def _row(tries: str, m: Measured, good: bool) -> tuple[object, ...]:
    return tries, m.status.replace("_", " "), m.sentence, f"{m.seconds:.1f}", f"{m.megabytes:.0f}", "yes" if good else "**no**"
