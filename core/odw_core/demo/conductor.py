"""Conductor: the process that starts the players at their times and ends them with its stdin. Shows nothing."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from odw_core.demo.manifest import Story, read_stories
from odw_core.demo.player import PLAYED
from odw_core.errors import OdwError

_STAND_IN = """\
# Plays a recorded run in the place of the real program.
from odw_core.demo.player import main
raise SystemExit(main(__import__("sys").argv[1:]))
"""
_GRACE_S = 2.0


@dataclass(slots=True)
class Conductor:
    """All stories of one demo. ``stage`` holds the stand-ins; ``only_once`` plays nothing again."""

    workspace: Path
    stage: Path
    pace: float
    only_once: bool
    _players: list[Process] = field(default_factory=list)

    async def conduct(self, stories: Sequence[Story]) -> None:
        """Play until the other end of stdin is closed. Says ``played`` once everything was played once.

        Raises ``OdwError`` when a player breaks off before it has played everything.
        """
        for program in {story.program for story in stories}:
            self._stand_in(program).write_text(_STAND_IN, "utf-8")
        once = [asyncio.get_running_loop().create_future() for _ in stories]
        playing = [asyncio.create_task(self._tell(story, done)) for story, done in zip(stories, once, strict=True)]
        ending = [asyncio.create_task(_end_of_stdin()), asyncio.create_task(_say_when_all(once))]
        try:
            await asyncio.wait(ending, return_when=asyncio.FIRST_EXCEPTION)
            await asyncio.gather(*(task for task in ending if task.done()))
        finally:
            for task in (*playing, *ending):
                task.cancel()
            await asyncio.gather(*playing, *ending, return_exceptions=True)
            await self._end_players()

    async def _tell(self, story: Story, once: asyncio.Future[None]) -> None:
        await asyncio.sleep(story.starts_after_s / self.pace)
        for turn in range(1 if self.only_once else story.times):
            if turn and story.again_after_s:
                await asyncio.sleep(story.again_after_s / self.pace)
            player = await self._start(story)
            assert player.stdout is not None
            said = await player.stdout.readline()
            if said != PLAYED:
                once.set_exception(OdwError(f"the story {story.name!r} broke off"))
                return
            if not once.done():
                once.set_result(None)
            await player.wait()
            self._players.remove(player)

    async def _start(self, story: Story) -> Process:
        arguments = story.arguments(self.workspace, self.pace)
        program = str(self._stand_in(story.program))
        player = await asyncio.create_subprocess_exec(
            sys.executable, program, *arguments, stdout=PIPE, cwd=self.workspace
        )
        self._players.append(player)
        return player

    def _stand_in(self, program: str) -> Path:
        """A script by the name of the real program, since a run belongs to a process of that name."""
        return self.stage / program

    async def _end_players(self) -> None:
        """They see the end of stdin by themselves; who does not is ended."""
        waiting = [asyncio.create_task(player.wait()) for player in self._players]
        if not waiting:
            return
        await asyncio.wait(waiting, timeout=_GRACE_S)
        for player in self._players:
            with contextlib.suppress(ProcessLookupError):
                player.kill()
        await asyncio.gather(*waiting)


async def _end_of_stdin() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def _say_when_all(once: Sequence[asyncio.Future[None]]) -> None:
    await asyncio.gather(*once)
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), PLAYED)


def main(arguments: Sequence[str]) -> int:
    """Conduct the demo; afterwards remove what was named."""
    parser = argparse.ArgumentParser(description="Play the stories of the demo.")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--stage", type=Path, required=True)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--only-once", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        asyncio.run(Conductor(asked.workspace, asked.stage, asked.pace, asked.only_once).conduct(read_stories()))
    finally:
        shutil.rmtree(asked.stage, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
