"""Measures other programs by the same rules as ours, on the same terminal, and prints a Markdown table.

    python tests/perf/peers.py CORPUS [--path DIR]... [--rounds 5]

``--path`` names folders with programs that are not on PATH (``tl``, ``lnav``, ``codex``). One that is not
there is skipped with a sentence. Nothing is installed, and nothing below CORPUS is written.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from bench import last_line
from terminal import Terminal, cpu_s, environment, pss_kb

TAILING = {"less": ["less", "-R", "+G"], "lnav": ["lnav"], "toolong": ["tl"]}
"""How each viewer opens a log at its end."""


class Figure(NamedTuple):
    """One row of the table."""

    row: str
    peer: str
    what: str
    figure: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--path", action="append", default=[], metavar="DIR")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="odw-tui-peers-") as folder:
        home = Path(folder)
        environ = environment(home)
        environ["PATH"] = os.pathsep.join([*given.path, environ.get("PATH", "")])
        print("| # | program | what | figure |\n| --- | --- | --- | --- |")
        for figure in measured(given.corpus.resolve(), home, environ, given.rounds):
            print(f"| {' | '.join(figure)} |", flush=True)
    return 0


def measured(corpus: Path, home: Path, environ: dict[str, str], rounds: int) -> Iterator[Figure]:
    log = corpus / "logs" / "codex-stderr.log"
    yield from tails(log, environ, rounds)
    yield from counting(log, environ, rounds)
    yield from sessions(corpus, home, environ, rounds)


def tails(log: Path, environ: dict[str, str], rounds: int) -> Iterator[Figure]:
    """Rows 5, 12 and 13: a million lines, from exec until the end is on the screen, and what that costs."""
    last = last_line(log)[:40]
    for name, argv in TAILING.items():
        if (program := shutil.which(argv[0], path=environ["PATH"])) is None:
            skipped(name)
            continue
        taken: list[float] = []
        memory = idle = 0.0
        for number in range(rounds):
            terminal = Terminal([program, *argv[1:], str(log)], environ)
            try:
                taken.append(terminal.wait_for(lambda text: last in text, within_s=20) - terminal.started_at)
                if number == rounds - 1:
                    terminal.wait_quiet(1)
                    memory, began = pss_kb(terminal.pid) / 1024, cpu_s(terminal.pid)
                    time.sleep(10)
                    idle = (cpu_s(terminal.pid) - began) * 10
            except TimeoutError:
                print(f"{name} never showed the end of the log", file=sys.stderr)
                break
            finally:
                terminal.close()
        if taken:
            yield Figure("5", name, "1 M-line log: exec → tail", f"{statistics.median(taken) * 1000:.0f} ms")
            yield Figure("12", name, "memory (PSS) with it open", f"{memory:.0f} MB")
            yield Figure("13", name, "idle", f"{idle:.2f} % CPU")


def counting(log: Path, environ: dict[str, str], rounds: int) -> Iterator[Figure]:
    """Row 6: counting and finding in a million lines."""
    for name, argv in {
        "rg": ["rg", "-ic", "keyboard"],
        "grep": ["grep", "-ic", "keyboard"],
        "wc": ["wc", "-l"],
    }.items():
        if (program := shutil.which(argv[0], path=environ["PATH"])) is None:
            skipped(name)
            continue
        took = median(partial(run, [program, *argv[1:], str(log)], environ), rounds)
        yield Figure("6", name, " ".join(argv[1:]), f"{took * 1000:.0f} ms")


def sessions(corpus: Path, home: Path, environ: dict[str, str], rounds: int) -> Iterator[Figure]:
    """Rows 1 to 3: two thousand sessions listed by Codex' own picker."""
    codex_home = home / "codex"
    subprocess.run(["cp", "-a", "--reflink=auto", str(corpus / "codex_home"), str(codex_home)], check=True)
    (codex_home / "config.toml").write_text('cli_auth_credentials_store = "file"\n')
    (codex_home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": "sk-nobody"}))
    environ = environ | {"CODEX_HOME": str(codex_home)}
    files = sorted(map(str, codex_home.glob("sessions/*/*/*/rollout-*.jsonl")))
    yield Figure(
        "3", "cat", f"{len(files):,} sessions", f"{median(lambda: run(['cat', *files], environ), rounds) * 1000:.0f} ms"
    )
    if (program := shutil.which("codex", path=environ["PATH"])) is None:
        skipped("codex")
    else:
        for what in ("cold (first look at this home)", "warm"):
            terminal = Terminal([program, "resume", "--all"], environ)
            try:
                shown = terminal.wait_for(lambda text: " ago" in text, within_s=60)
                yield Figure("1, 2", "codex resume --all", what, f"{(shown - terminal.started_at) * 1000:.0f} ms")
                yield Figure("12", "codex resume --all", "memory (PSS)", f"{pss_kb(terminal.pid) / 1024:.0f} MB")
            except TimeoutError:
                print("codex never listed a session", file=sys.stderr)
            finally:
                terminal.close()


def run(argv: list[str], environ: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def median(once: Callable[[], float], rounds: int) -> float:
    return statistics.median(once() for _ in range(rounds))


def skipped(name: str) -> None:
    print(f"{name} is not here; it is left out", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
