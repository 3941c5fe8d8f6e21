"""A batch that is half through, as its log tells it: one scenario with an empty model and what followed from it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from odw_core.engines.scenario.engine import ScenarioEngine
from odw_core.model.address import Address
from odw_core.model.detail import RunDetail
from odw_core.model.evidence import Appended, Facts, Unit

LOG = Address("scenario", "run-20260220-101500")
BEGAN = datetime(2026, 2, 20, 10, 15, 0, tzinfo=UTC).timestamp()
NOW = BEGAN + 70.0
_MODEL = "gpt-5-codex"
_EMPTY = "unexpected status 400 Bad Request: The '' model is not supported when using Codex"
_SCHEMA = "1 validation error for CallToolResult\ncontent\n  Field required"


def _line(after_s: float, kind: str, **fields: object) -> bytes:
    at = datetime.fromtimestamp(BEGAN + after_s, UTC).isoformat()
    return json.dumps({"type": kind, "ts": at, **fields}).encode() + b"\n"


def journal() -> bytes:
    """The whole log so far: three of six are over, the fourth is at work."""
    lines = [_line(0, "run_start", run_id="r", model_expected=_MODEL, scenario_file="input/List.md", scenario_count=6)]
    for index, status, model in ((1, "OK", _MODEL), (2, "FAILED", ""), (3, "OK", "gpt-4o")):
        name, file = f"transfer {index}", f"outputs/scenario_00{index}.md"
        began = 20.0 * (index - 1)
        lines.append(_line(began, "scenario_start", index=index, title=name, prompt="do it", output_path=file))
        if status == "FAILED":
            lines.append(_line(began + 1, "tool_call", index=index, name="shell", args={}, ok=False, error=_EMPTY))
            lines.append(_line(began + 2, "tool_call", index=index, name="shell", args={}, ok=False, error=_SCHEMA))
        ended = {"file_written": file, "bytes": 10} if status == "OK" else {"file_written": None, "error": _EMPTY}
        told = {"title": name, "status": status, "final_output": "Done.", "model_seen": model, "duration_s": 20.0}
        lines.append(_line(began + 20, "scenario_end", index=index, **told, **ended))
    lines.append(_line(60, "scenario_start", index=4, title="transfer 4", prompt="do it", output_path="outputs/x.md"))
    return b"".join(lines)


def running() -> RunDetail:
    """What the engine makes of it while the fourth scenario is at work."""
    engine = ScenarioEngine()
    acc = engine.start(Unit(LOG, "/work/batch", f"/work/batch/logs/{LOG.item}.log"))
    detail = engine.detail(engine.fold(acc, Appended("", 0, journal(), False)), Facts(NOW))
    assert isinstance(detail, RunDetail)
    return detail
