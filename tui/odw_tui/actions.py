"""The one registry of what can be done with a key: help, footer, palette and key map all read it. Does nothing itself.

A screen carries out the action ``open`` in its method ``do_open``; what a screen lacks, the app carries out.
"""

from __future__ import annotations

from typing import NamedTuple

EVERYWHERE = "everywhere"
ROOM = "room"
RUN = "run"
LINES = "lines"
"""A long text in a line view: output, prompt, diff, journal."""
TEXT = "text"
"""A short page that only scrolls: help, problems."""
PALETTE = "palette"

CONTEXTS = (ROOM, RUN, LINES, TEXT, PALETTE)


class Action(NamedTuple):
    """One thing a person can do."""

    id: str
    label: str
    """One or two words for the footer."""
    help: str
    """One line for the help page and the palette."""
    keys: tuple[str, ...]
    """Default keys. A character stands for itself (``?``, ``G``); the rest are names (``enter``, ``ctrl+p``)."""
    contexts: tuple[str, ...]
    """Where it works; ``everywhere`` means on each screen."""
    group: str
    """Heading it stands under in the help."""
    hint: bool = False
    """Whether the footer offers it when there is space."""


_PAGES = (ROOM, RUN, LINES, TEXT)
_OPENED = (RUN, LINES)

ACTIONS: tuple[Action, ...] = (
    Action("open", "open", "Open what the cursor is on", ("enter",), (ROOM, RUN), "look", hint=True),
    Action("next_waiting", "next waiting", "Go to the next row that waits for you", ("]",), (ROOM,), "look", hint=True),
    Action("previous_waiting", "previous waiting", "Go to the row before that waits for you", ("[",), (ROOM,), "look"),
    Action("filter", "filter", "Show only rows with these words", ("/",), (ROOM,), "look", hint=True),
    Action("sort", "sort", "Sort each group by start, title or place", ("s",), (ROOM,), "look"),
    Action(
        "zoom", "zoom", "Give the lower half all the space, or give it back", ("z",), (ROOM, RUN), "look", hint=True
    ),
    Action("problems", "problems", "List what could not be read, and why", ("!",), (ROOM,), "look"),
    Action(
        "copy", "copy address", "Copy the address of the row, for the command line", ("y",), (ROOM, RUN, LINES), "look"
    ),
    Action("timeline", "timeline", "Show what was done by whom in which round", ("1",), _OPENED, "look"),
    Action("blockers", "blockers", "Show what reviewers found, and what became of it", ("2",), _OPENED, "look"),
    Action("output", "output", "Show the output of the cell under the cursor", ("3",), _OPENED, "look"),
    Action("journal", "journal", "Show everything the run wrote down", ("4",), _OPENED, "look"),
    Action("questions", "questions", "Show what is asked, and who can answer it", ("5",), _OPENED, "look"),
    Action("prompt", "prompt", "Show the prompt that led there", ("p",), _OPENED, "look", hint=True),
    Action("diff", "diff", "Show what an attempt changed", ("d",), _OPENED, "look", hint=True),
    Action(
        "next_stream", "next stream", "Show the next stream of this attempt", ("o", "tab"), (LINES,), "look", hint=True
    ),
    Action("previous_stream", "stream before", "Show the stream before", ("O", "shift+tab"), (LINES,), "look"),
    Action(
        "next_error", "next error", "To the next line that sounds like an error", ("e",), (LINES,), "look", hint=True
    ),
    Action("previous_error", "error before", "To the line before that sounds like an error", ("E",), (LINES,), "look"),
    Action("search", "search", "Find words in this text", ("/",), (LINES,), "look", hint=True),
    Action("next_match", "next match", "To the next line that has them", ("n",), (LINES,), "look"),
    Action("previous_match", "match before", "To the line before that has them", ("N",), (LINES,), "look"),
    Action("unfold", "unfold", "Show the whole cause, or its first lines", ("+",), (LINES,), "look"),
    Action("run_output", "whole run", "Show the output of the run itself", ("u",), _OPENED, "look"),
    Action("earlier_attempt", "attempt before", "Show the output of the attempt before", ("<",), (LINES,), "look"),
    Action("later_attempt", "next attempt", "Show the output of the next attempt", (">",), (LINES,), "look"),
    Action("wrap", "wrap", "Wrap long lines, or cut them", ("w",), (LINES,), "look", hint=True),
    Action("numbers", "numbers", "Show or hide line numbers", ("#",), (LINES,), "look"),
    Action("down", "down", "One row down", ("j", "down"), _PAGES, "move"),
    Action("up", "up", "One row up", ("k", "up"), _PAGES, "move"),
    Action("first", "top", "To the first row", ("g", "home"), _PAGES, "move"),
    Action("last", "end", "To the last row", ("G", "end"), _PAGES, "move"),
    Action("page_down", "page down", "Half a page down", ("ctrl+d", "pagedown"), _PAGES, "move"),
    Action("page_up", "page up", "Half a page up", ("ctrl+u", "pageup"), _PAGES, "move"),
    Action("left", "left", "One column to the left", ("h", "left"), _OPENED, "move"),
    Action("right", "right", "One column to the right", ("l", "right"), _OPENED, "move"),
    Action("first_column", "first column", "To the first column", ("0",), (RUN,), "move"),
    Action("last_column", "last column", "To the last column", ("$",), (RUN,), "move"),
    Action("next_group", "next group", "To the first row of the next group", ("l", "right", "tab"), (ROOM,), "move"),
    Action("previous_group", "group before", "To the group before", ("h", "left", "shift+tab"), (ROOM,), "move"),
    Action("preview_down", "scroll preview", "Scroll the preview down", ("J", "shift+down"), (ROOM, RUN), "move"),
    Action("preview_up", "scroll preview up", "Scroll the preview up", ("K", "shift+up"), (ROOM, RUN), "move"),
    Action("back", "back", "Close this, or clear the filter", ("escape",), (EVERYWHERE,), "everywhere", hint=True),
    Action("help", "help", "Show every key that works here", ("?",), (EVERYWHERE,), "everywhere", hint=True),
    Action(
        "palette", "palette", "Find anything that can be done here", ("ctrl+p",), (EVERYWHERE,), "everywhere", hint=True
    ),
    Action("switch_theme", "switch theme", "Change between the colour themes", (), (EVERYWHERE,), "everywhere"),
    Action("redraw", "redraw", "Paint the whole screen again", ("ctrl+l",), (EVERYWHERE,), "everywhere"),
    Action("suspend", "suspend", "Go back to the shell; fg returns", ("ctrl+z",), (EVERYWHERE,), "everywhere"),
    Action("quit", "quit", "Leave; every run goes on without you", ("q", "ctrl+c"), (EVERYWHERE,), "everywhere"),
)

_BY_ID = {action.id: action for action in ACTIONS}


def action(action_id: str) -> Action:
    """The action of that name; ``KeyError`` when there is none."""
    return _BY_ID[action_id]


def actions_in(context: str) -> tuple[Action, ...]:
    """Everything that works in one context, those of everywhere last."""
    own = [one for one in ACTIONS if context in one.contexts]
    return (*own, *(one for one in ACTIONS if EVERYWHERE in one.contexts))
