"""The table of a campaign for owners: repository, run, state, what landed, its verification, what was asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from odw_core.text.ansi import one_line
from odw_core.text.secrets import masked

HEAD = ("repo", "run", "state", "landed commit", "files", "verification", "questions", "why")
TSV_MARK = "\t".join(HEAD)
"""First line of the table as a file."""
_CELL = 2_000
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One repository. All texts are foreign."""

    repo: str
    run: str
    """Address of its run as text; empty when none was started."""
    state: str
    commit: str
    """What holds the landing: a commit and its branch, or words where it is not committed."""
    files: tuple[str, ...]
    verification: str
    questions: tuple[str, ...]
    """What was asked and what became of it."""
    why: str

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of ``HEAD``."""
        asked = "; ".join(self.questions)
        files = ", ".join(self.files)
        return (self.repo, self.run, self.state, self.commit, files, self.verification, asked, self.why)


def table_text(rows: Iterable[CampaignRow]) -> str:
    """Tab-separated, one line a repository; no control character, no secret of a known shape, nothing that a sheet
    would take for a formula."""
    lines = [TSV_MARK, *("\t".join(map(_cell, row.cells)) for row in rows)]
    return "\n".join(lines) + "\n"


def _cell(said: str) -> str:
    shown = masked(one_line(said, _CELL))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
