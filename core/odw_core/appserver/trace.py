"""Trace: every frame that goes either way, as it comes, one JSON line each. What a person typed as a secret is never in
it."""

from __future__ import annotations

import json
from collections.abc import Callable

from odw_core.appserver.messages import Request
from odw_core.engines.codex.elicitation import secret_properties
from odw_core.engines.loose import Json, flag, mapping, objects, sequence, text

Sink = Callable[[str], None]
"""Takes one line without its end."""

TO_SERVER, FROM_SERVER = "client->server", "server->client"
_SHORTEST = 4
"""Shorter secrets are hidden in the answer itself only: they would be found in half of all words."""


class Secrets:
    """What was typed into secret fields, kept in memory only, to hide it wherever it comes up again."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def learn(self, value: str) -> None:
        """Hide this from now on."""
        if len(value.strip()) >= _SHORTEST:
            self._known.add(value)

    def hide(self, said: str) -> str:
        """``said`` with every known secret as asterisks of the same length."""
        for secret in self._known:
            if secret in said:
                said = said.replace(secret, "*" * len(secret))
        return said

    def hide_in(self, value: object) -> object:
        """The same for every text inside a JSON value."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.hide_in(one) for one in value]
        if isinstance(value, dict):
            return {key: self.hide_in(one) for key, one in value.items()}
        return value

    def begins(self, said: str) -> int:
        """How many of the last characters could be the beginning of a secret that goes on in what follows."""
        longest = max((len(secret) for secret in self._known), default=0)
        for length in range(min(longest - 1, len(said)), 0, -1):
            end = said[-length:]
            if any(secret.startswith(end) for secret in self._known):
                return length
        return 0

    def __bool__(self) -> bool:
        return bool(self._known)


class HidingStream:
    """A text that comes in pieces, with secrets hidden across their borders."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        if not self._secrets and not self._held:
            return piece
        said = self._secrets.hide(self._held + piece)
        cut = len(said) - self._secrets.begins(said)
        self._held = said[cut:]
        return said[:cut]

    def rest(self) -> str:
        """What was held back, when nothing follows."""
        said, self._held = self._held, ""
        return said


class Trace:
    """Writes frames to ``sink``. ``now`` gives Unix seconds."""

    def __init__(self, sink: Sink, now: Callable[[], float], secrets: Secrets | None = None) -> None:
        self._sink = sink
        self._now = now
        self.secrets = Secrets() if secrets is None else secrets

    def frame(self, direction: str, frame: str | bytes, *, is_json: bool = True) -> None:
        """Note one frame; one that is no JSON is noted as a text."""
        said = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        if is_json and self.secrets:
            said = json.dumps(self.secrets.hide_in(json.loads(said)), separators=(",", ":"))
        elif is_json:
            # A newline in JSON stands between values only.
            said = said.replace("\n", " ").replace("\r", " ").strip()
        else:
            said = json.dumps(self.secrets.hide(said))
        self._sink(f'{{"at_ms":{int(self._now() * 1000)},"dir":"{direction}","msg":{said}}}')

    def answer(self, request: Request, result: Json, frame: str) -> None:
        """Note our answer; the values of secret fields are asterisks, however short they are."""
        hidden = {text(one, "id") for one in objects(request.params, "questions") if flag(one, "isSecret")}
        given, filled_in = result.get("answers"), result.get("content")
        properties = secret_properties(mapping(request.params, "requestedSchema"))
        if isinstance(filled_in, dict) and properties & filled_in.keys():
            content = {name: "*" * len(str(one)) if name in properties else one for name, one in filled_in.items()}
            self.frame(TO_SERVER, json.dumps({"id": request.id, "result": {**result, "content": content}}))
            return
        if not hidden or not isinstance(given, dict):
            self.frame(TO_SERVER, frame)
            return
        answers = {
            key: {"answers": ["*" * len(str(one)) for one in sequence(value, "answers")]}
            if key in hidden and isinstance(value, dict)
            else value
            for key, value in given.items()
        }
        self.frame(TO_SERVER, json.dumps({"id": request.id, "result": {**result, "answers": answers}}))
