"""Asked: open questions of every kind that can be decided from here, for tests and pictures of cards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drivers import samples
from odw_core.decide.risk import judge
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.question import Choice, Field, Question, Road

ADDRESS = samples.room_items()[0].address
FOLDER = f"{samples.WORK}/shop"
VIA = "you, from here: your answer goes to the app server that runs the session"
DECISIONS = ("accept", "acceptForSession", "acceptWithExecpolicyAmendment", "decline", "cancel")
PATCH = """\
--- a/src/price.py
+++ b/src/price.py
@@ -1,3 +1,3 @@
 def total(items):
-    return sum(items)
+    return round(sum(items), 2)
     # the end
--- /dev/null
+++ b/src/rounding.py
@@ -0,0 +1,2 @@
+STEP = 0.01
+HALF = STEP / 2
"""


def asked(name: str, address: Address = ADDRESS, **fields: Any) -> Question:
    """A question that can be answered from here; any field of ``Question`` can be given."""
    given: dict[str, Any] = {"why_not": None, "road": Road.SERVER, "answer_via": VIA, "digest": f"{name:0<64}"[:64]}
    return samples.question(address, name, **{**given, **fields})


def command(name: str = "cmd", text: str = "npm test", **fields: Any) -> Question:
    """A command that waits to be allowed, judged as an engine does."""
    risk = judge("command", text, cwd=FOLDER, workspace=FOLDER)
    given: dict[str, Any] = {
        "kind": "approval",
        "title": f"run {text}?",
        "body": text,
        "subject": "the session",
        "fields": (),
        "decisions": DECISIONS,
        "risk": risk.why,
        "confirm": risk.word,
        "details": (
            ("command", text),
            ("folder", FOLDER),
            ("reason", "The tests must pass before I go on."),
            ("always allow", text),
        ),
    }
    return asked(name, **{**given, **fields})


def patch(name: str = "patch", **fields: Any) -> Question:
    """A patch that waits to be allowed."""
    given: dict[str, Any] = {
        "kind": "approval",
        "title": "apply a patch: 2 files?",
        "body": "change src/price.py\nadd src/rounding.py",
        "subject": "the session",
        "fields": (),
        "decisions": ("accept", "acceptForSession", "decline", "cancel"),
        "details": (
            ("patch", PATCH),
            ("file", "change src/price.py"),
            ("file", "add src/rounding.py"),
            ("reason", "Rounding was missing."),
        ),
    }
    return asked(name, **{**given, **fields})


def form(name: str = "form", **fields: Any) -> Question:
    """Three things at once: options, a text, a secret."""
    given: dict[str, Any] = {
        "title": "Keep, Why, Token",
        "body": "Keep: How long?\nWhy: And why?\nToken: Which token?",
        "subject": "the session",
        "fields": (
            Field(
                "keep",
                "Keep",
                (Choice("7 days", "what the old queue did"), Choice("30 days", "what the reviewer asks for")),
                allows_other=True,
            ),
            Field("why", "Why"),
            Field("token", "Token", is_secret=True),
        ),
        "decisions": ("answer",),
        "details": (
            ("keep", "How long are closed items kept in the queue?"),
            ("why", "And why so long?"),
            ("token", "Which token does the deploy use?"),
        ),
    }
    return asked(name, **{**given, **fields})


def room(*questions: Question) -> Snapshot:
    """The sample room with exactly these questions."""
    return replace(samples.room(), questions=questions)


BLOCKERS = (
    "correctness: src/price.py:12 rounds before it adds, so three thirds are not one",
    "tests: nothing proves what an empty cart costs",
    "owner-risk: the queue keeps closed items for 30 days, the spec says nothing about it",
)


def gate(name: str = "gate", **fields: Any) -> Question:
    """A candidate that waits to be let into the tree."""
    given: dict[str, Any] = {
        "kind": "gate",
        "title": "land round 2 of the pricing queue?",
        "body": "2 tasks, 2 files; 2 of 3 reviewers approve",
        "subject": "batch-review-r2",
        "fields": (
            Field("feedback", "What shall become different", is_optional=True),
            Field(
                "overrule",
                "Overrule blockers",
                tuple(Choice(text) for text in BLOCKERS),
                is_optional=True,
                takes_several=True,
            ),
        ),
        "decisions": ("approve", "reject", "add_round", "stop"),
        "risk": None,
        "details": (
            ("round", "2 of 4"),
            ("base", "6f0c91e2ab34"),
            ("task", "price: src/price.py +1 -1"),
            ("task", "rounding: src/rounding.py +2"),
            ("reviewer", "correctness: reject, 1 blocker"),
            ("reviewer", "tests: approve, 1 risk"),
            ("reviewer", "owner-risk: approve"),
            *(("blocker", text) for text in BLOCKERS),
            ("patch", PATCH),
        ),
    }
    return asked(name, **{**given, **fields})


PROMPTS = (
    "Round the total to cents.\n\nChange src/price.py alone.\nAdd a test for three thirds.",
    "Write src/rounding.py with the steps that price.py needs.",
)


def plan(name: str = "plan", **fields: Any) -> Question:
    """Tasks that wait before any agent starts on them."""
    given: dict[str, Any] = {
        "kind": "plan",
        "title": "start on these 2 tasks?",
        "body": "price owns src/price.py; rounding owns src/rounding.py",
        "subject": "planner",
        "fields": (Field("price", "price", default=PROMPTS[0]), Field("rounding", "rounding", default=PROMPTS[1])),
        "decisions": ("approve", "stop"),
        "risk": None,
        "details": (
            ("goal", "Add rounding to the pricing queue"),
            ("task", "price: src/price.py"),
            ("task", "rounding: src/rounding.py"),
        ),
    }
    return asked(name, **{**given, **fields})
