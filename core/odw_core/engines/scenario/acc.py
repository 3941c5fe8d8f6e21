"""What is known of a log while it is read: plain values only, so that a checkpoint can hold it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Ref:
    """Where one record stands in the log."""

    offset: int
    length: int


@dataclass(slots=True)
class HitAcc:
    """All hits of one kind in one try of a scenario."""

    kind: str
    text: str
    line: int
    offset: int
    at_ms: int | None
    note: str = ""
    """What must stand with it: the command before it, the path and folder, the models."""
    is_mild: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    """By witness: several may tell of the same trouble, so the largest number is the number."""

    @property
    def count(self) -> int:
        return max(self.counts.values(), default=1)


@dataclass(slots=True)
class TryAcc:
    """One try of one scenario."""

    index: int
    number: int
    title: str = ""
    started_ms: int | None = None
    ended_ms: int | None = None
    start: Ref | None = None
    end: Ref | None = None
    end_line: int = 0
    status: str = ""
    output_path: str = ""
    file_written: str = ""
    bytes: int | None = None
    duration_s: float | None = None
    error: str = ""
    model_seen: str = ""
    prompt: str = ""
    said: str = ""
    tools: int = 0
    failed_tools: int = 0
    last_command: str = ""
    last_folder: str = ""
    hits: list[HitAcc] = field(default_factory=list)


@dataclass(slots=True)
class CheckAcc:
    """One preflight check."""

    name: str
    level: str
    detail: str
    line: int
    offset: int


@dataclass(slots=True)
class ProblemAcc:
    """A line that could not be read."""

    offset: int
    reason: str


@dataclass(slots=True)
class RunAcc:
    """One run log. ``shape`` is empty until the first record told whether it is one."""

    item: str
    place: str
    shape: str = ""
    lines: int = 0
    size: int = 0
    is_torn: bool = False
    run_id: str = ""
    argv: list[str] = field(default_factory=list)
    root: str = ""
    model_expected: str = ""
    scenario_file: str = ""
    scenario_count: int | None = None
    planned: int | None = None
    """How many scenarios the run is to go through, where it says so itself."""
    template: str = ""
    template_file: str = ""
    started_ms: int | None = None
    first_ms: int | None = None
    last_ms: int | None = None
    checks: list[CheckAcc] = field(default_factory=list)
    tries: list[TryAcc] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)
    """Place in ``tries`` of the newest try of every index."""
    reason: str = ""
    has_end: bool = False
    end_line: int = 0
    end_offset: int = 0
    finished_ms: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    undecodable: int = 0
    problems: list[ProblemAcc] = field(default_factory=list)
    raw_files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SectionAcc:
    """What an old error log says while one scenario is at work; index 0 before the first."""

    index: int
    is_fine: bool = False
    """Its end says that the file was written."""
    hits: list[HitAcc] = field(default_factory=list)


@dataclass(slots=True)
class ErrorLogAcc:
    """One old plain-text error log."""

    item: str
    place: str
    lines: int = 0
    size: int = 0
    is_torn: bool = False
    sections: list[SectionAcc] = field(default_factory=list)
    last_line: str = ""
    schema_line: int = 0
    """Line (from 1) of a message that is told in two lines, while its second half may still come."""
    schema_offset: int = 0
    schema_text: str = ""


Acc = RunAcc | ErrorLogAcc
