"""The table of commands: how each is typed, what it does, an example. Help and README are made from it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from odw_tui.headless import options


@dataclass(frozen=True, slots=True)
class Command:
    """One command of ``odw-tui``."""

    name: str
    usage: str
    """How it is typed, after ``odw-tui``."""
    summary: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    notes: str = ""
    takes_folders: bool = False
    takes_files: bool = False


def command_table() -> Iterator[tuple[str, str]]:
    """What to type and what it does, row by row, as the README prints it."""
    yield "odw-tui [DIR…]", "the screen; without a terminal: status and a hint, exit 0"
    for command in COMMANDS:
        yield f"odw-tui {command.usage}", command.summary


COMMANDS: tuple[Command, ...] = (
    Command(
        name="status",
        usage="status [--json] [-q]",
        summary="counts by state, and what waits for you",
        example="odw-tui status -q || odw-tui inbox",
        add_arguments=options.for_status,
        notes="Runs count once: the sessions of a run are part of it. Exit 0 also where there are no runs.",
        takes_folders=True,
    ),
    Command(
        name="list",
        usage="list [--json] [--state S] [--engine E]",
        summary="one line a run or session",
        example="odw-tui list --state failed --state blocked",
        add_arguments=options.for_list,
        notes="What waits comes first, then blocked, failed, running, stale, idle, done; in each the newest first.\n"
        "Exit 0 also where there are no runs.",
        takes_folders=True,
    ),
    Command(
        name="show",
        usage="show ADDRESS [--json] [--origins] [--report FILE]",
        summary="one run, task, attempt, session or question in full",
        example="odw-tui show latest --report run.md",
        add_arguments=options.for_show,
        notes="A report says what happened, why, and what to do next; secrets of known shapes are masked in it.\n"
        "Exit 4 when nothing has that address, 7 when FILE is there and is no report.",
    ),
    Command(
        name="logs",
        usage="logs ADDRESS [--stream S] [-f] [--raw]",
        summary="the whole text of a run, task or attempt, never cut",
        example="odw-tui logs latest --stream stderr -f",
        add_arguments=options.for_logs,
        notes="Colour is removed, control characters are shown as marks and secrets as asterisks, unless --raw.\n"
        "Exit 4 when nothing has that address, or it has no such text.",
    ),
    Command(
        name="search",
        usage="search WORDS [--json] [--limit N] [--titles]",
        summary="find words in goals, prompts, messages, causes, output and conversations",
        example="odw-tui search 'clamp \"connection refused\" -retry state:failed'",
        add_arguments=options.for_search,
        notes='Case does not matter. One argument may hold "a phrase", -without, engine:odw, state:failed, and kinds\n'
        "of text: goal: question: blocker: message: cause: prompt: stderr: journal: conversation:. The newest come\n"
        "first, short texts before long ones, of each of those at most 20 hits. Exit 4 when nothing is found.",
    ),
    Command(
        name="inbox",
        usage="inbox [--json]",
        summary="every open question, the oldest first",
        example="odw-tui inbox --json | jq -r '.questions[].text'",
        add_arguments=options.json_document,
        takes_folders=True,
    ),
    Command(
        name="answer",
        usage="answer QUESTION (--text T | --choice N | --json FILE) [--digest D | --yes]",
        summary="answer what an agent asks",
        example="odw-tui answer 3f9a --choice 2 --yes",
        add_arguments=options.for_answer,
        notes="Without --digest or --yes it says what it would send, and the digest that binds it, and exits 2.\n"
        "A form takes {field: answer, …}; a secret is taken from --json alone, and never shown or kept.\n"
        "Waits up to 10 s: exit 0 when it was taken, 6 when the question changed, 7 when it was refused, 1 when\n"
        "nobody confirmed it, 4 when nobody asks that.",
    ),
    Command(
        name="approve",
        usage="approve QUESTION [--as DECISION] [--json FILE] [--confirm WORD] [--digest D | --yes]",
        summary="let happen what an agent asks about",
        example="odw-tui approve 3f9a --as acceptForSession --yes",
        add_arguments=options.for_approve,
        notes="Without --digest or --yes it says what it would allow, and exits 2. What is destructive needs the\n"
        "word that it names, with --confirm. Exit codes as for answer.",
    ),
    Command(
        name="reject",
        usage="reject QUESTION [--reason T] [--as DECISION] [--json FILE] [--digest D | --yes]",
        summary="keep from happening what an agent asks about",
        example="odw-tui reject 3f9a --yes",
        add_arguments=options.for_reject,
        notes="The reason for a gate is what the next round is asked for. Exit codes as for answer.",
    ),
    Command(
        name="watch",
        usage="watch --jsonl [--initial] [--notify]",
        summary="every change of state as it happens, one JSON object a line",
        example="""odw-tui watch --jsonl | jq -r 'select(.after.state == "failed") | .after.title'""",
        add_arguments=options.for_watch,
        notes='Only changes from now on, each {"schema", "seq", "at", "address", "before", "after"}, flushed at once;\n'
        "before is null for what is new, after for what is gone. Ends with ctrl+c, or when its reader goes.\n"
        "The hook has $ODW_TUI_TITLE, _SUBTITLE, _BODY, _COUNT, _ADDRESS, _QUESTION, _KIND and _PLACE, the same as\n"
        "JSON on stdin, and 30 s; what it prints is in hook.log of the state folder.",
        takes_folders=True,
    ),
    Command(
        name="inspect",
        usage="inspect [DIR…] --json",
        summary="the raw reading, in the engines' own words, to check this program by",
        example="odw-tui inspect ~/work/shop --json",
        add_arguments=options.for_inspect,
        notes="No promise of stability; scripts use list, show, status, inbox and watch.\n"
        "Exit 4 when no DIR holds .odw, .pandacode or .converge.",
        takes_folders=True,
    ),
    Command(
        name="explain",
        usage="explain [FILE…|-] [--stdout F] [--exit-code N] [--expect-json] [--json]",
        summary="why did it fail? the cause, the line that says so, and the fix",
        example="odw-tui explain stderr.log --stdout events.jsonl --exit-code 1",
        add_arguments=options.for_explain,
        notes="Reads files, not the room. Secrets are masked. Exit 0 when there is an answer, even ok or unknown;\n"
        "exit 4 when a file is not there.",
        takes_files=True,
    ),
    Command(
        name="doctor",
        usage="doctor [--json] [--clean [--yes]]",
        summary="what is wrong or left over on this machine, each with its fix",
        example="odw-tui doctor --json | jq -r '.checks[] | select(.level == \"FAIL\") | .fix'",
        add_arguments=options.for_doctor,
        notes="Changes nothing on disk and stops no process without --clean --yes, and then only what runs that were\n"
        "started here left: worktrees, processes, locks. Exit 1 when a check fails.",
        takes_folders=True,
    ),
    Command(
        name="start",
        usage="start WORKFLOW [--input FILE] [--set K=V] [--agent A] [--after RUN] [--check] | start command -- ARGV",
        summary="start a run that outlives this terminal, and print its address",
        example="odw-tui start command -- pytest -x",
        add_arguments=options.for_start,
        notes="The run works in this folder, or in the one --root. Everything it starts ends with it.\n"
        "With --foreground ctrl+c ends the watching, not the run. Exit 2 when the input does not fit.\n"
        "A scenario-batch says its checks first and exits 1 when one fails (2 when there is no scenario); followed,\n"
        "it prints one line when a scenario begins and one when it ends. --check exits 1 when a check fails.",
    ),
    Command(
        name="resume",
        usage="resume RUN [--text T]",
        summary="go on with a run whose supervisor is gone",
        example="odw-tui resume latest",
        add_arguments=options.for_resume,
        notes="Exit 7 when it is being driven, or is over.",
    ),
    Command(
        name="rerun",
        usage="rerun RUN [--failed-only | --from STEP] [--set K=V]",
        summary="start again what a run did, all of it or what is missing, and print the new address",
        example="odw-tui rerun latest --set 'prompt=try again, smaller'",
        add_arguments=options.for_rerun,
        notes="A step is kept only if everything it came from is still the same; gates are always decided anew.\n"
        "Exit 7 for a step that the run never began, and for a run that nobody here knows how to start again.",
    ),
    Command(
        name="commit",
        usage="commit RUN [--branch B] [--message M] [--yes]",
        summary="commit exactly what a run landed, and nothing else that is changed",
        example="odw-tui commit latest --branch pricing --yes",
        add_arguments=options.for_commit,
        notes="Without --yes it says what it would commit, and exits 2. Exit 4 when the run landed nothing, 7 when it\n"
        "was committed before or is not over.",
    ),
    Command(
        name="pin",
        usage="pin RUN [--off]",
        summary="keep a run however old it gets, or no longer",
        example="odw-tui pin latest",
        add_arguments=options.for_pin,
        notes="Of the runs that were started here the newest are kept (keep_runs in the configuration).",
    ),
    Command(
        name="cancel",
        usage="cancel RUN [--after-current]",
        summary="end a run and everything it started",
        example="odw-tui cancel latest",
        add_arguments=options.for_cancel,
        notes="Exit 1 when nothing confirmed it within 10 s, 7 when it is over or not ours.",
    ),
    Command(
        name="adopt",
        usage="adopt RUN [--set K=V]",
        summary="go on natively with what a run of odw or Converge left, and print the new address",
        example="odw-tui adopt latest",
        add_arguments=options.for_adopt,
        notes="Of odw it takes over tasks, captured diffs, open blockers and questions: of a run that reached its\n"
        "ceiling, needs its owner, asks what nobody can answer, or lost its owner. Of Converge it takes goal, repos,\n"
        "plans and your answers: those of the cards, and --set answers=TEXT for each question in its order.\n"
        "Exit 7 for every other.",
    ),
    Command(
        name="repeat",
        usage="repeat PLAN [--set K=V]",
        summary="make a call once more whose stderr Converge cut, and keep all of it with its plan",
        example="odw-tui repeat converge:20261121T001244464186Z/api",
        add_arguments=options.for_repeat,
        notes="The recorded prompt and model; --set model=M and --set deadline_s=N change them. The whole stderr is\n"
        "the stream repeated of the plan. Exit 7 where no prompt was kept.",
    ),
    Command(
        name="env",
        usage="env [--shell sh|bash|zsh|fish] [--json]",
        summary="shell exports that let an odw exec typed by hand wait for you and keep its sessions",
        example="odw-tui env --shell bash",
        add_arguments=options.for_env,
        notes="For runs in this folder, or in the one --root. Answers are held until you give them in the inbox.\n"
        'sh, bash, zsh: eval "$(odw-tui env)"    fish: odw-tui env | source\n'
        "Exit 1 and nothing on stdout when odw is not there.",
    ),
    Command(
        name="config",
        usage="config show [--origin] [--json] | validate [--json] | schema",
        summary="every setting and where it comes from; everything that is wrong; what could be set",
        example="odw-tui config show --origin",
        add_arguments=options.for_config,
        notes="validate looks at your own themes as well, and exits 3 when anything is wrong. schema is JSON Schema.\n"
        "Only your own file is read: nothing in a workspace can change a setting.",
    ),
    Command(
        name="completion",
        usage="completion bash|zsh|fish",
        summary="a script that completes commands, options and addresses in your shell",
        example="odw-tui completion bash",
        add_arguments=options.for_completion,
        notes="bash, zsh: source <(odw-tui completion bash)    fish: odw-tui completion fish | source",
    ),
    Command(
        name="demo",
        usage="demo [--replay] [--keep DIR] [--headless] [--set K=V] [--agent A] [--pace N]",
        summary="a live run in a scratch repository, with scripted agents: no network, no credentials",
        example="odw-tui demo",
        add_arguments=options.for_demo,
    ),
)
