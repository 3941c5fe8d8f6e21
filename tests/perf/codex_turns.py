"""Row 8 with real agents: concurrent turns of the real Codex against the scripted model, one of them followed.

    python tests/perf/codex_turns.py [--turns 32] [--lines 300] [--limit 1.0]

From the moment at which the app server says a piece of a message to the frame that shows it, beside ``tail -F`` on the
file in the same run. ``--limit F`` exits 1 when a figure misses F times its target.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from bench import ROOM, Figure, percentile
from terminal import Replay, Terminal, cpu_s, environment, pss_kb

from drivers.real_codex import WHY_SKIPPED, RealCodex, native_codex, real_codex
from drivers.session_run import SessionRun

_STAMP = "{{now_ms}}\n"
_PAUSE_MS = 100
"""Between two pieces of one session: ten a second, as in row 8."""
_QUIET_S = 1.0


def measure(codex: RealCodex, turns: int, lines: int) -> list[Figure]:
    """All sessions wait at a gate, so that their turns speak at the same time."""
    gate = codex.project / "gate"
    speech = {"say": _STAMP * lines, "chunk": len(_STAMP), "delay_ms": _PAUSE_MS, "phase": "final_answer"}
    codex.model.teach("speaks", [{"exec": "until [ -e gate ]; do sleep 0.2; done", "yield_time_ms": 600_000}, speech])
    runs = [SessionRun.start(codex, "speaks", silence_s=3600.0) for _ in range(turns)]
    run = runs[0]
    for one in runs:
        one.until(partial(_is_at_gate, one), "its turn never began")
    room = Terminal([*ROOM, str(codex.project), "--open", f"{run.address}/session", "--stream", "stdout"], _for(codex))
    tail = Terminal(["tail", "-F", str(run.files / "stdout.log")], _for(codex))
    try:
        room.wait_quiet(_QUIET_S)
        drivers = [one.supervisor for one in runs]
        base, tail_base = len(room.chunks), len(tail.chunks)
        began, cpu, cpu_drivers = time.perf_counter(), cpu_s(room.pid), sum(map(cpu_s, drivers))
        gate.touch()
        time.sleep(lines * _PAUSE_MS / 4000)
        early = pss_kb(room.pid), [pss_kb(pid) for pid in drivers]
        time.sleep(lines * _PAUSE_MS * 3 / 5000)
        # While they still speak: none has ended.
        late = pss_kb(room.pid), [pss_kb(pid) for pid in drivers]
        took = time.perf_counter() - began
        used = (cpu_s(room.pid) - cpu) / took * 100
        used_each = (sum(map(cpu_s, drivers)) - cpu_drivers) / took * 100
        run.until(lambda: run.of("turn")[-1]["status"] != "started", "it never spoke to its end")
        room.wait_quiet(_QUIET_S)
        told = _told(run)
        on_screen, in_tail = _late(room, base, told), _late(tail, tail_base, told)
    finally:
        room.close()
        tail.close()
    for one in runs:
        one.until_over()
    lost = len(told) - len(on_screen)
    p50, p99 = percentile(on_screen, 0.5), percentile(on_screen, 0.99)
    anchor = f"tail -F {percentile(in_tail, 0.5):.1f} / {percentile(in_tail, 0.99):.1f} ms"
    rate = turns * 1000 / _PAUSE_MS
    driver, grown = max(late[1]) / 1024, (late[0] - early[0]) / 1024
    driver_grown = (max(late[1]) - max(early[1])) / 1024
    about = f"{turns} turns of Codex, {rate:.0f} pieces/s"
    return [
        Figure("8c", f"{about}, p50 ({lost} lost)", anchor, f"{p50:.1f} ms", p50, 20),
        Figure("8c", "the same, p99", anchor, f"{p99:.1f} ms", p99, 40),
        Figure("8c", "the same, processor of the room", "–", f"{used:.1f} %", used, 12),
        Figure("8c", "the same, processor of all supervisors", "–", f"{used_each:.1f} %", used_each, 50),
        Figure(
            "8c", "memory of the room, grown meanwhile", "flat", f"{grown:+.1f} of {late[0] / 1024:.0f} MB", grown, 4
        ),
        Figure("8c", "memory of the largest supervisor", "–", f"{driver:.1f} MB", driver, 40),
        Figure("8c", "the same, grown meanwhile", "flat", f"{driver_grown:+.1f} MB", driver_grown, 2),
    ]


def _for(codex: RealCodex) -> dict[str, str]:
    return {**environment(codex.base), **codex.environ}


def _is_at_gate(run: SessionRun) -> bool:
    protocol = run.files / "protocol.jsonl"
    return protocol.exists() and '"commandExecution"' in protocol.read_text(errors="replace")


def _told(run: SessionRun) -> Mapping[str, float]:
    """Every piece of the message, with the wall-clock second at which its server said it."""
    told: dict[str, float] = {}
    for frame in run.protocol:
        message = frame.get("msg", {})
        if message.get("method") == "item/agentMessage/delta":
            at_ms = message.get("emittedAtMs") or frame["at_ms"]
            told[message["params"]["delta"].strip()] = at_ms / 1000
    assert told, json.dumps(run.protocol[-3:])
    return told


def _late(terminal: Terminal, base: int, told: Mapping[str, float]) -> list[float]:
    """Milliseconds from the server's word to the first chunk that shows it."""
    ahead = time.time() - time.perf_counter()
    replay, seen = Replay(), dict[str, float]()
    for number, chunk in enumerate(terminal.chunks):
        replay.feed(chunk)
        if number >= base:
            text = replay.text
            for mark in told:
                if mark not in seen and mark in text:
                    seen[mark] = chunk.at + ahead
    return [(seen[mark] - at) * 1000 for mark, at in told.items() if mark in seen]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=32)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--limit", type=float, help="exit 1 when a figure misses its target by this factor")
    given = parser.parse_args()
    program = native_codex()
    if program is None:
        print(WHY_SKIPPED, file=sys.stderr)
        return 2
    # The stamps of what arrives must not wait for the model, which is a thread of this process.
    sys.setswitchinterval(0.0005)
    with real_codex(program) as codex:
        os.environ.update(codex.environ)
        figures = measure(codex, given.turns, given.lines)
    print("| # | metric | anchor | measured | of target |\n| --- | --- | --- | --- | --- |")
    for one in figures:
        print(f"| {one.row} | {one.metric} | {one.anchor} | {one.measured} | {one.ratio:.2f} |")
    return 1 if given.limit is not None and any(one.ratio > given.limit for one in figures) else 0


if __name__ == "__main__":
    raise SystemExit(main())
