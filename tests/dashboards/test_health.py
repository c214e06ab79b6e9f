import http.server
import threading
from collections.abc import Iterator

import pytest

from core.dashboards import health
from core.dashboards.links import read_link

OWN = "https://workbench.example.com"
LINK = read_link("https://bi.example.com/x")


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ({}, "works"),
        ({"X-Frame-Options": "DENY"}, "refuses"),
        ({"x-frame-options": "SAMEORIGIN"}, "refuses"),
        ({"X-Frame-Options": "ALLOWALL"}, "works"),
        ({"Content-Security-Policy": "frame-ancestors 'none'"}, "refuses"),
        ({"Content-Security-Policy": "frame-ancestors 'self'"}, "refuses"),
        ({"Content-Security-Policy": "default-src 'self'; frame-ancestors *"}, "works"),
        ({"Content-Security-Policy": "frame-ancestors https://workbench.example.com"}, "works"),
        ({"Content-Security-Policy": "frame-ancestors https://*.example.com"}, "works"),
        ({"Content-Security-Policy": "frame-ancestors *.example.com"}, "works"),
        ({"Content-Security-Policy": "frame-ancestors https://example.com"}, "refuses"),
        ({"Content-Security-Policy": "frame-ancestors *", "X-Frame-Options": "DENY"}, "works"),
        ({"Content-Security-Policy": "default-src 'self'", "X-Frame-Options": "DENY"}, "refuses"),
    ],
)
def test_headers_say_whether_a_frame_stays_blank(headers: dict[str, str], state: str) -> None:
    assert health.judge(200, headers, LINK, OWN).state == state


@pytest.mark.parametrize("status", [301, 302, 401, 403, 404, 500])
def test_no_useful_answer_says_what_to_check(status: int) -> None:
    found = health.judge(status, {}, LINK, OWN)
    assert found.state == "fails" and "bi.example.com" in found.sentence


class Board(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/" else 200)
        if self.path == "/":
            self.send_header("Location", "/board")
        self.send_header("X-Frame-Options", "DENY")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Board)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_real_board_is_asked_and_followed_on_its_own_host(served: str) -> None:
    assert health.check(read_link(served, loopback=True), OWN, loopback=True).state == "refuses"


def test_this_machine_is_not_asked_outside_development(served: str) -> None:
    assert health.check(read_link(served, loopback=True), OWN).state == "unknown"


def test_a_silent_host_is_reported(served: str) -> None:
    gone = read_link("http://127.0.0.1:9/", loopback=True)
    assert health.check(gone, OWN, loopback=True, seconds=1).state == "fails"
