"""One PostgreSQL server for the whole run, one migrated template database, and for every test a clone of it that holds nothing else."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from core.db import embedded, migrating, roles
from core.db.engine import Database, connect
from core.people import passwords
from core.settings import Settings
from tests.databases import Memory, Shelf, template_of
from tests.distributing import LongestFirst, rank

# How fast a machine is says nothing about a law. The same examples every time: what `make test` finds is due to what was changed;
# `make test-laws` searches on, with new examples each time and many more of them.
ANY_MACHINE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("same examples", **ANY_MACHINE, derandomize=True)
hypothesis_settings.register_profile("search", **ANY_MACHINE, max_examples=2000)
hypothesis_settings.load_profile(os.environ.get("TEST_LAWS", "same examples"))

SECRET = "a secret that only tests use, 32 characters long"
NAMES = roles.RoleNames.of("workbench_test")
SWITCHED_OFF = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")  # a test's data need not survive the machine
SHARED = Path(__file__).resolve().parents[2] / "shared" / "fixtures"

FillOnce = Callable[[object, Callable[[], Any]], Any]


def server_folder(run: str) -> Path:
    """Beside pytest's own temporary folders, whose clean-up by another run would pull a running server's files away."""
    return Path(tempfile.gettempdir()) / f"workbench-tests-{run[:16]}"


PASSWORD_COST = (passwords.hash_password.__defaults__ or (0,))[0]


@pytest.fixture(scope="session", autouse=True)
def passwords_cost_little() -> Iterator[None]:
    """A password's hash takes a quarter of a second, on purpose; `tests/people/test_accounts.py` sees to it that it does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords.hash_password, "__defaults__", (4,))
        yield


@pytest.fixture(scope="session")
def server_dsn(testrun_uid: str, worker_id: str) -> str:
    """Superuser's connection string; TEST_DATABASE_URL names another server than the embedded one."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    folder = server_folder(testrun_uid)
    if worker_id == "master":
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # registered before the server's own stop, so it runs after it
    dsn = embedded.start_server(folder / "postgres")
    with psycopg.connect(dsn, autocommit=True) as admin:
        for setting in SWITCHED_OFF:
            admin.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
        admin.execute("select pg_reload_conf()")
    return dsn


def pytest_testnodedown(node: object) -> None:
    """After the workers of a run have gone, their server has too."""
    shutil.rmtree(server_folder(node.workerinput["testrunuid"]), ignore_errors=True) if _is_last(node) else None  # type: ignore[attr-defined]


def _is_last(node: object) -> bool:
    _ended.add(node)
    return len(_ended) == int(node.workerinput["workercount"])  # type: ignore[attr-defined]


_ended: set[object] = set()


@pytest.fixture(scope="session")
def template_database(server_dsn: str, testrun_uid: str) -> str:
    """Name of the migrated database that tests clone; made once by whichever worker comes first."""
    name = f"template_{testrun_uid[:12]}"
    return template_of(server_dsn, name, "template0", lambda dsn: migrating.migrate(dsn, NAMES, SECRET))


@pytest.fixture(scope="session")
def shelf(server_dsn: str, template_database: str) -> Iterator[Shelf]:
    """Databases like the template, for tests of this worker that need one, or more than one."""
    databases = Shelf(server_dsn, template_database)
    yield databases
    databases.close()


@pytest.fixture
def owner_dsn(shelf: Shelf) -> Iterator[str]:
    """The superuser's way to a database for one test, with nothing in it."""
    with shelf.database() as dsn:
        yield dsn


@pytest.fixture
def database(owner_dsn: str) -> Iterator[Database]:
    """The app's and the reader's connections to a fresh database."""
    opened = connect(owner_dsn, NAMES, SECRET)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def memory() -> Memory:
    """What preparations of this worker's tests have left in their databases."""
    return Memory()


@pytest.fixture
def fill_once(owner_dsn: str, memory: Memory) -> FillOnce:
    """`fill_once(key, prepare)`: returns what `prepare` does, which fills the test's database the first time; from then on what it left
    is put there as it stands. What it returns is shared by tests: nobody may change it."""
    return lambda key, prepare: memory.fill(owner_dsn, key, prepare)


@pytest.fixture
def fill_home_once(fill_once: FillOnce, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> FillOnce:
    """As `fill_once`, for what leaves files in the test's folder too."""

    def filled(key: object, prepare: Callable[[], Any]) -> Any:
        def first() -> tuple[Path, Any]:
            made, kept = prepare(), tmp_path_factory.mktemp("kept")
            return shutil.copytree(tmp_path, kept, dirs_exist_ok=True), made

        kept, made = fill_once(key, first)
        shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
        return made

    return filled


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test: nothing from the environment or from a `.env` of the developer."""
    return make_settings(tmp_path)


@pytest.fixture
def make_home() -> Callable[[], Path]:
    return lambda: Path(tempfile.mkdtemp(prefix="workbench-test-"))


def make_settings(home: Path, **values: object) -> Settings:
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(("WORKBENCH_", "SMTP_", "OPENAI_", "DATABASE_URL"))}
    try:
        return Settings(_env_file=None, **{"WORKBENCH_HOME": home, "WORKBENCH_SECRET_KEY": SECRET, **values})  # type: ignore[call-arg,arg-type]
    finally:
        os.environ.update(kept)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst:
    return LongestFirst(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first. Tests over the shared fixtures say so when the folder is not there."""
    items.sort(key=lambda item: rank(item.nodeid))
    if SHARED.is_dir():
        return
    skip = pytest.mark.skip(reason="../shared/fixtures is not here; the project's own generated files are tested instead")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(skip)
