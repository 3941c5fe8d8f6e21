"""Secrets in foreign text made unreadable, letter by letter, so that lengths and offsets stay. Pure, never raises.

Knows shapes, not values: it helps against showing by accident, not against somebody who hides one on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

MASK = "*"

_NAMED = r"(?:api[_-]?key|access[_-]?key|secret|token|passw(?:or)?d|credentials?)"
_NAMES = (
    *("api_key", "api-key", "apikey", "access_key", "access-key", "accesskey"),
    *("secret", "token", "passw", "credential"),
)


class _Shape(NamedTuple):
    """One way in which secrets are written."""

    mark: str
    """What must stand somewhere in the text."""
    signs: tuple[str, ...]
    """How every match begins: nothing is tried anywhere else, since most text holds none of them."""
    pattern: str
    """What a match is; of it ``secret`` goes, the words around it stay."""
    ignores_case: bool = False
    """Whether its signs, in lower case, are looked for in any case."""


_BEARER = r"(?i:\bbearer)[ \t]{1,4}(?P<secret>[A-Za-z0-9._~+/=-]{8,})"
_BASIC = r"(?i:\bauthorization[\"':= \t]{1,6}basic)[ \t]{1,4}(?P<secret>[A-Za-z0-9+/=]{6,})"
_HEADER = ("authorization", "Authorization", "AUTHORIZATION")

_SHAPES = (
    _Shape("sk-", ("sk-",), r"(?<![A-Za-z0-9])sk-(?P<secret>[A-Za-z0-9_-]{8,})"),
    _Shape("earer", ("Bearer", "bearer"), _BEARER),
    _Shape("EARER", ("BEARER",), _BEARER),
    _Shape("asic", _HEADER, _BASIC),
    _Shape("ASIC", _HEADER, _BASIC),
    _Shape("gh", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_(?P<secret>[A-Za-z0-9]{16,})"),
    _Shape("github_pat_", ("github_pat_",), r"\bgithub_pat_(?P<secret>[A-Za-z0-9_]{16,})"),
    _Shape("IA", ("AKIA", "ASIA"), r"\bA[KS]IA(?P<secret>[0-9A-Z]{12,})"),
    _Shape("xox", ("xox",), r"\bxox[abeoprs]-(?P<secret>[A-Za-z0-9-]{8,})"),
    _Shape("eyJ", ("eyJ",), r"\beyJ(?P<secret>[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,2})"),
    _Shape("PRIVATE KEY", ("-----BEGIN ",), r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?P<secret>[^-]+)"),
    _Shape("://", ("://",), r"://[^\s/@:\"']{1,64}:(?P<secret>[^\s/@\"']{3,256})@"),
    _Shape("=", _NAMES, _NAMED + r"[A-Za-z0-9_]{0,24}=[\"']?(?P<secret>(?![$%<{])[^\s\"'`&;,\\)\]}]{6,})", True),
    _Shape(
        ":",
        _NAMES,
        # Also inside a text that is itself a string of JSON, where every quote has a backslash.
        _NAMED + r"[A-Za-z0-9_]{0,24}\\?[\"']\s{0,4}:\s{0,4}\\?[\"'](?P<secret>[^\s\"'\\]{6,})",
        True,
    ),
    _Shape(":", ("api-key",), r"\bapi-key[ \t]{0,2}:[ \t]{0,4}(?P<secret>[^\s\"',;]{6,})", True),
)


def masked(text: str) -> str:
    """``text`` with every secret of a known shape replaced by asterisks of the same length.

    Known: ``sk-…``, ``Bearer …``, ``Basic …``, tokens of GitHub, AWS and Slack, JWTs, private keys, passwords in
    addresses, ``OPENAI_API_KEY=…`` and its like, ``"access_token": "…"``. Applying it twice is the same as once.
    """
    lowered = ""
    for mark, signs, pattern, ignores_case in _SHAPES:
        if mark in text:
            if ignores_case:
                lowered = lowered or _lowered(text)
            searched = lowered if ignores_case else text
            for sign in signs:
                if sign in searched:
                    text = _without(text, searched, signs, _compiled(pattern, re.IGNORECASE if ignores_case else 0))
                    break
    return text


def has_secret(text: str) -> bool:
    """Whether ``masked`` would change it."""
    return masked(text) != text


def _lowered(text: str) -> str:
    """In lower case, every letter where it was: few change their number with their case, and no sign has one."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(one.lower()[0] for one in text)


def _without(text: str, searched: str, signs: tuple[str, ...], pattern: re.Pattern[str]) -> str:
    parts: list[str] = []
    told = 0
    for start, end in sorted(_found(text, searched, signs, pattern)):
        if end > told:
            begin = max(start, told)
            parts += (text[told:begin], *(one if one.isspace() else MASK for one in text[begin:end]))
            told = end
    return "".join((*parts, text[told:])) if told else text


def _found(text: str, searched: str, signs: tuple[str, ...], pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where secrets of one shape begin and end. ``searched`` is the text as its signs are written."""
    for sign in signs:
        at = searched.find(sign)
        while at >= 0:
            match = pattern.match(text, at)
            if match is not None:
                yield match.span("secret")
            at = searched.find(sign, at + len(sign) if match is None else match.end())


@cache
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """Made when a sign was found: most starts of the program see none."""
    return re.compile(pattern, flags)
