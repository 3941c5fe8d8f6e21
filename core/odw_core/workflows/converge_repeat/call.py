"""The call as Converge made it: command line, schema, and the prompt that its record keeps. Starts nothing."""

from __future__ import annotations

from pathlib import Path

from odw_core.engines.converge import layout
from odw_core.engines.converge.names import RECORD
from odw_core.engines.converge.records import decode_run
from odw_core.errors import NotFound, Refused
from odw_core.files.safe_open import read_regular
from odw_core.text.ansi import one_line

PLAN_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "proposed_changes": {"type": "array", "items": {"type": "string"}},
        "questions_for_hitl": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["summary", "proposed_changes", "questions_for_hitl"],
    "additionalProperties": False,
}
_MOST = 256 << 20


def recorded_prompt(place: str, run: str, repo: str) -> str:
    """The prompt of a plan, whole. Raises ``NotFound`` or ``Refused`` when there is none."""
    try:
        record = decode_run(read_regular(Path(place, layout.RUNS, run, RECORD), _MOST))
    except OSError as error:
        raise NotFound(f"{run} has no run.json that can be read: {error.strerror or error}.") from None
    plans = [] if record is None else [plan for plan in record.plans if plan.repo == repo]
    if not plans:
        raise NotFound(f"{run} holds no plan for {one_line(repo, 120)!r}.")
    if not plans[-1].prompt:
        raise Refused(f"The plan of {one_line(repo, 120)} keeps no prompt for Codex, so nothing can be repeated.")
    return plans[-1].prompt


def argv(program: str, *, model: str | None, schema: Path, target: Path, repo: str, prompt: str) -> list[str]:
    """The words of the call; never with more rights than to read."""
    words = [program, "-a", "never", "exec", *(["-m", model] if model else []), "--sandbox", "read-only"]
    words += ["--skip-git-repo-check", "--output-schema", str(schema), "--output-last-message", str(target)]
    return [*words, "-C", repo, "--", prompt]
