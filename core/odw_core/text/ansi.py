"""Foreign text made safe to show: colour codes go, what acts or hides becomes a visible mark, secrets are masked.

Never raises, never interprets: what a terminal would obey is shown as what it is.
"""

from __future__ import annotations

import re

from odw_core.text.secrets import masked

# Colour (SGR), carriage returns that end a line, and one emoji/text selector after a visible character say nothing in
# plain text. All of it goes in one pass with a constant replacement, which stays in C.
_DROPPED = re.compile("\x1b\\[[0-9;:]*m|\r+(?=\n|\\Z)|(?<=[^\\s\ufe00-\ufe0f])[\ufe0e\ufe0f]")

# Everything that acts on a terminal, changes the reading order, or cannot be seen.
_MARKED = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"  # line and bidi controls, zero width, fillers
    "\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # format controls, tags, selectors
    "]"
)

_CUT_SEQUENCE = re.compile("\x1b(\\[[0-9;:]*)?\\Z")


def _mark(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"<{code:02x}>"


def plain(text: str) -> str:
    """``text`` as it may be shown: no colour, tabs as spaces, every control or invisible character as a mark, secrets
    of known shapes as asterisks.

    Newlines stay. ESC becomes ``␛``, BEL ``␇``, U+202E ``<202e>``, a lone surrogate U+FFFD. Applying it twice is the
    same as once.
    """
    return masked(unmasked(text))


def unmasked(text: str) -> str:
    """``plain`` with its secrets: for what is searched, compared or decided about letter by letter."""
    if text.isascii():
        if text.isprintable():
            return text
        text = _DROPPED.sub("", text)
        if text.isprintable():
            return text
    else:
        text = _DROPPED.sub("", text)
    return _MARKED.sub(_mark, text).expandtabs(8)


def one_line(text: str, limit: int) -> str:
    """The first line of ``text`` that shows anything, plain, at most ``limit`` characters, cut with ``…``."""
    if limit <= 0:
        return ""
    # Looks at no more of a line than could possibly be shown: a text may be one line of many megabytes.
    reach = limit * 16 + 1024
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        line = text[start : min(end, start + reach)]
        # Most lines hold nothing but letters, and then only secrets are to be looked for.
        is_clean = line.isascii() and line.isprintable()
        line = (masked(line) if is_clean else plain(_CUT_SEQUENCE.sub("", line))).strip()
        if line:
            is_cut = end - start > reach or len(line) > limit
            return line[: limit - 1].rstrip() + "…" if is_cut else line
        start = end + 1
    return ""
