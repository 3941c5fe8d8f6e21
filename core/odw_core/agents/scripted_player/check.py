"""The check of a script file: every mistake is told with its place. Opens nothing; it is given the bytes."""

from __future__ import annotations

import json
import tomllib
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag, ValidationError

from odw_core.agents.scripted_player import script as parts
from odw_core.agents.scripted_player.script import STEPS, Entry, Script
from odw_core.errors import UsageError


def _word_of(step: object) -> str | None:
    """The word that says what a step does."""
    found = [name for name in (step if isinstance(step, dict) else ()) if name in STEPS]
    return found[0] if len(found) == 1 else None


_Step = Annotated[
    Annotated[parts.Say, Tag("say")]
    | Annotated[parts.Write, Tag("write")]
    | Annotated[parts.Replace, Tag("replace")]
    | Annotated[parts.Delete, Tag("delete")]
    | Annotated[parts.Diff, Tag("diff")]
    | Annotated[parts.Ask, Tag("ask")]
    | Annotated[parts.Hear, Tag("hear")]
    | Annotated[parts.Wait, Tag("wait")]
    | Annotated[parts.Touch, Tag("touch")]
    | Annotated[parts.Sleep, Tag("sleep")]
    | Annotated[parts.Print, Tag("print")]
    | Annotated[parts.Flood, Tag("flood")]
    | Annotated[parts.Binary, Tag("binary")]
    | Annotated[parts.Tool, Tag("tool")]
    | Annotated[parts.Run, Tag("run")]
    | Annotated[parts.Model, Tag("model")]
    | Annotated[parts.Tokens, Tag("tokens")]
    | Annotated[parts.Hang, Tag("hang")]
    | Annotated[parts.Fail, Tag("fail")]
    | Annotated[parts.Exit, Tag("exit")]
    | Annotated[parts.Signal, Tag("signal")],
    Discriminator(
        _word_of,
        custom_error_type="step",
        custom_error_message=f"a step is a table that does exactly one of: {', '.join(STEPS)}",
    ),
]
_Number = Annotated[int, Field(ge=1)]
_Numbers = _Number | list[_Number] | None


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str | None = None
    label: str | None = None
    phase: str | None = None
    round: _Numbers = None
    attempt: _Numbers = None
    prompt: str | None = None
    do: list[_Step] = []
    result: JsonValue = None
    model: str | None = None
    tokens: Annotated[int | None, Field(ge=0)] = None

    def entry(self) -> Entry:
        return Entry(
            key=self.key,
            label=self.label,
            phase=self.phase,
            round=_listed(self.round),
            attempt=_listed(self.attempt),
            prompt=self.prompt,
            do=tuple(self.do),
            result=self.result,
            model=self.model,
            tokens=self.tokens,
        )


class _Script(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    entry: Annotated[list[_Entry], Field(min_length=1)]
    model: str = "scripted"


def parse_script(data: bytes, name: str) -> Any:  # noqa: ANN401
    """What a file of that name holds: JSON where it ends with ``.json``, else TOML. Raises ``UsageError``."""
    try:
        text = data.decode("utf-8")
        return json.loads(text) if name.endswith(".json") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if name.endswith(".json") else "TOML"
        raise UsageError(f"{name} is no {kind}: {error}") from None


def read_script(data: bytes, name: str) -> Script:
    """The script in a file of that name. Raises ``UsageError``."""
    given = parse_script(data, name)
    try:
        found = _Script.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        raise UsageError(f"{name}: {_place(first['loc'])}{said}") from None
    return Script(tuple(one.entry() for one in found.entry), found.model)


def _listed(wanted: int | list[int] | None) -> tuple[int, ...] | None:
    return (wanted,) if isinstance(wanted, int) else None if wanted is None else tuple(wanted)


def _place(location: tuple[int | str, ...]) -> str:
    """``entry 2, step 1, text: `` for people, who count from one."""
    words: list[str] = []
    is_step = False
    for part in location:
        if isinstance(part, int) and words:
            words[-1] = f"{'step' if words[-1] == 'do' else words[-1]} {part + 1}"
            is_step = words[-1].startswith("step")
        elif is_step:
            # The word that chose what the step is; a field of the same name may follow.
            is_step = False
        else:
            words.append(str(part))
    return f"{', '.join(words)}: " if words else ""
