"""A web server on this machine that misbehaves as asked."""

import contextlib
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass(frozen=True)
class Answer:
    """What the server does with one request."""

    body: bytes = b""
    status: int = 200
    sent: int | None = None  # bytes of the body that leave, of all that Content-Length promises
    stalls: bool = False  # then keeps the connection open and silent
    pause_s: float = 0  # before each twelfth of the body
    has_length: bool = True  # says how long the body is
    packed: bool = False  # says Content-Encoding: gzip to whoever accepts it


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        answer = self.server.next_answer(self.path)
        self.send_response(answer.status)
        if answer.has_length:
            self.send_header("Content-Length", str(len(answer.body)))
        if answer.packed and "gzip" in self.headers.get("Accept-Encoding", ""):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        leaving = answer.body[: answer.sent]
        step = max(1, -(-len(leaving) // 12)) if answer.pause_s else max(1, len(leaving))
        for start in range(0, len(leaving), step):
            time.sleep(answer.pause_s)
            with contextlib.suppress(ConnectionError):  # whoever asked has seen enough
                self.wfile.write(leaving[start : start + step])
        if answer.stalls:
            self.server.closing.wait(timeout=10)

    def log_message(self, *_):
        """Keep the output of pytest clean."""


class Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for every handler

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.closing = threading.Event()
        self.asked = []  # paths, in the order of the requests
        self.answers = {}

    def publish(self, path: str, *answers: dict) -> str:
        """The address at which these answers come in turn, the last one for ever."""
        self.answers[path] = [Answer(**answer) for answer in answers]
        return self.base + path

    def next_answer(self, path: str) -> Answer:
        self.asked.append(path)
        answers = self.answers.get(path, [Answer(status=404)])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.closing.set()
        running.shutdown()
        thread.join()
