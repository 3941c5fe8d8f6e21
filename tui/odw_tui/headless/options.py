"""How each command is typed: its options, its words, what they may be. Reads nothing of what was typed."""

from __future__ import annotations

import argparse

from odw_core.model.item import State
from odw_core.model.workflow import WORKFLOWS

STREAMS = ("stdout", "stderr", "journal", "prompt", "diff")
AGENTS = ("codex", "scripted")
SHELLS = ("bash", "zsh", "fish")
ENV_SHELLS = ("sh", *SHELLS)
ASKED_BY_SHELLS = ("addresses", "themes")
"""What the scripts of ``completion`` ask for while somebody types."""
ENGINES = ("odw", "pandacode", "converge", "codex", "scenario")
"""Engines as addresses begin, so that a parser needs to load none of them."""
CONFIG_VERBS = ("show", "validate", "schema")


def add_folders(parser: argparse.ArgumentParser) -> None:
    """The workspaces, named without an option."""
    parser.add_argument(
        "folders",
        nargs="*",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="workspaces to look at (default: this folder and the configured places)",
    )


def for_status(parser: argparse.ArgumentParser) -> None:
    """What ``status`` takes."""
    json_document(parser)
    _flag(parser, "-q", "--quiet", dest="quiet", text="print nothing; exit 5 if something waits for a person, else 0")


def for_list(parser: argparse.ArgumentParser) -> None:
    """What ``list`` takes."""
    states = [state.value for state in State]
    json_document(parser)
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


def for_show(parser: argparse.ArgumentParser) -> None:
    """What ``show`` takes."""
    _address(parser)
    json_document(parser)
    _flag(parser, "--origins", dest="has_origins", text="say also where each figure comes from: file, place, age, how")
    _value(
        parser,
        "--report",
        metavar="FILE",
        text="write a walkthrough of the whole run or session (.md or .html; of a campaign also its table, .tsv)",
    )
    _flag(parser, "--force", dest="force", text="with --report: also over a file that is no report")


def for_logs(parser: argparse.ArgumentParser) -> None:
    """What ``logs`` takes."""
    _address(parser)
    _value(parser, "--stream", metavar="S", text=f"{', '.join(STREAMS)} (default: the most telling one)")
    _flag(parser, "-f", "--follow", dest="follow", text="go on with what is added, until ctrl+c")
    _flag(parser, "--raw", dest="raw", text="as it is, control sequences and secrets included")


def for_search(parser: argparse.ArgumentParser) -> None:
    """What ``search`` takes."""
    parser.add_argument("words", nargs="+", metavar="WORDS", help="what to find; all of it must be in one line")
    json_document(parser)
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        default=argparse.SUPPRESS,
        help="stop at so many hits (default: 200)",
    )
    _flag(parser, "--titles", dest="titles_only", text="only short texts (goals, messages, causes), no output")


def for_inspect(parser: argparse.ArgumentParser) -> None:
    """What ``inspect`` takes."""
    _flag(parser, "--json", dest="as_json", text="accepted for clearness: the reading is always JSON")


def for_watch(parser: argparse.ArgumentParser) -> None:
    """What ``watch`` takes."""
    _flag(parser, "--jsonl", dest="as_json", text="accepted for clearness: changes are always JSON lines")
    _flag(parser, "--initial", dest="initial", text="first one line for everything that is there, with before null")
    _flag(
        parser,
        "--notify",
        dest="notify",
        text="also run your attention_hook, once for each question that no open room shows you",
    )


def for_explain(parser: argparse.ArgumentParser) -> None:
    """What ``explain`` takes."""
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
    json_document(parser)


def for_demo(parser: argparse.ArgumentParser) -> None:
    """What ``demo`` takes."""
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


def for_start(parser: argparse.ArgumentParser) -> None:
    """What ``start`` takes."""
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


def for_resume(parser: argparse.ArgumentParser) -> None:
    """What ``resume`` takes."""
    _run(parser)
    _value(parser, "--text", metavar="T", text="what to say to the session when it goes on")


def for_rerun(parser: argparse.ArgumentParser) -> None:
    """What ``rerun`` takes."""
    _run(parser)
    ways = parser.add_mutually_exclusive_group()
    _flag(ways, "--failed-only", dest="failed_only", text="keep what went well, as far as it still fits")
    ways.add_argument(
        "--from", dest="from_step", metavar="STEP", default=argparse.SUPPRESS, help="keep what was done before it"
    )
    _set(parser)


def for_commit(parser: argparse.ArgumentParser) -> None:
    """What ``commit`` takes."""
    _run(parser)
    _value(parser, "--branch", metavar="B", text="commit to this new branch (default: the one that is checked out)")
    _value(parser, "--message", metavar="M", text="instead of the drafted message")
    _flag(parser, "--yes", dest="is_sure", text="make the commit")


def for_pin(parser: argparse.ArgumentParser) -> None:
    """What ``pin`` takes."""
    _run(parser)
    _flag(parser, "--off", dest="is_off", text="let it be taken away in its turn again")


def for_cancel(parser: argparse.ArgumentParser) -> None:
    """What ``cancel`` takes."""
    _run(parser)
    _flag(parser, "--after-current", dest="is_after_current", text="of a batch: let the scenarios at work end first")


def for_doctor(parser: argparse.ArgumentParser) -> None:
    """What ``doctor`` takes."""
    json_document(parser)
    _flag(parser, "--clean", dest="is_cleaning", text="take away what runs of ours left whose driver is gone")
    _flag(parser, "--yes", dest="is_sure", text="with --clean: do it")


def for_answer(parser: argparse.ArgumentParser) -> None:
    """What ``answer`` takes."""
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


def for_approve(parser: argparse.ArgumentParser) -> None:
    """What ``approve`` takes."""
    _question(parser)
    _verdict(parser, "acceptForSession")
    _along(parser)
    _decision(parser)


def for_reject(parser: argparse.ArgumentParser) -> None:
    """What ``reject`` takes."""
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
        help="of a gate or plan: its fields, such as numbers of blockers to overrule, or other prompts; - is stdin",
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


def for_config(parser: argparse.ArgumentParser) -> None:
    """What ``config`` takes."""
    parser.add_argument("about", metavar="show|validate|schema", choices=CONFIG_VERBS, help="what to do")
    _flag(parser, "--origin", dest="has_origin", text="with show: say where each value comes from")
    json_document(parser)


def for_adopt(parser: argparse.ArgumentParser) -> None:
    """What ``adopt`` takes."""
    _run(parser)
    _set(parser)


def for_repeat(parser: argparse.ArgumentParser) -> None:
    """What ``repeat`` takes."""
    parser.add_argument("address", metavar="PLAN", help="converge:RUN/REPO; any unique beginning of the run")
    _set(parser)


def for_env(parser: argparse.ArgumentParser) -> None:
    """What ``env`` takes."""
    parser.add_argument(
        "--shell",
        metavar="|".join(ENV_SHELLS),
        choices=ENV_SHELLS,
        default=argparse.SUPPRESS,
        help="the shell to write for (default: yours, as $SHELL says)",
    )
    json_document(parser)


def for_completion(parser: argparse.ArgumentParser) -> None:
    """What ``completion`` takes."""
    parser.add_argument(
        "about", metavar="|".join(SHELLS), choices=(*SHELLS, *ASKED_BY_SHELLS), help="the shell to write for"
    )


def json_document(parser: argparse.ArgumentParser) -> None:
    """A document instead of lines."""
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
