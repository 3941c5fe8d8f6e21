"""A rollout as it is, but for what a person answered in confidence: stars stand in its place, nothing moves."""

from __future__ import annotations

from odw_core.engines.codex.secret_answers import SecretAnswers
from odw_core.files.growing_file import GrowingFile, Growth
from odw_core.text.hidden import Ranges, blanked


class TranscriptFile(GrowingFile):
    """Reads no more of the file for its secrets than what was read of it by then."""

    _secrets: SecretAnswers | None = None
    _known_to = 0
    _ranges: Ranges = ()

    def read(self, offset: int, length: int) -> bytes:
        data = super().read(offset, length)
        if offset + len(data) > self._known_to:
            self._secrets = self._secrets or SecretAnswers(self.path)
            self._known_to = offset + len(data)
            self._ranges = self._hidden(self._secrets)
        return blanked(data, offset, self._ranges) if self._ranges else data

    def _hidden(self, secrets: SecretAnswers) -> Ranges:
        return secrets.ranges(self._known_to)

    def refresh(self) -> Growth:
        growth = super().refresh()
        if growth is Growth.REPLACED:
            self._known_to, self._secrets = 0, None
        return growth


class ToldTranscriptFile(TranscriptFile):
    """For a reader that keeps answers to itself: only what was said again elsewhere is out of sight."""

    def _hidden(self, secrets: SecretAnswers) -> Ranges:
        return secrets.echoes(self._known_to)
