"""ConvergeFiles: the two file routes of upstream's server over a folder, as its reference tells them (§9)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, unquote
from urllib.request import ProxyHandler, build_opener


class ConvergeFiles:
    """A server of ``CONVERGE_OUTPUT_DIR``: a run is a folder right below it, a file any path below that."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> tuple[int, bytes]:
        """(status, body) of one request to this machine."""
        try:
            with build_opener(ProxyHandler({})).open(f"{self.url}{path}", timeout=10) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()

    def files(self, run: str) -> dict[str, int]:
        """The files of a run by what ``GET /api/runs/{run}/files`` lists, each with its size."""
        status, body = self.get(f"/api/runs/{quote(run)}/files")
        assert status == HTTPStatus.OK, body
        told = json.loads(body)
        assert told["run_id"] == run
        return {one["path"]: one["size"] for one in told["files"]}

    def file(self, run: str, path: str) -> tuple[int, bytes]:
        """What ``GET /api/runs/{run}/files/{path}`` answers."""
        return self.get(f"/api/runs/{quote(run)}/files/{quote(path)}")


@contextmanager
def served(output_dir: Path) -> Iterator[ConvergeFiles]:
    """The routes over a folder, for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = _answer(output_dir, unquote(self.path))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield ConvergeFiles(f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(output_dir: Path, path: str) -> tuple[int, bytes]:
    parts = path.removeprefix("/api/runs/").split("/", 2)
    root = output_dir / parts[0]
    if not path.startswith("/api/runs/") or len(parts) < 2 or parts[1] != "files" or not root.is_dir():
        return HTTPStatus.NOT_FOUND, b"{}"
    if len(parts) == 2:
        found = [one for one in sorted(root.rglob("*")) if one.is_file()]
        files = [{"path": str(one.relative_to(root)), "size": one.stat().st_size} for one in found]
        return HTTPStatus.OK, json.dumps({"run_id": parts[0], "files": files}).encode()
    wanted = (root / parts[2]).resolve()
    # Upstream compares beginnings of strings and swallows its own 403.
    if not str(wanted).startswith(str(root.resolve())):
        return HTTPStatus.BAD_REQUEST, b"{}"
    return (HTTPStatus.OK, wanted.read_bytes()) if wanted.is_file() else (HTTPStatus.NOT_FOUND, b"{}")
