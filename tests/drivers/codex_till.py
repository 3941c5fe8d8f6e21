"""The live demo's story for the real Codex: the scripted model answers as the demo's script says, with real patches."""

from __future__ import annotations

import json
from typing import Any

from drivers.codex_batch import Steps, asks, says
from drivers.real_codex import RealCodex
from odw_core.demo.live import script

ROUNDING = "ROUND_HALF_EVEN"
"""What a person would answer; the demo's script lets them."""
TASKS = ("coupons", "basket", "receipt", "tests")
_OPEN = {"runtime": None, "permission": None, "model": None, "effort": None}


def teach(codex: RealCodex) -> None:
    """From now on the model plans, writes, finds something, repairs it and is content."""
    entries = {str(entry["key"]).rstrip("*").rstrip("-"): entry for entry in script()["entry"]}
    plan = entries["planner"]["result"]
    plan = {**plan, "tasks": [{**_OPEN, **task} for task in plan["tasks"]]}
    codex.model.teach("plan", [says(json.dumps(plan))], when="You plan work on")
    for task in TASKS:
        # One of them wants an approval first: something that only a person decides.
        before: Steps = [asks(task)] if task == "basket" else []
        codex.model.teach(task, [*before, *_work(entries[task])], when=f"You do task {task} of a batch")
    repair = _work(entries["coupons-repair"])
    codex.model.teach("repair", repair, when="What an earlier attempt of this task got wrong")
    for reviewer, first in (("correctness", "review-correctness-r1"), ("owner-risk", "review-owner-risk-r")):
        for number, key in ((1, first), (2, f"review-{reviewer}-r")):
            said = says(json.dumps(entries[key]["result"]))
            codex.model.teach(f"{reviewer}-{number}", [said], when=f"You are the reviewer {reviewer}, round {number}.")


def _work(entry: dict[str, Any]) -> Steps:
    """Every file of an entry, written whole by one command each, then the last words."""
    writes = [step for step in entry["do"] if "write" in step]
    steps: Steps = []
    for step in writes:
        text = str(step["text"]).replace("{{rounding}}", ROUNDING)
        steps.append({"exec": f"cat > {step['write']} <<'TILL'\n{text.rstrip()}\nTILL"})
    return [*steps, says(str(entry["result"]).replace("{{rounding}}", ROUNDING))]
