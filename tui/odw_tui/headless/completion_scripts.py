"""Writes the completion scripts of bash, zsh and fish from what the command line takes. Pure; knows no command.

The scripts call nothing while they are sourced, and say nothing when something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What can stand in a place of the command line; the value is what the scripts ask ``odw-tui completion`` for."""

    NOTHING = ""
    WORDS = "words"
    ADDRESSES = "addresses"
    THEMES = "themes"
    FOLDERS = "folders"
    FILES = "files"
    ANYTHING = "anything"


class Place(NamedTuple):
    """What may be typed in one place."""

    kind: Kind
    words: tuple[str, ...] = ()


class Option(NamedTuple):
    """One option of a command, with all its names."""

    names: tuple[str, ...]
    help: str
    value: Place


class Verb(NamedTuple):
    """One command, or what may stand before any."""

    name: str
    summary: str
    options: tuple[Option, ...]
    operand: Place


def _bash(bare: Verb, verbs: tuple[Verb, ...]) -> str:
    return "\n".join(
        (
            "# bash completion of odw-tui; source <(odw-tui completion bash)",
            "_odw_tui() {",
            "    local IFS=$' \\t\\n' line=${COMP_LINE:0:COMP_POINT} verb='' word before='' i",
            "    local -a typed",
            '    read -ra typed <<<"$line"',
            # bash itself would cut words at ":" and "=", which are part of addresses and options.
            "    [[ $line == *[[:space:]] ]] && typed+=('')",
            "    word=${typed[${#typed[@]} - 1]}; (( ${#typed[@]} > 1 )) && before=${typed[${#typed[@]} - 2]}",
            "    for (( i = 1; i < ${#typed[@]} - 1; i++ )); do",
            f"        case ${{typed[i]}} in {'|'.join(verb.name for verb in verbs)}) verb=${{typed[i]}}; break ;; esac",
            "    done",
            "    local cut=''",
            "    if [[ $word == --*=* ]]; then before=${word%%=*}; cut=$before=; word=${word#*=}; fi",
            "    COMPREPLY=()",
            "    case $verb:$before in",
            *(f"        {line}" for line in _bash_values(bare, verbs)),
            "    esac",
            "    [[ -n $cut ]] && return",
            "    case $verb in",
            *(f"        {line}" for line in _bash_words(bare, verbs)),
            "    esac",
            "}",
            '_odw_tui_words() { COMPREPLY=($(compgen -W "$1" -- "$word")); _odw_tui_rest; }',
            "_odw_tui_ask() {",
            '    _odw_tui_words "$(command odw-tui completion "$1" 2>/dev/null </dev/null)"',
            "}",
            "_odw_tui_paths() {",
            "    local IFS=$'\\n'",
            '    compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen "$1" -- "${word/#\\~\\//$HOME/}"))',
            "}",
            "# What bash takes for words of their own must not be typed again.",
            "_odw_tui_rest() {",
            '    local head=${word%"${word##*:}"}',
            '    [[ $COMP_WORDBREAKS == *:* && -n $head ]] && COMPREPLY=("${COMPREPLY[@]#"$head"}")',
            "    return 0",
            "}",
            "complete -F _odw_tui odw-tui",
        )
    )


def _bash_values(bare: Verb, verbs: tuple[Verb, ...]) -> Iterator[str]:
    for verb in (bare, *verbs):
        for option in verb.options:
            if option.value.kind is not Kind.NOTHING:
                names = "|".join(f"{verb.name}:{name}" for name in option.names)
                yield f"{names}) {_bash_place(option.value)}; return ;;"


def _bash_words(bare: Verb, verbs: tuple[Verb, ...]) -> Iterator[str]:
    for verb in (*verbs, bare):
        options = " ".join(name for option in verb.options for name in option.names)
        yield f"{verb.name or '*'})"
        yield f"    if [[ $word == -* ]]; then _odw_tui_words '{options}'"
        if verb.name:
            yield f"    else {_bash_place(verb.operand)}; fi ;;"
        else:
            yield f"    elif [[ $word == */* || $word == .* ]]; then {_bash_place(verb.operand)}"
            yield f"    else _odw_tui_words '{' '.join(one.name for one in verbs)}'"
            yield f"        (( ${{#COMPREPLY[@]}} )) || {_bash_place(verb.operand)}; fi ;;"


def _bash_place(place: Place) -> str:
    match place.kind:
        case Kind.WORDS:
            return f"_odw_tui_words '{' '.join(place.words)}'"
        case Kind.ADDRESSES | Kind.THEMES:
            return f"_odw_tui_ask {place.kind}"
        case Kind.FOLDERS:
            return "_odw_tui_paths -d"
        case Kind.FILES:
            return "_odw_tui_paths -f"
        case _:
            return ":"


def _zsh(bare: Verb, verbs: tuple[Verb, ...]) -> str:
    names = " ".join(_zsh_quoted(f"{verb.name}:{verb.summary}") for verb in verbs)
    return "\n".join(
        (
            "#compdef odw-tui",
            "# zsh completion of odw-tui; source <(odw-tui completion zsh)",
            "_odw_tui() {",
            "    local curcontext=$curcontext state line",
            f"    local -a verbs=({names})",
            "    local verb=${words[(r)" + "(" + "|".join(verb.name for verb in verbs) + ")]}",
            "    case $verb in",
            *(f"        {line}" for verb in verbs for line in _zsh_verb(verb)),
            "        *) _arguments \\",
            *(f"            {_zsh_option(option)} \\" for option in bare.options),
            "            '*:command or folder:_odw_tui_first' ;;",
            "    esac",
            "}",
            "_odw_tui_first() { _describe command verbs; _files -/; }",
            '_odw_tui_ask() { local -a found=(${(f)"$(command odw-tui completion $1 2>/dev/null </dev/null)"}); '
            "compadd -a found; }",
            'if [[ $funcstack[1] == _odw_tui ]]; then _odw_tui "$@"; else compdef _odw_tui odw-tui; fi',
        )
    )


def _zsh_verb(verb: Verb) -> Iterator[str]:
    yield f"{verb.name}) _arguments \\"
    for option in verb.options:
        yield f"    {_zsh_option(option)} \\"
    yield f"    '1:command:' '*:{verb.operand.kind or 'word'}:{_zsh_place(verb.operand)}' ;;"


def _zsh_option(option: Option) -> str:
    said = option.help.replace("[", "(").replace("]", ")").replace(":", " ")
    value = "" if option.value.kind is Kind.NOTHING else f":value:{_zsh_place(option.value)}"
    # With "=" the value may follow in the same word or in the next one.
    return " ".join(
        _zsh_quoted(f"*{name}{'=' if value and name.startswith('--') else ''}[{said}]{value}") for name in option.names
    )


def _zsh_place(place: Place) -> str:
    match place.kind:
        case Kind.WORDS:
            return f"({' '.join(place.words)})"
        case Kind.ADDRESSES | Kind.THEMES:
            return f"{{_odw_tui_ask {place.kind}}}"
        case Kind.FOLDERS:
            return "_files -/"
        case Kind.FILES:
            return "_files"
        case _:
            return " "


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_FISH_IS = "__odw_tui_is"
"""Whether a command is the one that is typed; ``""`` for none."""


def _fish(bare: Verb, verbs: tuple[Verb, ...]) -> str:
    names = " ".join(verb.name for verb in verbs)
    first = f'{_FISH_IS} ""'
    return "\n".join(
        (
            "# fish completion of odw-tui; odw-tui completion fish | source",
            # The first command counts: "config show" is no "show".
            f"function {_FISH_IS}",
            "    set -l verb ''",
            "    for word in (commandline -opc)",
            f"        if contains -- $word {names}",
            "            set verb $word",
            "            break",
            "        end",
            "    end",
            '    test "$verb" = "$argv[1]"',
            "end",
            "complete -c odw-tui -f",
            *(f"complete -c odw-tui -n '{first}' -a {verb.name} -d {_fish_quoted(verb.summary)}" for verb in verbs),
            f"complete -c odw-tui -n '{first}' -a '(__fish_complete_directories)'",
            *(_fish_option(option, first) for option in bare.options),
            *(line for verb in verbs for line in _fish_verb(verb)),
        )
    )


def _fish_verb(verb: Verb) -> Iterator[str]:
    when = f"{_FISH_IS} {verb.name}"
    if operand := _fish_place(verb.operand):
        yield f"complete -c odw-tui -n '{when}' {operand}"
    for option in verb.options:
        yield _fish_option(option, when)


def _fish_option(option: Option, when: str) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    # "-x" keeps files out, which fish refuses beside "-F".
    needs = "-r" if option.value.kind is Kind.FILES else "-x"
    value = "" if option.value.kind is Kind.NOTHING else f" {needs} {_fish_place(option.value)}".rstrip()
    return f"complete -c odw-tui -n '{when}' {names}{value} -d {_fish_quoted(option.help)}"


def _fish_place(place: Place) -> str:
    match place.kind:
        case Kind.WORDS:
            return f"-a '{' '.join(place.words)}'"
        case Kind.ADDRESSES | Kind.THEMES:
            return f"-a '(odw-tui completion {place.kind} 2>/dev/null </dev/null)'"
        case Kind.FOLDERS:
            return "-a '(__fish_complete_directories)'"
        case Kind.FILES:
            return "-F"
        case _:
            return ""


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCRIPTS: Final[dict[str, Callable[[Verb, tuple[Verb, ...]], str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
"""By the name of the shell."""
