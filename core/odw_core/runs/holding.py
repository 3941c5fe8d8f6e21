"""Holding: stands where odw looks for ``pandacode``, and keeps ``answer`` back until a person decides. ``python -m``.

Then, and for every other command, it becomes the real program. It decides nothing, and what it holds ends with it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path

HELD, PROGRAM, ANSWERING = "ODW_TUI_HELD", "ODW_TUI_PANDACODE", "ODW_TUI_ANSWER"
"""The same as in ``held``; ``ANSWERING`` marks a call that a person makes already. Not imported: this starts often."""
RUNTIMES = ("codex", "claude", "bamboo")
_LOOK_S = 0.05
_ANSWER_OPTIONS = ("--text", "--choice")


def is_answer(words: list[str]) -> bool:
    """Whether these words are ``pandacode answer``."""
    return words[:1] == ["answer"] or (len(words) > 1 and words[0] in RUNTIMES and words[1] == "answer")


def option(words: list[str], name: str) -> str:
    """The value of an option; empty when it is not given."""
    for at, word in enumerate(words):
        if word == name and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{name}="):
            return word[len(name) + 1 :]
    return ""


def with_answer(words: list[str], answer: list[str]) -> list[str]:
    """The call with a person's answer in place of the runner's own."""
    kept: list[str] = []
    is_value = False
    for word in words:
        if is_value:
            is_value = False
        elif word in _ANSWER_OPTIONS:
            is_value = True
        elif not word.startswith(tuple(f"{name}=" for name in _ANSWER_OPTIONS)):
            kept.append(word)
    return [*kept, *answer]


def call_of(words: list[str], environ: dict[str, str], cwd: str) -> dict[str, object]:
    """What is written down of a call."""
    named = environ.get("PANDACODE_STATE_DIR", "")
    folder = str(Path(cwd, option(words, "--cd")))
    root = str(Path(folder, named)) if named else f"{folder}/.pandacode"
    return {
        "words": words,
        "cwd": cwd,
        "place": str(Path(root).parent) if Path(root).name == ".pandacode" else "",
        "runtime": words[0] if words[0] in RUNTIMES else option(words, "--runtime"),
        "session": option(words, "--session"),
    }


def _hold(top: Path, words: list[str]) -> list[str] | None:
    """The words to go on with; None when whoever asked is gone."""
    folder = top / f"{time.time_ns()}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        call = {**call_of(words, dict(os.environ), str(Path.cwd())), "pid": os.getpid(), "at": time.time()}
        call["started"] = _started()
        draft = folder / ".call.json"
        draft.write_text(json.dumps(call), "utf-8")
        draft.replace(folder / "call.json")
        runner = os.getppid()
        while os.getppid() == runner:
            answer = _answer(folder / "answer.json")
            if answer is not None:
                return with_answer(words, answer)
            time.sleep(_LOOK_S)
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answer(path: Path) -> list[str] | None:
    try:
        words = json.loads(path.read_text("utf-8"))["words"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [str(word) for word in words]


def _started() -> str | None:
    """As ``process.spawn.started_mark`` has it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{int(Path('/proc/self/stat').read_bytes().rpartition(b')')[2].split()[19])}"
    except (OSError, ValueError, IndexError):
        return None


def _end(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main(words: list[str]) -> int:
    """The process; it becomes the real program, or ends with a sentence on stderr."""
    top = os.environ.get(HELD, "")
    if top and is_answer(words) and ANSWERING not in os.environ:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, _end)
        try:
            held = _hold(Path(top), words)
        except KeyboardInterrupt:
            held = None
        if held is None:
            return 130
        words = held
    program = shutil.which(os.environ.get(PROGRAM) or "pandacode")
    if program is None:
        sys.stderr.write("odw-tui: pandacode is not on your PATH; install it, or name it in ODW_TUI_PANDACODE.\n")
        return 127
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execv(program, [program, *words])
    except OSError as error:
        sys.stderr.write(f"odw-tui: {program} cannot be run: {error.strerror}.\n")
    return 126


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
