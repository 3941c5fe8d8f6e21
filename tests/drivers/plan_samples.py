"""Samples of a planning run, with plans, contracts, causes, findings and files; and a diff with all that git says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.cause import Cause, Proof
from odw_core.model.detail import (
    Artifact,
    Attempt,
    Blocker,
    Cell,
    Column,
    ColumnKind,
    Contract,
    Duty,
    Mark,
    Notice,
    Plan,
    Row,
    RunDetail,
)
from odw_core.model.item import State, Tokens

ADDRESS = Address("converge", "20260212T030222995117Z")

PROOF = Proof(
    "stdout.log",
    299,
    "2026-02-12T03:04:13Z ERROR codex_core::rollout: rollout writer failed for ~/.codex/sessions/2026/02/12/"
    "rollout.jsonl: Permission denied (os error 13)",
)
CAUSE = Cause(
    "codex_home_not_writable",
    "planning failed because the sessions folder is not writable",
    "give yourself ~/.codex/sessions (its owner is root), then run it again",
    PROOF,
)

MARKDOWN = """\
# Plan for the **api**

Adds a `/v2/orders` endpoint and keeps `/v1` until the web app has moved.

## Proposed changes

1. Add the *endpoint* with its schema, see [the guide](https://example.com/guide)
2. Keep the old one for two releases
   - mark it as deprecated
   - [x] count who still calls it
3. Say so in `README.md`

> Every repo lands on its own; the contract comes first.

```python
def orders(request: Request) -> Response:
    return Response(load(request.id))
```

| repo | lands |
| --- | --- |
| api | first |

---
<script>alert(1)</script> ![logo](https://tracker.example/x.png)

## Questions

- Is the mobile app released before the web app?
"""

PROMPT = "\n".join(
    ["Goal: support for a modern frontend", "Repo: team1/api (python)", *(f"rule {n}" for n in range(1, 40))]
)


def plan(repo: str, **fields: Any) -> Plan:
    """A plan that Codex wrote for ``repo``."""
    given: dict[str, Any] = {
        "address": ADDRESS.child(repo),
        "repo": repo,
        "status": "OK",
        "badge": "Codex (gpt-5.3-codex)",
        "is_doubtful": False,
        "markdown": MARKDOWN,
        "prompt": PROMPT,
        "evidence": ("type: python", "signal: pyproject.toml", "python repo: keep the public API stable"),
        "model": "gpt-5.3-codex",
        "commands": ("python -m pip install -e .", "pytest -q"),
        "attachments": (
            Artifact(f"repo-plans/{repo}/plan.md", 1_210, f"file:repo-plans/{repo}/plan.md"),
            Artifact(
                f"repo-plans/{repo}/agent-prompt.txt", 310, f"file:repo-plans/{repo}/agent-prompt.txt", "a restatement"
            ),
        ),
    }
    return Plan(**{**given, **fields})


def planning_detail(**fields: Any) -> RunDetail:
    """Two rounds of planning for three repos: one plan is a fallback, one repo is missing, a person is asked."""
    run = samples.item(
        ADDRESS.item,
        State.WAITING,
        address=ADDRESS,
        title="support for a modern frontend",
        why="waits for you: 2 questions in round 2; the mobile repo was not found",
        place=f"{samples.WORK}/platform",
        stage="2 questions, round 2",
        driver="converge",
        tokens=Tokens(118_000, at_least=True),
        ended_at=samples.NOW - 60,
    )
    rows = tuple(Row(repo, repo, "task") for repo in ("api", "web", "mobile"))
    columns = (
        Column("collect", ColumnKind.PHASE, "collect", Mark.DONE, "3 repos", None, None),
        Column(
            "round-1",
            ColumnKind.ROUND,
            "round 1",
            Mark.REJECTED,
            "3 blockers",
            None,
            None,
            why="started because every run has a first round; stopped because 2 questions and 1 missing repo were open",
            tokens=Tokens(60_000),
        ),
        Column(
            "round-2",
            ColumnKind.ROUND,
            "round 2",
            Mark.WAITING,
            "3 blockers",
            None,
            None,
            why="started because round 1 left questions open; stopped at the ceiling of 2 rounds",
        ),
    )
    cells = tuple(
        Cell(repo, f"round-{number}", _mark(repo), "", () if repo == "mobile" else (_attempt(repo, number),))
        for repo in ("api", "web", "mobile")
        for number in (1, 2)
    )
    given: dict[str, Any] = {
        "item": run,
        "workflow": "coordinate",
        "backend": "codex",
        "max_rounds": 2,
        "columns": columns,
        "rows": rows,
        "cells": cells,
        "gates": (),
        "blockers": (
            Blocker("repo path not found", "mobile", None, None, ("mobile",), 2, "open"),
            Blocker("Is the mobile app released before the web app?", None, None, "planner", ("api",), 2, "open"),
            Blocker(
                "web consumes http:path:/v2/orders, nobody declares it", None, None, "contracts", ("web",), 2, "open"
            ),
        ),
        "landing": None,
        "verification": None,
        "checkpoints": (),
        "sessions": (),
        "streams": ("stdout",),
        "causes": (CAUSE,),
        "cause": (PROOF.text,),
        "plans": (
            plan("api"),
            plan("web", badge="heuristic: Codex failed (exit 1)", is_doubtful=True, causes=(CAUSE,), model=None),
            plan("mobile", status="HITL_REQUIRED", badge="heuristic: never asked", is_doubtful=True, prompt=None),
        ),
        "duties": (Duty("api", ("server side contracts", "data")), Duty("web", ("client side", "rendering"))),
        "contracts": (
            Contract("api", ("http:path:/v1/orders",), (), ("openapi.yaml",)),
            Contract("web", (), ("http:path:/v2/orders",), ("client.json",)),
        ),
        "findings": (
            Notice("plan web says OK, though Codex failed and a heuristic wrote it", True, PROOF),
            Notice("configured model gpt-5.3-codex, answered by nobody", True),
        ),
        "notices": (
            Notice("nothing was executed or installed; commands are hints"),
            Notice("trace id 0199a3f2-7b1c", proof=Proof("stdout.log", 2, "trace_id=0199a3f2-7b1c")),
        ),
        "artifacts": (
            Artifact("run.json", 18_400, "file:run.json"),
            Artifact("summary.md", 2_310, "file:summary.md"),
            Artifact("stdout.log", 48_000, "stdout", "saved by whoever started it"),
            Artifact("repo-plans/api/plan.md", 1_210, "file:repo-plans/api/plan.md", "of team2/api only"),
        ),
    }
    return replace(samples.run_detail(run), **{**given, **fields})


def _mark(repo: str) -> Mark:
    return {"api": Mark.DONE, "web": Mark.FAILED}.get(repo, Mark.NEEDS_OWNER)


def _attempt(repo: str, number: int) -> Attempt:
    failed = repo == "web"
    return samples.attempt(
        ADDRESS.child(repo),
        number,
        Mark.FAILED if failed else Mark.DONE,
        files=(),
        summary="" if failed else "Adds an endpoint.",
        error=f"Codex planning failed (model=gpt-5.3-codex, exit=1)\n{PROOF.text}" if failed else None,
        streams=("stdout",),
    )


DIFF = """\
diff --git a/src/render.js b/src/render.js
index 3b18e51..a9c2f04 100644
--- a/src/render.js
+++ b/src/render.js
@@ -10,4 +10,5 @@ export function render(digest) {
   const lines = [];
-  for (const id of digest.all) {
+  for (const id of digest.ids) {
+    if (!id) continue;
     lines.push(id);
   }
@@ -40,3 +41,3 @@
 }
-// old
+// new
 }
diff --git a/docs/old name.md b/docs/new name.md
similarity index 90%
rename from docs/old name.md
rename to docs/new name.md
diff --git a/logo.png b/logo.png
index 1..2 100644
Binary files a/logo.png and b/logo.png differ
diff --git a/test/empty.test.js b/test/empty.test.js
new file mode 100644
--- /dev/null
+++ b/test/empty.test.js
@@ -0,0 +1,2 @@
+test("empty", () => {
+});
\\ No newline at end of file
"""
