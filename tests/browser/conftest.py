"""A fresh server of the real application, and real Chromium on it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from core import opened
from core.db import embedded
from core.db.engine import open_database
from core.people import accounts
from core.people.permissions import SYSTEM
from demo.loading import load_demo
from tests import running
from tests.conftest import SECRET, make_settings
from tests.running import Running

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
]
PASSWORD = "correct horse battery"
PATIENCE = 60_000  # milliseconds
DAY = date(2026, 11, 23)  # its last complete month is October 2026


@dataclass(frozen=True)
class Server:
    """A running application. `address`: without a slash at the end; `home`: its data folder."""

    address: str
    home: Path


@pytest.fixture(scope="session", autouse=True)
def one_worker(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """All tests of this folder are dealt out to one worker (`tests/distributing.py`), or each would start the applications again."""
    if worker_id != "master":
        (tmp_path_factory.getbasetemp().parent / "browser").mkdir()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started once; people: `ada` (admin), `vic` (viewer)."""
    home, port = tmp_path_factory.mktemp("browser"), running.free_port()
    settings = make_settings(home)
    database = open_database(settings)
    for username, role in (("ada", "admin"), ("vic", "viewer")):
        accounts.create(database, SYSTEM, username, username.title(), role, password=PASSWORD, must_change_password=False)
    key = settings.secret_key
    assert key is not None
    environment = {**os.environ, "WORKBENCH_HOME": str(home), "WORKBENCH_SECRET_KEY": key.get_secret_value(), "WORKBENCH_PORT": str(port)}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.address=127.0.0.1"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/healthz", process, home / "log")
        yield Server(f"http://127.0.0.1:{port}", home)
    finally:
        process.terminate()
        process.wait(30)
        embedded.forget_dead_processes(home / "postgres")
        database.close()
        opened.close()


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.25)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that knows nothing yet."""
    fresh = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole product with three months of the demo brand as of `DAY`; each story leaves it as it found it.

    What the demo says depends on the day it is made, and its digits stand in the stories: so it is filled before the start, as of one day.
    """
    home = tmp_path_factory.mktemp("story")
    settings = make_settings(home, WORKBENCH_DEMO_MONTHS=3)
    database = open_database(settings)
    load_demo(database, settings, print, today=DAY)
    database.close()
    with running.running(home, WORKBENCH_SECRET_KEY=SECRET) as started:
        yield started


@pytest.fixture(scope="session")
def administrator(workbench: Running, chromium: Browser) -> Iterator[Page]:
    """Signed in as the first administrator, whose printed password had to be changed."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{workbench.url}/upload")
    page.get_by_role("textbox", name="User name").fill("admin")
    page.get_by_role("textbox", name="Password").fill(workbench.password or "")
    page.get_by_role("button", name="Sign in").click()
    fields = page.locator("input[type=password]")
    expect(fields).to_have_count(3, timeout=PATIENCE)
    rest(page)
    for number, text in enumerate((workbench.password or "", PASSWORD, PASSWORD)):
        fields.nth(number).fill(text)
        fields.nth(number).press("Tab")
        expect(fields.nth(number)).to_have_value(text)
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_role("heading", name="Upload")).to_be_visible(timeout=PATIENCE)
    yield page
    context.close()


# Whether nothing has been drawn for half a second while the script stood still; asked again and again, after a navigation on the new page.
STILL = """began => {
  if (window.still?.began !== began) {
    window.still?.watch.disconnect();
    const still = window.still = { began, since: performance.now() };
    still.watch = new MutationObserver(() => { still.since = performance.now(); });
    still.watch.observe(document, { subtree: true, childList: true, characterData: true });
  }
  const state = document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state');
  if (state !== 'notRunning') window.still.since = performance.now();
  return performance.now() - window.still.since >= 500;
}"""


def rest(page: Page) -> None:
    """Wait until the page stands still.

    That the script has ended is told before its last elements are drawn, and what is typed into a form while it is drawn anew is lost.
    """
    page.wait_for_function(STILL, arg=time.monotonic(), polling=50, timeout=PATIENCE)


def sign_in(page: Page, username: str = "ada", password: str = PASSWORD) -> None:
    """Fill the form of the page that is open and wait until it is gone."""
    page.get_by_role("textbox", name="User name").fill(username)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="User name").wait_for(state="detached", timeout=PATIENCE)


def cookies(context: BrowserContext, count: int) -> list[dict[str, object]]:
    """The session's cookie, once there are `count` of it: 1 after signing in, 0 after signing out."""
    for _ in range(PATIENCE // 100):
        found = [dict(cookie) for cookie in context.cookies() if cookie["name"] == "workbench_session"]
        if len(found) == count:
            return found
        context.pages[-1].wait_for_timeout(100)
    raise AssertionError(f"{len(found)} cookies of the session instead of {count}")
