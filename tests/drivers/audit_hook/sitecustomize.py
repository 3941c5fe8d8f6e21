"""Loaded by every Python that is started with this folder on its path: writes down what it touches in the world."""

from __future__ import annotations

import json
import os
import stat
import sys

_PATHS = ("open", "os.listdir", "os.scandir", "sqlite3.connect", "os.chdir")
_OTHERS = (
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.utime"),
    *("os.truncate", "os.setxattr", "os.kill", "os.killpg", "signal.pthread_kill", "os.system", "os.exec", "os.fork"),
    *("os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn", "subprocess.Popen", "sqlite3.enable_load_extension"),
    *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "shutil.rmtree"),
    *("shutil.move", "shutil.copyfile", "urllib.Request", "webbrowser.open", "ftplib.connect", "http.client.connect"),
)


def _begin(log: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in _PATHS:
            if isinstance(args[0], (str, bytes, os.PathLike)):
                path = os.fsdecode(args[0])
                if path.startswith("file:"):
                    from urllib.parse import unquote

                    path = unquote(path[5:].partition("?")[0])
                write(event, path, [], args[2] if event == "open" else 0)
        elif event in _OTHERS:
            write(event, "", [os.fsdecode(one) if isinstance(one, bytes) else repr(one) for one in args], 0)

    def write(event: str, path: str, others: list[str], flags: object) -> None:
        try:
            kind = stat.S_IFMT(os.lstat(path).st_mode) if path else 0
        except (OSError, ValueError):
            kind = 0
        real = os.path.realpath(path) if path and "\0" not in path else ""
        # As it was named, links and all, which no method of a Path says.
        named = os.path.abspath(path) if path else ""  # noqa: PTH100
        told = [event, named, real, kind, flags, others]
        os.write(out, json.dumps(told).encode() + b"\n")

    sys.addaudithook(hook)


if "AUDIT_LOG" in os.environ:
    _begin(os.environ["AUDIT_LOG"])
