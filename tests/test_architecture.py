"""The house rules that a machine can check: imports point down, one owner for each outside thing, nothing happens at import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEVELS = [
    {"start", "app", "scheduler", "pages", "api", "demo", "benchmarks"},
    {"core.workbench", "core"},
    {"core.reports", "core.chat", "core.dashboards"},
    {"core.sales", "core.ingest", "core.people"},
    {"core.catalogue", "core.mail", "core.jobs"},
    {"core.db"},
    {"core.settings", "core.errors"},
]
OWNERS = {
    "st.session_state": {"pages/components/session.py"},
    "st.cache_data": {"pages/components/cached.py", "pages/components/cached_files.py", "pages/components/cached_analyses.py"},
    "st.cache_resource": {"pages/components/cached.py", "pages/components/cached_files.py", "pages/components/cached_analyses.py"},
    "langchain": {"core/chat/models.py"},
    "langchain_core": {"core/chat/models.py"},
    "langchain_openai": {"core/chat/models.py"},
    "openai": {"core/chat/models.py"},
    "yagmail": {"core/mail/sending.py"},
    "procrastinate": {"core/jobs/queue.py"},
    "plotly": {"pages/components/charts.py"},
    "typst": {"core/reports/pdf.py"},
    "apscheduler": {"scheduler.py"},
}
PRODUCT = [path for folder in ("core", "pages", "api", "demo") for path in sorted((ROOT / folder).rglob("*.py"))] + [
    ROOT / name for name in ("app.py", "scheduler.py", "start.py")
]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def level(module: str) -> int | None:
    """The floor of the house a module lives on; None for what is not ours."""
    parts = module.split(".")
    for length in (2, 1):
        for number, names in enumerate(LEVELS):
            if ".".join(parts[:length]) in names:
                return number
    return None


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    own = level(module_name(path))
    assert own is not None
    upward = {name for name in imports(path) if (other := level(name)) is not None and other < own}
    assert not upward, f"{module_name(path)} reaches up to {sorted(upward)}"


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_each_outside_thing_has_one_owner(path: Path) -> None:
    relative, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    used = {name.split(".")[0] for name in imports(path)} | {thing for thing in OWNERS if thing.startswith("st.") and thing in text}
    strangers = {thing for thing in used if thing in OWNERS and relative not in OWNERS[thing]}
    assert not strangers, f"{relative} uses {sorted(strangers)}, which belongs to another file"


def test_core_is_true_without_a_browser() -> None:
    guilty = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "core").rglob("*.py")
        if {name.split(".")[0] for name in imports(path)} & {"streamlit", "fastapi", "apscheduler", "starlette"}
    }
    assert not guilty


def test_core_has_no_import_cycles() -> None:
    modules = {module_name(path): path for path in (ROOT / "core").rglob("*.py")}
    graph = {name: {m for m in imports(path) if m in modules and m != name} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for other in graph[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_packages_re_export_nothing_but_the_front_door() -> None:
    filled = [path for path in (ROOT / "core").rglob("__init__.py") if path.read_text().strip() and path.parent.name not in ("core",)]
    assert not [path for path in filled if list(imports(path))]


def test_environment_is_read_in_one_place() -> None:
    guilty = [p for p in (ROOT / "core").rglob("*.py") if "os.environ" in p.read_text() and p.name not in ("settings.py",)]
    assert not guilty
