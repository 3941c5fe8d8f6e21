"""Recorded talks with the app server, played back: what a person would be asked, and how each turn ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odw_core.agents.turn import TurnStory
from odw_core.appserver.messages import Message, Notification, Request, Result, decode
from odw_core.engines.codex.asker import Asker
from odw_core.engines.codex.server_question import server_question
from odw_core.model.address import Address
from odw_core.model.question import Question, Road

FOLDER = Path(__file__).parents[1] / "fixtures" / "codex" / "app_server"
ASKER = Asker(Address("codex", "t"), "the session", "server", "you, here", Road.SERVER, workspace="/home/dev/work/proj")


def names() -> list[str]:
    """Every recorded talk with an app server; the one with an MCP server of an old version is none."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl") if not path.stem.startswith("mcp_"))


def frames(name: str) -> list[dict[str, Any]]:
    """Every frame of a talk: connection, direction, message."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text().splitlines()]


def from_server(name: str) -> Iterator[str]:
    """What the server said, as it came over the wire."""
    for frame in frames(name):
        if frame["dir"] == "server->client":
            yield json.dumps(frame["msg"])


@dataclass
class Played:
    """What came out of a talk."""

    asked: list[Question] = field(default_factory=list)
    """Each card once, in order."""
    open: list[Question] = field(default_factory=list)
    """Cards that were never resolved."""
    endings: list[str] = field(default_factory=list)
    stories: dict[str, TurnStory] = field(default_factory=dict)


def play(said: Iterable[str | bytes]) -> Played:
    """Let a listener hear all of it, on one connection or several at once. Never raises, whatever was said."""
    played = Played()
    waiting: dict[object, Question] = {}
    for frame in said:
        message: Message | None = decode(frame)
        match message:
            case Notification():
                story = played.stories.setdefault(message.thread, TurnStory(message.thread))
                if message.method == "turn/started":
                    story = played.stories[message.thread] = TurnStory(message.thread, message.turn)
                was_over = story.is_over
                story.take(message)
                if story.is_over and not was_over:
                    played.endings.append(story.status)
                if message.method == "serverRequest/resolved":
                    waiting.pop(str(message.params.get("requestId")), None)
            case Request():
                told = played.stories.get(message.thread)
                changes = told.changes.get(message.item) if told else None
                question = server_question(message.method, message.params, ASKER, changes)
                if question is not None:
                    if question not in played.asked:
                        played.asked.append(question)
                    waiting[str(message.id)] = question
            case Result() | None:
                pass
            case _:
                pass
    played.open = list(waiting.values())
    return played
