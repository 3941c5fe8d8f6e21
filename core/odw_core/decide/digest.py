"""Digest: one function that says whether what is decided is what was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping


def digest(deciding: Mapping[str, object]) -> str:
    """SHA-256 (64 hex digits) over canonical JSON of everything that decides: no times, no rendered text."""
    canonical = json.dumps(deciding, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
