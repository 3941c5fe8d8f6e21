"""The table of commands: how each is typed, what it does, an example. Help and README are made from it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from odw_core.model.item import State

STREAMS = ("stdout", "stderr", "journal", "prompt", "diff")
WORKFLOWS = (
    "session",
    "command",
    "parallel-review-apply",
    "coordinate",
    "scenario-batch",
    "odw-exec",
    "converge-coordinate",
    "converge-repeat",
)
"""What can be started, so that a parser needs to load none of it."""
AGENTS = ("codex", "scripted")
SHELLS = ("bash", "zsh", "fish")
ENV_SHELLS = ("sh", *SHELLS)
ASKED_BY_SHELLS = ("addresses", "themes")
"""What the scripts of ``completion`` ask for while somebody types."""
ENGINES = ("odw", "pandacode", "converge", "codex", "scenario")
"""Engines as addresses begin, so that a parser needs to load none of them."""
CONFIG_VERBS = ("show", "validate", "schema")


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


def add_folders(parser: argparse.ArgumentParser) -> None:
    """The workspaces, named without an option."""
    parser.add_argument(
        "folders",
        nargs="*",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="workspaces to look at (default: this folder and the configured places)",
    )


def command_table() -> Iterator[tuple[str, str]]:
    """What to type and what it does, row by row, as the README prints it."""
    yield "odw-tui [DIR…]", "the screen; without a terminal: status and a hint, exit 0"
    for command in COMMANDS:
        yield f"odw-tui {command.usage}", command.summary


def _for_status(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    _flag(parser, "-q", "--quiet", dest="quiet", text="print nothing; exit 5 if something waits for a person, else 0")


def _for_list(parser: argparse.ArgumentParser) -> None:
    states = [state.value for state in State]
    _json(parser)
    parser.add_argument(
        "--state",
        dest="states",
        action="append",
        metavar="S",
        choices=states,
        default=argparse.SUPPRESS,
        help=f"only this state, repeatable: {', '.join(states)}",
    )
    parser.add_argument(
        "--engine",
        metavar="E",
        choices=ENGINES,
        default=argparse.SUPPRESS,
        help=f"only what this engine wrote: {', '.join(ENGINES)}",
    )


def _for_show(parser: argparse.ArgumentParser) -> None:
    _address(parser)
    _json(parser)
    _flag(parser, "--origins", dest="has_origins", text="say also where each figure comes from: file, place, age, how")
    _value(
        parser,
        "--report",
        metavar="FILE",
        text="write a walkthrough of the whole run or session (.md or .html; of a campaign also its table, .tsv)",
    )
    _flag(parser, "--force", dest="force", text="with --report: also over a file that is no report")


def _for_logs(parser: argparse.ArgumentParser) -> None:
    _address(parser)
    _value(parser, "--stream", metavar="S", text=f"{', '.join(STREAMS)} (default: the most telling one)")
    _flag(parser, "-f", "--follow", dest="follow", text="go on with what is added, until ctrl+c")
    _flag(parser, "--raw", dest="raw", text="as it is, control sequences and secrets included")


def _for_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORDS", help="what to find; all of it must be in one line")
    _json(parser)
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        default=argparse.SUPPRESS,
        help="stop at so many hits (default: 200)",
    )
    _flag(parser, "--titles", dest="titles_only", text="only short texts (goals, messages, causes), no output")


def _for_inspect(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "--json", dest="as_json", text="accepted for clearness: the reading is always JSON")


def _for_watch(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "--jsonl", dest="as_json", text="accepted for clearness: changes are always JSON lines")
    _flag(parser, "--initial", dest="initial", text="first one line for everything that is there, with before null")
    _flag(
        parser,
        "--notify",
        dest="notify",
        text="also run your attention_hook, once for each question that no open room shows you",
    )


def _for_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="stderr, a log, codex exec --json, a transcript, in any mixture; - is stdin",
    )
    _value(parser, "--stdout", metavar="F", text="what the run printed on stdout")
    parser.add_argument(
        "--exit-code",
        dest="exit_code",
        type=int,
        metavar="N",
        default=argparse.SUPPRESS,
        help="what the run ended with (default: what the files say)",
    )
    _flag(parser, "--expect-json", dest="expect_json", text="a last message that is not JSON is a failure")
    _json(parser)


def _for_demo(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "--replay", dest="replay", text="recorded runs instead, written by another process at their pace")
    _flag(parser, "--headless", dest="headless", text="without a screen, then print status; exit 5 if it waits for you")
    _value(parser, "--keep", metavar="DIR", text="work in this new or empty folder, and leave it there")
    _set(parser)
    _agent(parser, "scripted")
    parser.add_argument(
        "--pace", type=float, metavar="N", default=argparse.SUPPRESS, help="N times as fast (default: 1)"
    )


def _agent(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--agent",
        metavar="A",
        choices=AGENTS,
        default=argparse.SUPPRESS,
        help=f"who does the work: {', '.join(AGENTS)} (default: {default})",
    )


def _for_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workflow", metavar="WORKFLOW", choices=WORKFLOWS, help=f"one of {', '.join(WORKFLOWS)}")
    _value(parser, "--input", metavar="FILE", text="the keys of its input, as JSON or TOML; - is stdin, as JSON")
    _set(parser)
    _agent(parser, "codex")
    _value(parser, "--script", metavar="FILE", text="with --agent scripted: what it plays")
    _after(parser)
    _flag(parser, "--foreground", dest="foreground", text="follow it; exit 0 done, 1 failed, 5 waits for you")
    _flag(parser, "--check", dest="is_check", text="start nothing; say what stands for and against it")
    _flag(parser, "--json", dest="as_json", text="with --check: as one JSON document")


def _after(parser: argparse.ArgumentParser) -> None:
    _value(parser, "--after", metavar="RUN", text="wait until this run has landed, then start")


def _for_resume(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    _value(parser, "--text", metavar="T", text="what to say to the session when it goes on")


def _for_rerun(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    ways = parser.add_mutually_exclusive_group()
    _flag(ways, "--failed-only", dest="failed_only", text="keep what went well, as far as it still fits")
    ways.add_argument(
        "--from", dest="from_step", metavar="STEP", default=argparse.SUPPRESS, help="keep what was done before it"
    )
    _set(parser)


def _for_commit(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    _value(parser, "--branch", metavar="B", text="commit to this new branch (default: the one that is checked out)")
    _value(parser, "--message", metavar="M", text="instead of the drafted message")
    _flag(parser, "--yes", dest="is_sure", text="make the commit")


def _for_pin(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    _flag(parser, "--off", dest="is_off", text="let it be taken away in its turn again")


def _for_cancel(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    _flag(parser, "--after-current", dest="is_after_current", text="of a batch: let the scenarios at work end first")


def _for_doctor(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    _flag(parser, "--clean", dest="is_cleaning", text="take away what runs of ours left whose driver is gone")
    _flag(parser, "--yes", dest="is_sure", text="with --clean: do it")


def _for_answer(parser: argparse.ArgumentParser) -> None:
    _question(parser)
    ways = parser.add_mutually_exclusive_group()
    _value(ways, "--text", metavar="T", text="the answer in your own words")
    ways.add_argument("--choice", type=int, metavar="N", default=argparse.SUPPRESS, help="option number N, from 1")
    ways.add_argument(
        "--json",
        dest="json_file",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="the answers of a form, by the names of its fields; - is stdin",
    )
    _decision(parser)


def _for_approve(parser: argparse.ArgumentParser) -> None:
    _question(parser)
    _verdict(parser, "acceptForSession")
    _along(parser)
    _decision(parser)


def _for_reject(parser: argparse.ArgumentParser) -> None:
    _question(parser)
    _value(parser, "--reason", metavar="T", text="why, for whoever asked, where reasons are heard")
    _verdict(parser, "cancel or add_round")
    _along(parser)
    _decision(parser)


def _question(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "question",
        metavar="QUESTION",
        help="its id or any unique beginning, or the address of a run or session that asks one thing",
    )


def _along(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json",
        dest="json_file",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="of a gate or plan: its fields, such as blockers to overrule, or other prompts; - is stdin",
    )


def _verdict(parser: argparse.ArgumentParser, example: str) -> None:
    parser.add_argument(
        "--as",
        dest="verdict",
        metavar="DECISION",
        default=argparse.SUPPRESS,
        help=f"another decision that it offers, such as {example}",
    )


def _decision(parser: argparse.ArgumentParser) -> None:
    _value(parser, "--digest", metavar="D", text="send it only if the question still has this digest")
    _flag(parser, "--yes", dest="is_sure", text="send it, whatever the question is by now")
    _value(parser, "--confirm", metavar="WORD", text="the word that a destructive class needs")
    _flag(parser, "--dry-run", dest="is_dry_run", text="say what would be sent, and send nothing")


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar="RUN", help="a run; any unique beginning, or latest")


def _set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        metavar="K=V",
        default=argparse.SUPPRESS,
        help="one key of the input, repeatable; a key that comes again makes a list",
    )


def _for_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("about", metavar="show|validate|schema", choices=CONFIG_VERBS, help="what to do")
    _flag(parser, "--origin", dest="has_origin", text="with show: say where each value comes from")
    _json(parser)


def _for_adopt(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    _set(parser)


def _for_repeat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar="PLAN", help="converge:RUN/REPO; any unique beginning of the run")
    _set(parser)


def _for_env(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--shell",
        metavar="|".join(ENV_SHELLS),
        choices=ENV_SHELLS,
        default=argparse.SUPPRESS,
        help="the shell to write for (default: yours, as $SHELL says)",
    )
    _json(parser)


def _for_completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "about", metavar="|".join(SHELLS), choices=(*SHELLS, *ASKED_BY_SHELLS), help="the shell to write for"
    )


def _json(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "--json", dest="as_json", text='one JSON document with "schema": 1')


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "address",
        metavar="ADDRESS",
        help="run, task, attempt, session or question; any unique beginning, or latest",
    )


def _flag(parser: argparse._ActionsContainer, *names: str, dest: str, text: str) -> None:
    parser.add_argument(*names, dest=dest, action="store_true", default=argparse.SUPPRESS, help=text)


def _value(parser: argparse._ActionsContainer, name: str, *, metavar: str, text: str) -> None:
    parser.add_argument(name, metavar=metavar, default=argparse.SUPPRESS, help=text)


COMMANDS: tuple[Command, ...] = (
    Command(
        name="status",
        usage="status [--json] [-q]",
        summary="counts by state, and what waits for you",
        example="odw-tui status -q || odw-tui inbox",
        add_arguments=_for_status,
        notes="Runs count once: the sessions of a run are part of it. Exit 0 also where there are no runs.",
        takes_folders=True,
    ),
    Command(
        name="list",
        usage="list [--json] [--state S] [--engine E]",
        summary="one line a run or session",
        example="odw-tui list --state failed --state blocked",
        add_arguments=_for_list,
        notes="What waits comes first, then blocked, failed, running, stale, idle, done; in each the newest first.\n"
        "Exit 0 also where there are no runs.",
        takes_folders=True,
    ),
    Command(
        name="show",
        usage="show ADDRESS [--json] [--origins] [--report FILE]",
        summary="one run, task, attempt, session or question in full",
        example="odw-tui show latest --report run.md",
        add_arguments=_for_show,
        notes="A report says what happened, why, and what to do next; secrets of known shapes are masked in it.\n"
        "Exit 4 when nothing has that address, 7 when FILE is there and is no report.",
    ),
    Command(
        name="logs",
        usage="logs ADDRESS [--stream S] [-f] [--raw]",
        summary="the whole text of a run, task or attempt, never cut",
        example="odw-tui logs latest --stream stderr -f",
        add_arguments=_for_logs,
        notes="Colour is removed, control characters are shown as marks and secrets as asterisks, unless --raw.\n"
        "Exit 4 when nothing has that address, or it has no such text.",
    ),
    Command(
        name="search",
        usage="search WORDS [--json] [--limit N] [--titles]",
        summary="find words in goals, prompts, messages, causes, output and conversations",
        example="odw-tui search 'clamp \"connection refused\" -retry state:failed'",
        add_arguments=_for_search,
        notes='Case does not matter. One argument may hold "a phrase", -without, engine:odw, state:failed, and kinds\n'
        "of text: goal: question: blocker: message: cause: prompt: stderr: journal: conversation:. The newest come\n"
        "first, short texts before long ones, of each of those at most 20 hits. Exit 4 when nothing is found.",
    ),
    Command(
        name="inbox",
        usage="inbox [--json]",
        summary="every open question, the oldest first",
        example="odw-tui inbox --json | jq -r '.questions[].text'",
        add_arguments=_json,
        takes_folders=True,
    ),
    Command(
        name="answer",
        usage="answer QUESTION (--text T | --choice N | --json FILE) [--digest D | --yes]",
        summary="answer what an agent asks",
        example="odw-tui answer 3f9a --choice 2 --yes",
        add_arguments=_for_answer,
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
        add_arguments=_for_approve,
        notes="Without --digest or --yes it says what it would allow, and exits 2. What is destructive needs the\n"
        "word that it names, with --confirm. Exit codes as for answer.",
    ),
    Command(
        name="reject",
        usage="reject QUESTION [--reason T] [--as DECISION] [--json FILE] [--digest D | --yes]",
        summary="keep from happening what an agent asks about",
        example="odw-tui reject 3f9a --yes",
        add_arguments=_for_reject,
        notes="The reason for a gate is what the next round is asked for. Exit codes as for answer.",
    ),
    Command(
        name="watch",
        usage="watch --jsonl [--initial] [--notify]",
        summary="every change of state as it happens, one JSON object a line",
        example="""odw-tui watch --jsonl | jq -r 'select(.after.state == "failed") | .after.title'""",
        add_arguments=_for_watch,
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
        add_arguments=_for_inspect,
        notes="No promise of stability; scripts use list, show, status, inbox and watch.\n"
        "Exit 4 when no DIR holds .odw, .pandacode or .converge.",
        takes_folders=True,
    ),
    Command(
        name="explain",
        usage="explain [FILE…|-] [--stdout F] [--exit-code N] [--expect-json] [--json]",
        summary="why did it fail? the cause, the line that says so, and the fix",
        example="odw-tui explain stderr.log --stdout events.jsonl --exit-code 1",
        add_arguments=_for_explain,
        notes="Reads files, not the room. Secrets are masked. Exit 0 when there is an answer, even ok or unknown;\n"
        "exit 4 when a file is not there.",
        takes_files=True,
    ),
    Command(
        name="doctor",
        usage="doctor [--json] [--clean [--yes]]",
        summary="what is wrong or left over on this machine, each with its fix",
        example="odw-tui doctor --json | jq -r '.checks[] | select(.level == \"FAIL\") | .fix'",
        add_arguments=_for_doctor,
        notes="Changes nothing on disk and stops no process without --clean --yes, and then only what runs that were\n"
        "started here left: worktrees, processes, locks. Exit 1 when a check fails.",
        takes_folders=True,
    ),
    Command(
        name="start",
        usage="start WORKFLOW [--input FILE] [--set K=V] [--agent A] [--after RUN] [--check] | start command -- ARGV",
        summary="start a run that outlives this terminal, and print its address",
        example="odw-tui start command -- pytest -x",
        add_arguments=_for_start,
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
        add_arguments=_for_resume,
        notes="Exit 7 when it is being driven, or is over.",
    ),
    Command(
        name="rerun",
        usage="rerun RUN [--failed-only | --from STEP] [--set K=V]",
        summary="start again what a run did, all of it or what is missing, and print the new address",
        example="odw-tui rerun latest --set 'prompt=try again, smaller'",
        add_arguments=_for_rerun,
        notes="A step is kept only if everything it came from is still the same; gates are always decided anew.\n"
        "Exit 7 for a step that the run never began, and for a run that odw-tui did not start here.",
    ),
    Command(
        name="commit",
        usage="commit RUN [--branch B] [--message M] [--yes]",
        summary="commit exactly what a run landed, and nothing else that is changed",
        example="odw-tui commit latest --branch pricing --yes",
        add_arguments=_for_commit,
        notes="Without --yes it says what it would commit, and exits 2. Exit 4 when the run landed nothing, 7 when it\n"
        "was committed before or is not over.",
    ),
    Command(
        name="pin",
        usage="pin RUN [--off]",
        summary="keep a run however old it gets, or no longer",
        example="odw-tui pin latest",
        add_arguments=_for_pin,
        notes="Of the runs that were started here the newest are kept (keep_runs in the configuration).",
    ),
    Command(
        name="cancel",
        usage="cancel RUN [--after-current]",
        summary="end a run and everything it started",
        example="odw-tui cancel latest",
        add_arguments=_for_cancel,
        notes="Exit 1 when nothing confirmed it within 10 s, 7 when it is over or not ours.",
    ),
    Command(
        name="adopt",
        usage="adopt RUN [--set K=V]",
        summary="go on natively with what a run of odw or Converge left, and print the new address",
        example="odw-tui adopt latest",
        add_arguments=_for_adopt,
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
        add_arguments=_for_repeat,
        notes="The recorded prompt and model; --set model=M and --set deadline_s=N change them. The whole stderr is\n"
        "the stream repeated of the plan. Exit 7 where no prompt was kept.",
    ),
    Command(
        name="env",
        usage="env [--shell sh|bash|zsh|fish] [--json]",
        summary="shell exports that let an odw exec typed by hand wait for you and keep its sessions",
        example="odw-tui env --shell bash",
        add_arguments=_for_env,
        notes="For runs in this folder, or in the one --root. Answers are held until you give them in the inbox.\n"
        'sh, bash, zsh: eval "$(odw-tui env)"    fish: odw-tui env | source\n'
        "Exit 1 and nothing on stdout when odw is not there.",
    ),
    Command(
        name="config",
        usage="config show [--origin] [--json] | validate [--json] | schema",
        summary="every setting and where it comes from; everything that is wrong; what could be set",
        example="odw-tui config show --origin",
        add_arguments=_for_config,
        notes="validate looks at your own themes as well, and exits 3 when anything is wrong. schema is JSON Schema.\n"
        "Only your own file is read: nothing in a workspace can change a setting.",
    ),
    Command(
        name="completion",
        usage="completion bash|zsh|fish",
        summary="a script that completes commands, options and addresses in your shell",
        example="odw-tui completion bash",
        add_arguments=_for_completion,
        notes="bash, zsh: source <(odw-tui completion bash)    fish: odw-tui completion fish | source",
    ),
    Command(
        name="demo",
        usage="demo [--replay] [--keep DIR] [--headless] [--set K=V] [--agent A] [--pace N]",
        summary="a live run in a scratch repository, with scripted agents: no network, no credentials",
        example="odw-tui demo",
        add_arguments=_for_demo,
    ),
)
