"""ScenarioBatch: a repository with a list of scenarios, in which real supervisors drive scripted agents through it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from drivers.driven import Driven, Json
from drivers.runs_world import RunsWorld
from odw_core.model.address import Address

MODEL = "gpt-5-codex"
TEMPLATE = "Scenario {index} of {total}: {title}\n{body}\nWrite the answer to {output_path}.\n"
VARIABLES = ("INTERLLM_MODEL", "OPENAI_DEFAULT_MODEL", "OPENAI_MODEL", "CODEX_MODEL")


def listed(count: int) -> str:
    """A list of so many scenarios."""
    return "# Transfers\n\n" + "\n".join(f"{number}. Transfer {number}" for number in range(1, count + 1)) + "\n"


def writes(index: int, *before: Json, text: str = "", **more: Any) -> Json:
    """An entry of a scenario that writes its file."""
    file = {"write": f"outputs/scenario_{index:03}.md", "text": text or f"# Transfer {index}\n"}
    return {"key": f"scenario-{index:03}", "do": [*before, file], "result": f"wrote {index}", **more}


def every(*before: Json, count: int = 6, **more: Any) -> list[Json]:
    """Entries for all scenarios that no entry before them is for."""
    return [writes(index, *before, **more) for index in range(1, count + 1)]


class ScenarioBatch(Driven):
    """One repository, its script and its batches."""

    WORKFLOW: ClassVar[str] = "scenario-batch"

    def __init__(self, world: RunsWorld, base: Path, count: int = 3) -> None:
        super().__init__(world)
        self.script = base / "script.json"
        self.root = world.workspace
        self.write("input/DataTransferScenarioList.md", listed(count))
        self.write("input/prompt_template.txt", TEMPLATE)
        self.write("src/prompt_template_base.txt", TEMPLATE)
        self.write("src/.env", f"INTERLLM_MODEL={MODEL}\n")
        (self.root / "outputs").mkdir()
        self.play(*every(count=count))

    def write(self, path: str, text: str | bytes) -> None:
        """A file below the root."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(text.encode() if isinstance(text, str) else text)

    def play(self, *entries: Json) -> None:
        """What agents do from now on; the first entry that fits a call counts."""
        self.script.write_text(json.dumps({"model": MODEL, "entry": [*entries]}))

    def given(self, **more: object) -> Json:
        """The input of a batch."""
        return {"agent": "scripted", "script": str(self.script), **more}

    async def whole(self, **more: object) -> Address:
        """Run a batch to its end; its address."""
        async with self.world.room() as room:
            run = await self.start(room, **more)
            await self.over(room, run)
        return run

    def log(self, run: Address) -> Path:
        """The log of a batch."""
        links = [one for one in self.world.events(run, "agent_session") if one["runtime"] == "scenario"]
        assert len(links) == 1
        return self.root / "logs" / f"{links[0]['thread']}.log"

    def records(self, run: Address, kind: str = "") -> list[Json]:
        """Its records, of one kind or all."""
        found = [json.loads(line) for line in self.log(run).read_bytes().splitlines()]
        return [one for one in found if not kind or one["type"] == kind]

    def lines(self, run: Address) -> list[str]:
        """The lines that a batch prints."""
        return [str(event["line"]) for event in self.world.events(run, "scenario_event")]

    def statuses(self, run: Address) -> dict[int, str]:
        """How each scenario ended, by the log."""
        return {one["index"]: one["status"] for one in self.records(run, "scenario_end")}

    def calls(self, run: Address) -> list[str]:
        """The nodes that agents were given, in order."""
        return [str(event["key"]) for event in self.world.events(run, "agent_start")]

    def outputs(self) -> dict[str, str]:
        """What lies in the outputs."""
        return {path.name: path.read_text() for path in sorted((self.root / "outputs").iterdir()) if path.is_file()}

    def is_older(self, name: str) -> None:
        """Make a file of the outputs older than everything."""
        os.utime(self.root / "outputs" / name, (1, 1))


@pytest.fixture
def place(world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScenarioBatch]:
    """A repository with three scenarios."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield ScenarioBatch(world, tmp_path)
