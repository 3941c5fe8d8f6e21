"""How bad a line of a log sounds. Judges words only, knows no program's format."""

from __future__ import annotations

import re

from odw_core.text.needle import Needle

ERROR = Needle(
    # ``TypeError`` and ``stack_error`` are errors; ``0 failed``, ``no error`` and ``errors: 0`` are none.
    re.compile(
        r"(?<!\b0 )(?<!\bno )(?:\b[a-z_]*(?:error|exception)\b|\b(?:fatal|panic|panicked|failed)\b)", re.IGNORECASE
    ),
    ("error", "fatal", "panic", "failed", "exception"),
    ignores_case=True,
)
"""Lines that say that something broke."""

WARNING = Needle(re.compile(r"\bwarn(?:ing)?\b", re.IGNORECASE), ("warn",), ignores_case=True)
"""Lines that say that something may break."""
