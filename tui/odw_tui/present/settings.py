"""What the settings screen and the theme picker say. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from odw_core.config_origin import Source
from odw_core.model.item import State
from odw_core.text.ansi import one_line
from odw_tui.desk import Setting
from odw_tui.keymap import show_key
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span, Spans, cells, fit, left, spans

_LABEL = 22
_LEAST_VALUE, _MOST_VALUE = 8, 30
_LONGEST = 200

CHANGEABLE = ("theme", "ascii", "reduced_motion")
"""What can be changed on the screen; the rest is set in the file."""


class _Words(NamedTuple):
    group: str
    label: str
    meaning: str


_WORDS = {
    "theme": _Words("looks", "theme", "The colours. A state is always told by its sign and its word as well."),
    "ascii": _Words("looks", "ASCII only", "Draw with plain letters and signs, for terminals or fonts without others."),
    "reduced_motion": _Words(
        "looks", "reduced motion", "Paint news at most twice a second, and count ages in steps of ten seconds."
    ),
    "silent_after_s": _Words(
        "reading", "silent after", "How long a run may be without news before it counts as silent."
    ),
    "cache": _Words("reading", "cache", "Keep what was read, so that the next start is instant."),
    "codex": _Words("starting", "codex", "The Codex program that sessions are started with."),
    "codex_silence_s": _Words(
        "starting", "end after", "How long a turn of a session may make no progress before it is ended."
    ),
    "keep_runs": _Words(
        "starting", "runs kept", "How many runs started here stay in each workspace; pinned ones always."
    ),
    "agent_slots": _Words(
        "starting", "agents at once", "How many work with one Codex home, over all runs of this machine."
    ),
    "converge_server": _Words(
        "starting", "Converge server", "Where Converge's own server listens; its tasks are answered there."
    ),
    "attention": _Words(
        "attention", "tell me outside", "When something waits: off; unfocused, while you look elsewhere; or always."
    ),
    "attention_bell": _Words("attention", "bell", "Ring the terminal's bell as well."),
    "attention_hook": _Words("attention", "hook", "Your own command, run once for each new question."),
    "places": _Words("places", "places", "Workspaces that are always watched."),
    "place_names": _Words("places", "place names", "What you call your places."),
}
_KEYS = _Words("keys of your own", "", "The keys of this action, instead of the built-in ones.")


class SettingRow(NamedTuple):
    """A setting; without one the heading of a group, or a gap before it."""

    heading: str
    setting: Setting | None = None


def setting_rows(settings: Sequence[Setting]) -> tuple[SettingRow, ...]:
    """Settings by group, under headings. Of keys only those that the person chose."""
    groups: dict[str, list[Setting]] = {words.group: [] for words in _WORDS.values()}
    for one in settings:
        is_built_in_key = one.key.startswith("keys.") and one.origin.source is Source.DEFAULT
        if not is_built_in_key:
            groups.setdefault(_words(one.key).group, []).append(one)
    rows: list[SettingRow] = []
    for group, members in groups.items():
        if members:
            if rows:
                rows.append(SettingRow(""))
            rows.append(SettingRow(group))
            rows.extend(SettingRow("", one) for one in members)
    return tuple(rows)


def setting_line(row: SettingRow, signs: Glyphs, home: str, width: int, *, has_cursor: bool) -> Spans:
    """``theme   dark   ~/.config/odw-tui/config.toml:3``."""
    if row.setting is None:
        return spans(Span(f" {row.heading}", "quiet"))
    setting = row.setting
    is_own = setting.origin.source is not Source.DEFAULT
    room = max(_LEAST_VALUE, min(_MOST_VALUE, width - _LABEL - 30))
    line = spans(
        Span(f"{signs.cursor} " if has_cursor else "  ", "accent"),
        Span(left(_label(setting.key), _LABEL, signs.ellipsis)),
        Span(left(value_words(setting, ascii_only=signs.is_ascii), room, signs.ellipsis), "strong" if is_own else ""),
        Span(f"  {origin_words(setting, home)}", "quiet" if is_own else "faint"),
    )
    return fit(line, width, signs.ellipsis)


def setting_story(setting: Setting, file: str, home: str, change_key: str) -> tuple[Line, ...]:
    """What a setting means, and how it is changed."""
    words = _words(setting.key)
    if setting.key in CHANGEABLE:
        how = spans(
            Span(change_key, "strong"), Span(" changes it" if change_key else "the palette changes it", "quiet")
        )
    else:
        how = (Span(f"set {setting.key} in {at_home(file, home)}; it holds from the next start on", "quiet"),)
    return (Line((Span(words.meaning),), most=3), Line(how, most=2))


def settings_head(file: str, home: str) -> tuple[Line, ...]:
    """The headline, with the file on the right."""
    return (Line((Span("Settings", "strong"),), (Span(at_home(one_line(file, _LONGEST), home), "quiet"),)), Line())


def value_words(setting: Setting, *, ascii_only: bool = False) -> str:
    """A value as people say it."""
    value = setting.value
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return "on" if value else "off"
    if setting.key.startswith("keys.") and isinstance(value, tuple):
        return " ".join(show_key(str(key), ascii_only=ascii_only) for key in value) or "palette only"
    if setting.key.endswith("_s"):
        return f"{value:g} s" if isinstance(value, float | int) else str(value)
    if isinstance(value, tuple):
        return one_line(", ".join(map(str, value)), _LONGEST) or "none"
    if isinstance(value, Mapping):
        return one_line(", ".join(map(str, value.values())), _LONGEST) or "none"
    return one_line(str(value), _LONGEST)


def origin_words(setting: Setting, home: str) -> str:
    """Where a value comes from."""
    return at_home(one_line(setting.origin.words, _LONGEST), home)


def theme_line(name: str, note: str, signs: Glyphs, width: int, *, has_cursor: bool) -> Spans:
    """``dusk   yours``."""
    line = spans(
        Span(f"{signs.cursor} " if has_cursor else "  ", "accent"), Span(left(name, _LABEL)), Span(note, "quiet")
    )
    return fit(line, width, signs.ellipsis)


_SAMPLES = {
    State.WAITING: ("add owner review queue", "waits for you: approve the landing"),
    State.BLOCKED: ("tidy the report", "2 blockers are left, nobody works on them"),
    State.FAILED: ("plan the mobile release", "the sessions folder cannot be written"),
    State.RUNNING: ("remote product loop", "repairs in round 3 of 4"),
    State.STALE: ("release note", "its owner is gone"),
    State.IDLE: ("explore a flaky test", "nobody asked it to go on"),
    State.DONE: ("add handoff packet", "landed in round 2"),
}


def theme_sample(signs: Glyphs, width: int, words: Sequence[str]) -> tuple[Line, ...]:
    """Every tone in the words it is used for; ``words`` are said below, such as what is wrong with a theme file."""
    return (
        *_sample_rows(signs, width),
        Line(),
        Line(
            spans(Span("why    ", "faint"), Span("plain words, "), Span("strong ones", "strong"), Span(", "), *_QUIET)
        ),
        *(line for said in words for line in (Line(), Line((Span(one_line(said, 500)),), most=4))),
    )


_QUIET = (Span("quiet ones", "quiet"), Span(", "), Span("labels", "faint"))


def _sample_rows(signs: Glyphs, width: int) -> Iterator[Line]:
    widest = max(cells(title) for title, _ in _SAMPLES.values())
    for state, (title, why) in _SAMPLES.items():
        mark = Span(left(f"{signs.state(state)} {state.value}", 11), state.value)
        tone = "quiet" if state is State.DONE else ""
        story = Span(f"  {why}", "quiet") if width > widest + 30 else Span("")
        yield Line(spans(mark, Span(left(title, widest), tone), story))


def _words(key: str) -> _Words:
    if key.startswith("keys."):
        return _KEYS
    return _WORDS.get(key, _Words("more", key, "This is set in the file alone."))


def _label(key: str) -> str:
    return key.removeprefix("keys.") if key.startswith("keys.") else _words(key).label
