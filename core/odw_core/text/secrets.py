"""Secrets in foreign text made unreadable, letter by letter, so that lengths and offsets stay. Pure, never raises.

Knows shapes, not values: it helps against showing by accident, not against somebody who hides one on purpose.
"""

from __future__ import annotations

import re

MASK = "*"

_NAMED = r"(?:api[_-]?key|access[_-]?key|secret|token|passw(?:or)?d|credentials?)"

# What makes a pattern worth trying at all, and the pattern; ``secret`` is what goes, the words around it stay.
_SHAPES: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (signs, re.compile(pattern, flags))
    for signs, pattern, flags in (
        (("sk-",), r"(?<![A-Za-z0-9])sk-(?P<secret>[A-Za-z0-9_-]{8,})", 0),
        (("earer", "EARER"), r"\bbearer[ \t]{1,4}(?P<secret>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE),
        (
            ("asic", "ASIC"),
            r"\bauthorization[\"':= \t]{1,6}basic[ \t]{1,4}(?P<secret>[A-Za-z0-9+/=]{6,})",
            re.IGNORECASE,
        ),
        (("gh",), r"\bgh[pousr]_(?P<secret>[A-Za-z0-9]{16,})", 0),
        (("github_pat_",), r"\bgithub_pat_(?P<secret>[A-Za-z0-9_]{16,})", 0),
        (("AKIA", "ASIA"), r"\bA[KS]IA(?P<secret>[0-9A-Z]{12,})", 0),
        (("xox",), r"\bxox[abeoprs]-(?P<secret>[A-Za-z0-9-]{8,})", 0),
        (("eyJ",), r"\beyJ(?P<secret>[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,2})", 0),
        (("PRIVATE KEY",), r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?P<secret>[^-]+)", 0),
        (("://",), r"://[^\s/@:\"']{1,64}:(?P<secret>[^\s/@\"']{3,256})@", 0),
        (("=",), _NAMED + r"[A-Za-z0-9_]{0,24}=[\"']?(?P<secret>(?![$%<{])[^\s\"'`&;,\\)\]}]{6,})", re.IGNORECASE),
        (
            (":",),
            # Also inside a text that is itself a string of JSON, where every quote has a backslash.
            _NAMED + r"[A-Za-z0-9_]{0,24}\\?[\"']\s{0,4}:\s{0,4}\\?[\"'](?P<secret>[^\s\"'\\]{6,})",
            re.IGNORECASE,
        ),
        ((":",), r"\b(?:x-)?api-key[ \t]{0,2}:[ \t]{0,4}(?P<secret>[^\s\"',;]{6,})", re.IGNORECASE),
    )
)


def masked(text: str) -> str:
    """``text`` with every secret of a known shape replaced by asterisks of the same length.

    Known: ``sk-…``, ``Bearer …``, ``Basic …``, tokens of GitHub, AWS and Slack, JWTs, private keys, passwords in
    addresses, ``OPENAI_API_KEY=…`` and its like, ``"access_token": "…"``. Applying it twice is the same as once.
    """
    for signs, pattern in _SHAPES:
        if any(sign in text for sign in signs):
            text = pattern.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    start, end = match.span("secret")
    whole, begin = match[0], match.start()
    hidden = "".join(one if one.isspace() else MASK for one in whole[start - begin : end - begin])
    return whole[: start - begin] + hidden + whole[end - begin :]
