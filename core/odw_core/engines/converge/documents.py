"""The Markdown and text files of a run folder, as far as they say what no JSON says. Pure, never raises."""

from __future__ import annotations

import re

from odw_core.engines.converge.acc import DutyAcc

_TITLE = "# Responsibility Matrix"
_HEAD = 4_000_000
_STATUS = re.compile(r"^\*\*Status:\*\*\s*(\S+)")


def duties_of(text: str, goal: str) -> list[DutyAcc] | None:
    """The repos of a responsibility matrix; None when the text is none. A goal of many lines may hold headings."""
    text = text[:_HEAD]
    if not text.lstrip().startswith(_TITLE):
        return None
    text = text[_after_goal(text, goal) :]
    found: list[DutyAcc] = []
    for line in text.split("\n"):
        if line.startswith("## "):
            found.append(DutyAcc(line[3:].strip(), []))
        elif found and line.lstrip().startswith("- "):
            found[-1].duties.append(line.lstrip()[2:].strip())
    return found


def _after_goal(text: str, goal: str) -> int:
    """Where the text goes on after it repeated the goal word by word."""
    at = text.find(goal, max(0, text.find("Goal:"))) if goal else -1
    return 0 if at < 0 else at + len(goal)


def summary_of(text: str, goal: str) -> tuple[str, int, str, list[str]]:
    """(status, its line from 1, rationale, risks) of ``summary.md``; empty where it does not say."""
    text = text[:_HEAD]
    after = _after_goal(text, goal)
    first = text.count("\n", 0, after) + 1
    status, status_line, rationale, risks = "", 0, "", []
    is_split = False
    for number, line in enumerate(text[after:].split("\n"), first):
        if not status and (match := _STATUS.match(line)) is not None:
            status, status_line = match[1], number
        if line.startswith("## "):
            is_split = line.strip() == "## Proposed Responsibility Split"
        elif is_split and line.startswith("**Rationale:**"):
            rationale = line.removeprefix("**Rationale:**").strip()
        elif is_split and line.startswith("- Risk:"):
            risks.append(line.removeprefix("- Risk:").strip())
    return status, status_line, rationale, risks


def hints_of(text: str) -> list[str]:
    """The comments of ``commands.sh``: hints, none of which was executed."""
    lines = (line.strip() for line in text[:65_536].split("\n"))
    hints = [line.lstrip("#").strip() for line in lines if line.startswith("#") and not line.startswith("#!")]
    return [hint for hint in hints if hint][:100]
