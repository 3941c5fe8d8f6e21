"""Made-up scenario batches that read like a story: each call is one record of a run log, each story one fixture."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from odw_core.engines.scenario.records import Record, encode

FOLDER = Path(__file__).parents[1] / "fixtures" / "scenario"
BEGAN = datetime(2026, 2, 20, 10, 15, 0, tzinfo=timezone(timedelta(hours=1)))
NAME = "run-20260220-101500"
MODEL = "gpt-5-codex"

EMPTY_MODEL = 'unexpected status 400 Bad Request: {"detail":"The \'\' model is not supported when using Codex"}'
SCHEMA = "1 validation error for CallToolResult\ncontent\n  Field required [type=missing, input_value={}]"
ENOENT = "ERROR codex_core::exec: exec error: No such file or directory (os error 2)"
DENIED = "cannot write outputs/scenario_002.md: Permission denied (os error 13), cwd: /srv/batch"


class Batch:
    """Records in the order in which they are told; ``now`` goes on by two seconds with each."""

    def __init__(self, count: int = 3, *, model: str = MODEL, argv: tuple[str, ...] = ()) -> None:
        self.now, self.log, self.count = BEGAN, b"", count
        self.add(
            "run_start",
            run_id=NAME,
            started_at=BEGAN.isoformat(),
            argv=["python", "src/orchestrator.py", *argv],
            root="/srv/batch",
            model_expected=model,
            scenario_file="input/DataTransferScenarioList.md",
            scenario_count=count,
            template_sha="4e1243bd22c66e76c2ba9eddc1f91394e57f9f83",
        )

    def add(self, type_: str, /, **fields: object) -> Batch:
        self.log += encode(Record(type_, {"ts": self.now.isoformat(), **fields}))
        self.now += timedelta(seconds=2)
        return self

    def checks(self, name: str = "model", level: str = "PASS", detail: str = MODEL) -> Batch:
        return self.add("preflight", check=name, level=level, detail=detail)

    def starts(self, index: int, title: str = "") -> Batch:
        title = title or f"Transfer {index}"
        path = f"outputs/scenario_{index:03d}.md"
        return self.add(
            "scenario_start", index=index, title=title, prompt=f"Describe {title} in {path}.", output_path=path
        )

    def calls(self, index: int, command: str = "ls", error: str | None = None, **args: object) -> Batch:
        return self.add(
            "tool_call", index=index, name="shell", args={"command": command, **args}, ok=error is None, error=error
        )

    def ends(self, index: int, status: str = "OK", said: str | None = "Done.", **fields: object) -> Batch:
        wrote = status == "OK"
        known = {
            "title": f"Transfer {index}",
            "model_seen": MODEL,
            "file_written": f"outputs/scenario_{index:03d}.md" if wrote else None,
            "bytes": 1200 if wrote else 0,
            "duration_s": 4.0,
            "error": None,
        }
        return self.add("scenario_end", index=index, status=status, final_output=said, **{**known, **fields})

    def does(self, index: int) -> Batch:
        return self.starts(index).calls(index).ends(index)

    def stops(self, reason: str = "completed", **counts: int) -> Batch:
        return self.add("run_end", counts=counts, reason=reason, finished_at=self.now.isoformat())


def stopped_early() -> Batch:
    """17 of 40 scenarios, then nothing more."""
    batch = Batch(40).checks()
    for index in range(1, 17):
        batch.does(index)
    return batch.starts(17).calls(17)


def empty_model() -> Batch:
    """A blank model in two scenarios, and what only followed from it."""
    batch = Batch(3, model=MODEL).checks()
    for index in (1, 2):
        batch.starts(index).calls(index, "codex", EMPTY_MODEL).calls(index, "codex", SCHEMA)
        batch.ends(index, "FAILED", None, model_seen="", error="executor failed")
    return batch.does(3).stops(OK=1, FAILED=2)


def missing_command() -> Batch:
    """A command that is not there, forty times, and every file written all the same."""
    batch = Batch(10).checks()
    for index in range(1, 11):
        batch.starts(index)
        for _ in range(4):
            batch.calls(index, "rg --files", ENOENT)
        batch.ends(index)
    return batch.stops(OK=10)


def read_only_outputs() -> Batch:
    """A file that could not be written; the answer is kept in the log."""
    batch = Batch(2).checks().does(1).starts(2).calls(2, "tee outputs/scenario_002.md", DENIED)
    batch.ends(2, "NO_FILE", "# Transfer 2\n\nThe text that could not be saved.")
    return batch.stops(OK=1, NO_FILE=1)


def conflict() -> Batch:
    """Two model variables that say different things: nothing starts, nothing is cleared."""
    batch = Batch(5).checks("outputs writable", detail="outputs/")
    return batch.checks("model variables", "FAIL", "OPENAI_DEFAULT_MODEL=gpt-4o is not gpt-5-codex")


STORIES = {
    "stopped-early": stopped_early,
    "empty-model": empty_model,
    "missing-command": missing_command,
    "read-only-outputs": read_only_outputs,
    "conflict": conflict,
}

OLD_LOG = f"""[2026-02-19 18:30:01] START 1/3 Transfer 1
2026-02-19T17:30:02Z {ENOENT}
2026-02-19T17:30:03Z {ENOENT}
[2026-02-19 18:30:09] END   1/3 OK 8.0s Transfer 1
[2026-02-19 18:30:09] START 2/3 Transfer 2
2026-02-19T17:30:10Z ERROR {EMPTY_MODEL}
pydantic_core._pydantic_core.ValidationError: {SCHEMA}
[2026-02-19 18:30:11] END   2/3 FAILED 2.0s Transfer 2
""".encode()


def write_fixtures() -> None:
    """Lay every story down as a workspace of its own."""
    for name, story in STORIES.items():
        logs = FOLDER / name / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"{NAME}.log").write_bytes(story().log)
    raw = FOLDER / "read-only-outputs" / "logs" / f"{NAME}.d"
    raw.mkdir(exist_ok=True)
    (raw / "002-raw.jsonl").write_text(json.dumps({"id": "resp_1", "output": []}) + "\n")
    old = FOLDER / "old-error-log" / "logs" / "error_output"
    old.mkdir(parents=True, exist_ok=True)
    (old / "021926_1830.errorlog").write_bytes(OLD_LOG)


if __name__ == "__main__":
    write_fixtures()
