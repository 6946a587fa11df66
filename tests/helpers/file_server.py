"""A web server on this machine that misbehaves as told: for tests of downloads."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What is served and how; ``requests`` fills with what was asked for, the ``Range`` behind the path."""

    files: Mapping[str, bytes]
    address: str = ""
    ranges: bool = True
    """Whether ``Range`` is honoured."""
    failures: int = 0
    """So many answers are HTTP 503 first."""
    cuts: int = 0
    """So many answers break off in the middle."""
    swaps: int = 0
    """So many answers have other bytes of the same number."""
    endless: bool = False
    """Whether an answer goes on until nobody listens any more."""
    requests: list[str] = field(default_factory=list)


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[FileServer]:
    """Serve ``files`` (path without the first slash -> content) until the block ends."""
    told = FileServer(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            told.requests.append(f"{self.path[1:]} {wanted}".strip())
            content = told.files.get(self.path[1:])
            if content is None:
                self.send_error(404)
                return
            if told.failures:
                told.failures -= 1
                self.send_error(503)
                return
            if told.endless:
                self.send_response(200)
                self.end_headers()
                self.close_connection = True
                with suppress(OSError):
                    while True:
                        self.wfile.write(bytes(1 << 16))
                return
            if told.swaps:
                told.swaps -= 1
                content = bytes(byte ^ 1 for byte in content)
            first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and told.ranges else 0
            if first >= len(content):
                self.send_error(416)
                return
            body = content[first:]
            self.send_response(206 if first else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if told.cuts:
                told.cuts -= 1
                body = body[: len(body) // 2]
                self.close_connection = True
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
