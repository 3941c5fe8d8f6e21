"""The process around one hook: feeds it, keeps the beginning of what it prints, ends it and its group at its deadline.

``python -m odw_core.attention.hook_runner`` with the order as JSON on stdin. Reads no file but that.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from odw_core.text.secrets import masked

_MOST_PRINTED = 64 * 1024
_MOST_LOGGED = 1 << 20
_GRACE_S = 2.0
_LAST_WORDS_S = 0.5


def main() -> int:
    """Run the hook that stdin orders. The exit code is 0 even if the hook fails: the log says how it went."""
    order = json.loads(sys.stdin.buffer.read())
    printed = bytearray()
    argv = [str(word) for word in order["argv"]]
    outcome = _run(argv, order, printed)
    at = time.strftime("%Y-%m-%d %H:%M:%S")
    said = masked(bytes(printed).decode("utf-8", "replace").rstrip("\n"))
    questions = " ".join(str(one["question"]) for one in order["document"]["questions"])
    _log(Path(order["log"]), f"{at} {argv[0]} for {questions}: {outcome}\n{said}{chr(10) if said else ''}")
    return 0


def _run(argv: list[str], order: Mapping[str, Any], printed: bytearray) -> str:
    home = Path(os.environ.get("HOME", "/"))
    try:
        hook = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Where a person's commands begin; never a workspace, in which an agent may have put programs.
            cwd=home if home.is_dir() else "/",
            env={**os.environ, **order["variables"]},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"cannot be started: {error}"
    assert hook.stdin is not None
    assert hook.stdout is not None
    feeding = threading.Thread(target=_feed, args=(hook.stdin, json.dumps(order["document"]).encode()), daemon=True)
    hearing = threading.Thread(target=_hear, args=(hook.stdout, printed), daemon=True)
    feeding.start()
    hearing.start()
    try:
        outcome = f"exit code {hook.wait(order['deadline_s'])}"
    except subprocess.TimeoutExpired:
        outcome = f"ended after {order['deadline_s']:g} s"
        _end(hook)
    # What it left running may hold its output open; nobody waits for that.
    hearing.join(_LAST_WORDS_S)
    return outcome


def _feed(stdin: IO[bytes], document: bytes) -> None:
    with suppress(OSError, ValueError), stdin:
        stdin.write(document + b"\n")


def _hear(stdout: IO[bytes], printed: bytearray) -> None:
    while chunk := os.read(stdout.fileno(), 65536):
        printed += chunk[: max(0, _MOST_PRINTED - len(printed))]


def _end(hook: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(hook.pid, number)
        with suppress(subprocess.TimeoutExpired):
            hook.wait(_GRACE_S)
    hook.wait()


def _log(path: Path, words: str) -> None:
    with suppress(OSError):
        if path.lstat().st_size > _MOST_LOGGED:
            path.replace(path.with_name(f"{path.name}.1"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    with suppress(OSError), os.fdopen(os.open(path, flags, 0o600), "ab") as log:
        log.write(words.encode("utf-8", "replace"))


if __name__ == "__main__":
    raise SystemExit(main())
