"""A rollout as it is, but for what a person answered in confidence: stars stand in its place, nothing moves."""

from __future__ import annotations

from odw_core.engines.codex.secret_answers import SecretAnswers
from odw_core.files.confidences import Confidences, ConfidingFile
from odw_core.text.hidden import Ranges


class TranscriptFile(ConfidingFile):
    """A rollout."""

    def confided(self) -> Confidences:
        """The answers to questions that the agent marked as secret."""
        return SecretAnswers(self.path)


class ToldTranscriptFile(TranscriptFile):
    """For a reader that keeps answers to itself: only what was said again elsewhere is out of sight."""

    def hidden(self, confidences: Confidences, upto: int) -> Ranges:
        """Echoes alone."""
        return confidences.echoes(upto)
