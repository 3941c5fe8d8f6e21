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
SESSION = "session"
"""One session of an agent: what was said and done."""
SESSION_LINES = "session lines"
"""A long text of a session."""
DIFF = "diff"
"""What was changed, file by file."""
FILE = "file"
"""One text that has the whole screen."""
TEXT = "text"
"""A short page that only scrolls: help, problems."""
DOCTOR = "doctor"
"""What is wrong or left over on this machine."""
PLACES = "places"
"""The workspaces and homes that are watched."""
SETTINGS = "settings"
"""What is set, and where it comes from."""
THEMES = "themes"
"""The theme picker."""
INBOX = "inbox"
"""Everything that waits for a person."""
CARD = "card"
"""One question, to be decided."""
COMMIT = "commit"
"""The form of a commit; letters are typed."""
FIND = "find"
"""Words in everything there is; letters are typed."""
PALETTE = "palette"
START = "start"
"""The form of a new run; letters are typed."""

ORIGINS = "origins"
"""Where each figure comes from."""

CONTEXTS = (
    *(ROOM, RUN, LINES, DIFF, SESSION, SESSION_LINES, ORIGINS, FILE, TEXT),
    *(DOCTOR, PLACES, SETTINGS, THEMES, INBOX, CARD, COMMIT, FIND, PALETTE, START),
)


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


_RUNS = (RUN, LINES, DIFF)
_SESSIONS = (SESSION, SESSION_LINES)
_OPENED = (*_RUNS, *_SESSIONS)
_DRIVEN = (ROOM, *_OPENED)
_LONG = (LINES, DIFF, SESSION_LINES, FILE)
_PAGES = (ROOM, *_OPENED, ORIGINS, FILE, TEXT, DOCTOR, PLACES, SETTINGS, THEMES, INBOX, CARD)

ACTIONS: tuple[Action, ...] = (
    Action(
        "open",
        "open",
        "Open what the cursor is on",
        ("enter",),
        (ROOM, RUN, SESSION, ORIGINS),
        "look",
        hint=True,
    ),
    Action(
        "inbox",
        "inbox",
        "Show everything that waits for you, the oldest first",
        ("i",),
        (ROOM, RUN, SESSION),
        "look",
        hint=True,
    ),
    Action(
        "decide", "decide", "Open the card under the cursor; its keys decide", ("enter",), (INBOX,), "act", hint=True
    ),
    Action("mark", "mark", "Mark what is read, to accept several at once", ("space",), (INBOX,), "act", hint=True),
    Action(
        "accept_marked", "accept marked", "Accept all that is marked, after a look at how many", ("a",), (INBOX,), "act"
    ),
    Action("asker", "who asks", "Open the run or session that asks", ("o",), (INBOX, CARD), "look", hint=True),
    Action("its_terminal", "its terminal", "Go to the terminal in which it runs", ("t",), (CARD, *_SESSIONS), "look"),
    Action(
        "open_beside",
        "terminal beside",
        "Resume the Codex session in a new tmux window, or copy the command",
        ("b",),
        (CARD, *_SESSIONS),
        "act",
    ),
    Action("accept", "accept", "Let it happen, this once", ("a",), (CARD,), "act"),
    Action(
        "accept_for_session",
        "for session",
        "Let it happen as often as this session asks",
        ("A",),
        (CARD,),
        "act",
    ),
    Action("always_allow", "always", "Let it happen, and allow its like from now on", ("p",), (CARD,), "act"),
    Action("never_allow", "never", "Forbid it and its like from now on", ("P",), (CARD,), "act"),
    Action("decline", "decline", "Say no; whoever asked goes on without", ("x",), (CARD,), "act"),
    Action("add_round", "another round", "Have it reviewed and repaired once more", ("r",), (CARD,), "act"),
    Action("cancel_turn", "stop turn", "Say no, and stop whoever asked", ("c",), (CARD,), "act"),
    Action("send_answer", "send", "Send what is picked and typed", ("ctrl+s",), (CARD,), "act", hint=True),
    Action("pick", "pick", "Pick an option of the field by its number", tuple("123456789"), (CARD,), "act"),
    Action("next_field", "next field", "To the next field, or its line of text", ("tab",), (CARD,), "move", hint=True),
    Action("previous_field", "field before", "To the field before", ("shift+tab",), (CARD,), "move"),
    Action("next_option", "next option", "Pick the option below", ("l", "right"), (CARD,), "move"),
    Action("previous_option", "option before", "Pick the option above", ("h", "left"), (CARD,), "move"),
    Action("next_question", "next question", "To the card that waits next", ("]",), (CARD,), "look", hint=True),
    Action("previous_question", "question before", "To the card before", ("[",), (CARD,), "look"),
    Action("next_waiting", "next waiting", "Go to the next row that waits for you", ("]",), (ROOM,), "look", hint=True),
    Action("previous_waiting", "previous waiting", "Go to the row before that waits for you", ("[",), (ROOM,), "look"),
    Action("filter", "filter", "Show only rows with these words", ("/",), (ROOM,), "look", hint=True),
    Action("find", "find", "Find words in all goals, messages, output", ("ctrl+f",), (ROOM, *_OPENED), "look"),
    Action("open_hit", "open", "Look through all output, then open a hit", ("enter",), (FIND,), "look", hint=True),
    Action("next_hit", "next hit", "One hit down", ("down", "ctrl+n"), (FIND,), "move", hint=True),
    Action("previous_hit", "hit before", "One hit up", ("up",), (FIND,), "move", hint=True),
    Action("hits_down", "page down", "Half a page of hits down", ("pagedown",), (FIND,), "move"),
    Action("hits_up", "page up", "Half a page of hits up", ("pageup",), (FIND,), "move"),
    Action("sort", "sort", "Sort each group by start, title or place", ("s",), (ROOM,), "look"),
    Action("start", "start", "Start a run: a session, or a command", ("n",), (ROOM,), "act", hint=True),
    Action(
        "zoom",
        "zoom",
        "Give the lower half all the space, or give it back",
        ("z",),
        (ROOM, RUN, *_SESSIONS),
        "look",
        hint=True,
    ),
    Action("origins", "origins", "Show where each figure comes from", ("=",), (ROOM, *_OPENED), "look"),
    Action("problems", "problems", "List what could not be read, and why", ("!",), (ROOM,), "look"),
    Action("doctor", "doctor", "Look for what is wrong or left over on this machine", ("D",), (ROOM,), "look"),
    Action("again", "look again", "Examine everything once more", ("r",), (DOCTOR,), "look", hint=True),
    Action(
        "clean",
        "clean up",
        "Take away what a run left whose driver is gone, after a word",
        ("x",),
        (DOCTOR,),
        "act",
        hint=True,
    ),
    Action("places", "places", "Add, name or remove what is watched", ("p",), (ROOM,), "look"),
    Action("add_place", "add", "Add a workspace, or those below a folder", ("a",), (PLACES,), "act", hint=True),
    Action("keep_place", "keep", "Watch this place from now on, every time", ("enter",), (PLACES,), "act", hint=True),
    Action("name_place", "name", "Give a place a name of your own", ("e", "r"), (PLACES,), "act", hint=True),
    Action("remove_place", "remove", "Watch this place no longer", ("x", "d"), (PLACES,), "act", hint=True),
    Action("undo", "undo", "Take the last change back", ("u",), (PLACES,), "act", hint=True),
    Action("change", "change", "Change this setting", ("enter", "space"), (SETTINGS,), "act", hint=True),
    Action(
        "keep_theme", "keep", "Keep this theme, now and from the next start on", ("enter",), (THEMES,), "act", hint=True
    ),
    Action(
        "settings",
        "settings",
        "See every setting and where it comes from, change looks",
        (",",),
        (ROOM, *_OPENED),
        "look",
    ),
    Action(
        "pick_theme", "theme", "Choose among the colour themes, seeing each", (), (ROOM, *_OPENED, SETTINGS), "look"
    ),
    Action("timeline", "timeline", "Show what was done by whom in which round", ("1",), _RUNS, "look"),
    Action("conversation", "conversation", "Show what was said and done, step by step", ("1",), _SESSIONS, "look"),
    Action("sessions", "sessions", "List the agents' sessions that belong to this run", ("s",), _RUNS, "look"),
    Action("its_run", "its run", "Go up to the run that this session belongs to", ("u",), _SESSIONS, "look", hint=True),
    Action("next_trouble", "next trouble", "To the next failure or question", ("]",), _SESSIONS, "look", hint=True),
    Action("previous_trouble", "trouble before", "To the failure or question before", ("[",), _SESSIONS, "look"),
    Action("plans", "plans", "Show what each repo is to do, and who really planned it", ("2",), _OPENED, "look"),
    Action("states", "states", "Show which states it went through, where it is, and its loops", ("S",), _RUNS, "look"),
    Action(
        "contracts", "contracts", "Show what repos give and need, and both sides of a mismatch", ("C",), _RUNS, "look"
    ),
    Action("batch", "batch", "Show how far a batch is, its root causes and scenarios", ("B",), _RUNS, "look"),
    Action("blockers", "blockers", "Show what reviewers found, and what became of it", ("3",), _OPENED, "look"),
    Action(
        "diff", "diff", "Show what was changed, by all tasks together or one after the other", ("4",), _OPENED, "look"
    ),
    Action("output", "output", "Show the output of the cell under the cursor", ("5",), _OPENED, "look"),
    Action("artifacts", "artifacts", "List every file that belongs to the run", ("6",), _OPENED, "look"),
    Action("journal", "journal", "Show everything the run wrote down", ("7",), _OPENED, "look"),
    Action("questions", "questions", "Show what is asked, and who can answer it", ("8",), _OPENED, "look"),
    Action("notes", "notes", "Show causes, what does not fit together, and what to know", ("9",), _OPENED, "look"),
    Action(
        "own_diff",
        "diff",
        "Show what this attempt alone changed",
        ("d",),
        (RUN, LINES, SESSION_LINES),
        "look",
        hint=True,
    ),
    Action("prompt", "prompt", "Show the prompt that led there", ("p",), (RUN, LINES, *_SESSIONS), "look", hint=True),
    Action("next_hunk", "next hunk", "To the next change", ("n",), (DIFF,), "look", hint=True),
    Action("previous_hunk", "hunk before", "To the change before", ("p", "N"), (DIFF,), "look"),
    Action("next_file", "next file", "To the next file", ("]",), (DIFF,), "look", hint=True),
    Action("previous_file", "file before", "To the file before", ("[",), (DIFF,), "look"),
    Action("fold", "fold file", "Fold this file, or unfold it", ("enter", "space"), (DIFF,), "look", hint=True),
    Action("next_task", "next task", "Show what the next task changed", ("tab",), (DIFF,), "look", hint=True),
    Action("previous_task", "task before", "Show what the task before changed", ("shift+tab",), (DIFF,), "look"),
    Action(
        "next_stream",
        "next stream",
        "Show the next stream of this attempt",
        ("tab",),
        (LINES, SESSION_LINES),
        "look",
        hint=True,
    ),
    Action(
        "previous_stream", "stream before", "Show the stream before", ("shift+tab",), (LINES, SESSION_LINES), "look"
    ),
    Action(
        "next_error",
        "next error",
        "To the next line that sounds like an error",
        ("e",),
        (LINES, SESSION_LINES, FILE),
        "look",
        hint=True,
    ),
    Action(
        "previous_error",
        "error before",
        "To the line before that sounds like an error",
        ("E",),
        (LINES, SESSION_LINES, FILE),
        "look",
    ),
    Action("search", "search", "Find words in this text", ("/",), (*_LONG, SESSION), "look", hint=True),
    Action("next_match", "next match", "To the next line that has them", ("n",), (LINES, *_SESSIONS, FILE), "look"),
    Action(
        "previous_match", "match before", "To the line before that has them", ("N",), (LINES, *_SESSIONS, FILE), "look"
    ),
    Action("unfold", "unfold", "Show what is folded, or fold it again", ("+",), _OPENED, "look"),
    Action("whole", "whole text", "Show this text alone on the screen", ("o",), _OPENED, "look", hint=True),
    Action(
        "copy",
        "copy",
        "Copy what the cursor is on: an address, a path, a line",
        ("y",),
        (ROOM, *_OPENED, ORIGINS, FILE, DOCTOR, PLACES, INBOX, CARD),
        "look",
        hint=True,
    ),
    Action("copy_address", "copy address", "Copy the address, for the command line", ("Y",), _OPENED, "look"),
    Action(
        "edit",
        "editor",
        "Open the file in your editor, at this line",
        ("ctrl+e",),
        (*_OPENED, ORIGINS, FILE),
        "look",
        hint=True,
    ),
    Action(
        "rendered", "as meant", "Show Markdown as it is meant, or as it is written", ("m",), (FILE,), "look", hint=True
    ),
    Action("run_output", "whole run", "Show the output of the run itself", ("u",), _RUNS, "look"),
    Action("earlier_attempt", "attempt before", "Show the output of the attempt before", ("<",), (LINES,), "look"),
    Action("later_attempt", "next attempt", "Show the output of the next attempt", (">",), (LINES,), "look"),
    Action("wrap", "wrap", "Wrap long lines, or cut them", ("w",), (*_LONG, SESSION), "look", hint=True),
    Action("numbers", "numbers", "Show or hide line numbers", ("#",), _LONG, "look"),
    Action("begin", "start it", "Start the run", ("ctrl+s", "f5"), (START,), "act", hint=True),
    Action("next_input", "next", "To the next input", ("tab", "down"), (START,), "move", hint=True),
    Action("previous_input", "before", "To the input before", ("shift+tab", "up"), (START,), "move"),
    Action("next_choice", "choose", "Choose the next", ("right", "space"), (START,), "act"),
    Action("previous_choice", "choose before", "Choose the one before", ("left",), (START,), "act"),
    Action("more_inputs", "all inputs", "Show what is seldom set, or hide", ("ctrl+o",), (START,), "look", hint=True),
    Action(
        "other_workflow",
        "other kind",
        "Start something else: a session, a command, several agents with reviews",
        ("ctrl+t",),
        (START,),
        "act",
        hint=True,
    ),
    Action("commit_now", "commit", "Make the commit", ("ctrl+s", "f5"), (COMMIT,), "act", hint=True),
    Action("next_line", "next", "To the next of branch and message", ("tab",), (COMMIT,), "move", hint=True),
    Action("previous_line", "before", "To the one before", ("shift+tab",), (COMMIT,), "move"),
    Action("files_down", "page down", "Half a page of files down", ("pagedown", "ctrl+d"), (COMMIT,), "move"),
    Action("files_up", "page up", "Half a page of files up", ("pageup",), (COMMIT,), "move"),
    Action("say", "say", "Say something into the turn that is going on", ("m",), _DRIVEN, "act", hint=True),
    Action("queue", "say after", "Say something as soon as this turn is over", ("M",), _DRIVEN, "act"),
    Action(
        "interrupt", "interrupt", "Stop the turn that is going on, and its commands", ("I",), _DRIVEN, "act", hint=True
    ),
    Action("resume", "go on", "Go on with what stopped or was left", ("U",), _DRIVEN, "act", hint=True),
    Action("rerun", "run again", "Start it again, with another prompt if you like", ("R",), _DRIVEN, "act"),
    Action("fork", "fork", "Begin a copy of this session with other words", ("F",), _DRIVEN, "act"),
    Action("rename", "rename", "Give this session a name", ("T",), _DRIVEN, "act"),
    Action("archive", "archive", "Put this session away, or take it back", (), _DRIVEN, "act"),
    Action("adopt", "adopt", "Go on natively with what odw or Converge left", ("A",), _DRIVEN, "act", hint=True),
    Action(
        "repeat",
        "repeat call",
        "Make a cut call of Converge once more, and keep all it says",
        ("r",),
        _RUNS,
        "act",
        hint=True,
    ),
    Action("carry_out", "carry out", "Start a campaign with the plans of this run", ("L",), _DRIVEN, "act"),
    Action("commit", "commit", "Commit exactly what the run landed", ("c",), _DRIVEN, "act", hint=True),
    Action("pin", "pin", "Keep this run however old it gets, or no longer", ("*",), _DRIVEN, "act"),
    Action("cancel", "cancel", "End the run, its agents and their commands", ("X",), _DRIVEN, "act"),
    Action("down", "down", "One row down", ("j", "down"), _PAGES, "move"),
    Action("up", "up", "One row up", ("k", "up"), _PAGES, "move"),
    Action("first", "top", "To the first row", ("g", "home"), _PAGES, "move"),
    Action("last", "end", "To the last row", ("G", "end"), _PAGES, "move"),
    Action("page_down", "page down", "Half a page down", ("ctrl+d", "pagedown"), _PAGES, "move"),
    Action("page_up", "page up", "Half a page up", ("ctrl+u", "pageup"), _PAGES, "move"),
    Action("left", "left", "One column to the left", ("h", "left"), (*_OPENED, FILE), "move"),
    Action("right", "right", "One column to the right", ("l", "right"), (*_OPENED, FILE), "move"),
    Action("first_column", "first column", "To the first column", ("0",), (RUN,), "move"),
    Action("last_column", "last column", "To the last column", ("$",), (RUN,), "move"),
    Action("next_group", "next group", "To the first row of the next group", ("l", "right", "tab"), (ROOM,), "move"),
    Action("previous_group", "group before", "To the group before", ("h", "left", "shift+tab"), (ROOM,), "move"),
    Action(
        "preview_down", "scroll preview", "Scroll the preview down", ("J", "shift+down"), (ROOM, RUN, SESSION), "move"
    ),
    Action("preview_up", "scroll preview up", "Scroll the preview up", ("K", "shift+up"), (ROOM, RUN, SESSION), "move"),
    Action("back", "back", "Close this, or clear the filter", ("escape",), (EVERYWHERE,), "everywhere", hint=True),
    Action("help", "help", "Show every key that works here", ("?",), (EVERYWHERE,), "everywhere", hint=True),
    Action(
        "palette", "palette", "Find anything that can be done here", ("ctrl+p",), (EVERYWHERE,), "everywhere", hint=True
    ),
    Action(
        "switch_theme",
        "switch theme",
        "Change between dark and light until the next start",
        (),
        (EVERYWHERE,),
        "everywhere",
    ),
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
