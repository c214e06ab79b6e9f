"""A language model's server on loopback: the OpenAI chat protocol over real HTTP, scripted per test."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """A tool call: what the model proposes."""

    name: str
    arguments: dict[str, Any] | str


@dataclass(frozen=True)
class Text:
    """Plain words, streamed in `pieces` when the client asks for a stream. `breaks_after`: the line is cut after so many."""

    pieces: tuple[str, ...]
    breaks_after: int | None = None


@dataclass(frozen=True)
class Failure:
    """An HTTP error with the body OpenAI sends."""

    status: int
    message: str = "no"


@dataclass(frozen=True)
class Raw:
    """Bytes that follow no protocol."""

    body: bytes
    status: int = 200


@dataclass(frozen=True)
class Slow:
    """Nothing for a while, then the reply."""

    seconds: float
    reply: Any


@dataclass
class FakeModel:
    """The scripted replies, used up one a request, and everything that was asked."""

    replies: list[Any] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def told(self, number: int = -1) -> str:
        """All words of one request, as the model would read them."""
        return json.dumps(self.requests[number], ensure_ascii=False)


@contextmanager
def fake_model(*replies: Any) -> Iterator[FakeModel]:
    """A running server that answers with `replies` in turn; the last one is repeated."""
    script = FakeModel(list(replies))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"script": script}))
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    script: FakeModel
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.requests.append({**body, "path": self.path, "authorization": self.headers.get("Authorization")})
        script = self.script.replies
        reply = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(reply, Slow):
            time.sleep(reply.seconds)
            reply = reply.reply
        self._answer(reply, bool(body.get("stream")))

    def _answer(self, reply: Any, stream: bool) -> None:
        if isinstance(reply, Failure):
            error = {"error": {"message": reply.message, "type": "error", "code": None, "param": None}}
            self._send(reply.status, json.dumps(error).encode())
        elif isinstance(reply, Raw):
            self._send(reply.status, reply.body)
        elif stream:
            self._stream(reply)
        else:
            self._send(200, json.dumps(_completion(reply)).encode())

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the client gave up waiting

    def _stream(self, reply: Text) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for number, piece in enumerate(reply.pieces):
            if number == reply.breaks_after:
                return
            self._event({"content": piece}, None)
        self._event({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, delta: dict[str, Any], finish: str | None) -> None:
        chunk = {**_HEAD, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


_HEAD = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "fake"}


def _completion(reply: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if isinstance(reply, Call):
        arguments = reply.arguments if isinstance(reply.arguments, str) else json.dumps(reply.arguments)
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": {"name": reply.name, "arguments": arguments}}]
    else:
        message["content"] = "".join(reply.pieces)
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if isinstance(reply, Call) else "stop", "logprobs": None}
    usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
    return {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": usage}
