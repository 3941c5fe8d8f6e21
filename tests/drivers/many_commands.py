"""Runs many commands one after the other in one process, as ``python -m drivers.many_commands FOLDER < commands``.

Each command is a JSON list of words on a line of its own. What it printed stands in FOLDER/NUMBER.out and .err; exit
code, seconds and words are told on a line of FOLDER/told.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def _run(words: list[str], folder: Path, number: int) -> None:
    from odw_tui.cli import main

    for descriptor, ending in ((1, "out"), (2, "err")):
        file = os.open(folder / f"{number}.{ending}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    began = time.perf_counter()
    try:
        code = main(words)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    with (folder / "told").open("a") as told:
        told.write(json.dumps([code, time.perf_counter() - began, words]) + "\n")


def _run_all(folder: Path) -> None:
    for number, line in enumerate(sys.stdin.read().splitlines()):
        _run(json.loads(line), folder, number)


if __name__ == "__main__":
    _run_all(Path(sys.argv[1]))
