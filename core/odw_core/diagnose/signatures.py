"""The table of known failures as data: by which words each is recognised, what it means, what to do. Decides nothing.

The order is the order of preference. Whatever a pattern takes out of a text to show it in a fix has a narrow alphabet,
since a fix may be pasted into a shell.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

OK = "ok"
UNKNOWN = "unknown"
STOPPED = "stopped"
NOT_FOUND = "codex_not_found"
SCHEMA_MISMATCH = "output_schema_mismatch"
UNREACHABLE = "network_unreachable"
DNS = "network_dns"


class Ends(Enum):
    """With which exits of a run a row can be its cause."""

    FAILS = "fails"
    """Only with an exit other than 0, or with none because the run never ends."""
    FINE = "fine"
    """The run goes on and ends well, or badly for this very reason in older versions."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One row. ``marks`` are alternatives; the parts of one stand in one line, or near each other in one message."""

    kind: str
    marks: tuple[tuple[str, ...], ...]
    ends: Ends
    because: str
    """A clause that goes on after *because*; the whole sentence where nobody knows what failed."""
    fix: str
    details: str = ""
    """A pattern with named groups; where it is found, ``because_known`` and ``fix_known`` are filled with them."""
    because_known: str = ""
    fix_known: str = ""
    is_warning: bool = False
    exit_codes: tuple[int, ...] = ()
    """Recognised by one of these exits of a command, whatever it printed."""
    is_of_command: bool = False
    """Only for what a failed command printed; elsewhere the words say too little."""
    is_last_resort: bool = False
    """``explain`` takes it only where no other row knows better."""


_FAILS, _FINE = Ends.FAILS, Ends.FINE

_PATH = r"[\w./+~@-]+"
_NAME = r"(?!-)[\w./:@-]+"
# From its root on, so that no half of a stranger path is taken for a whole one.
_WHOLE_PATH = r"(?<![^\s'\"`(=:])[/~][\w./+~@-]*"
_SESSIONS = rf"(?P<path>{_WHOLE_PATH}/sessions)\b"
_CONFIG = rf"(?P<path>{_WHOLE_PATH}config\.toml)"

TABLE: tuple[Signature, ...] = (
    Signature(
        "model_empty",
        (("The '' model is not supported",), ("No models are available. Set `model`",), ("EMPTY_MODEL",)),
        _FAILS,
        "the model name is empty",
        "A variable or profile that should name the model is empty: pass -m MODEL (thread/start: model), and check the "
        "environment and the profile in config.toml.",
    ),
    Signature(
        "model_unsupported",
        (("model is not supported when using Codex with a ChatGPT account",),),
        _FAILS,
        "the account's plan has no such model",
        "Choose a model of the plan with -m, or log in with an API key.",
        rf"The '(?P<name>{_NAME})' model",
        "the account's plan does not have the model {name}",
        "Choose another model than {name} with -m, or log in with an API key.",
    ),
    Signature(
        "model_not_found",
        (("does not exist or you do not have access",), ("modelNotFound",), ("Codex planning model unavailable",)),
        _FAILS,
        "the model does not exist or is not open to this account",
        "Correct the name of the model, or ask for access to it.",
        rf"(?:model `|\(model=)(?P<name>{_NAME}?)[`,)]",
        "the model {name} does not exist or is not open to this account",
        "Correct the name {name} (-m, or model in config.toml), or ask for access to it.",
    ),
    Signature(
        "model_unknown",
        (("Model metadata for", "not found"),),
        _FINE,
        "Codex knows nothing about this model",
        "Check that the requested model is the one that was meant.",
        rf"Model metadata for `?(?P<name>{_NAME})`? not found",
        "Codex knows nothing about the model {name}",
        "Check that {name} is the model that was meant; it runs with guessed limits.",
        is_warning=True,
    ),
    Signature(
        "model_rerouted",
        (("MODEL_MISMATCH",),),
        _FAILS,
        "another model was used than was asked for",
        "Pass the model explicitly on every call, and check the environment for a second variable that names one.",
    ),
    Signature(
        "model_rerouted",
        (("model rerouted:",), ("model/rerouted",)),
        _FINE,
        "another model answered than was asked for",
        "Decide whether the model that answered is acceptable; otherwise run again with another one.",
        rf"model rerouted: (?P<asked>{_NAME}) -> (?P<served>{_NAME})",
        "{served} answered instead of {asked}",
        "Decide whether {served} is acceptable; otherwise run again with another model.",
        is_warning=True,
    ),
    Signature(
        "codex_home_not_writable",
        (
            ("Permission denied (os error 13)", "rollout writer failed"),
            ("Permission denied (os error 13)", "Failed to save the conversation transcript"),
            ("Permission denied (os error 13)", "failed to record rollout items"),
            ("Permission denied (os error 13)", ".codex/sessions"),
            ("cannot access session files", "ermission denied"),
        ),
        _FINE,
        "the sessions folder is not writable",
        "Give the folder sessions in CODEX_HOME back to its user: ls -ld ~/.codex/sessions, then chown or chmod u+rwX; "
        "the run itself may be fine but cannot be resumed.",
        _SESSIONS,
        "",
        "Make {path} writable for the user who runs Codex: ls -ld {path}, then chown -R or chmod -R u+rwX {path}.",
    ),
    Signature(
        "codex_home_not_writable",
        (("Permission denied (os error 13)", "The app server ended at once"),),
        _FAILS,
        "the Codex home is not writable",
        "Make CODEX_HOME and everything in it writable for the user who runs Codex.",
    ),
    Signature(
        "codex_home_not_writable",
        (
            ("Read-only file system (os error 30)", "in-process app-server"),
            ("Read-only file system (os error 30)", "The app server ended at once"),
        ),
        _FAILS,
        "the Codex home is read-only",
        "Set CODEX_HOME to a folder that can be written, or mount this one writable.",
    ),
    Signature(
        "codex_home_broken_layout",
        (
            ("Not a directory (os error 20)", "rollout writer failed"),
            ("Not a directory (os error 20)", "Failed to save the conversation transcript"),
            ("Not a directory (os error 20)", "failed to record rollout items"),
        ),
        _FINE,
        "sessions in the Codex home is no folder",
        "Move the file sessions in CODEX_HOME out of the way; Codex makes the folder anew.",
        _SESSIONS,
        "",
        "Move {path} out of the way, since it is no folder; Codex makes it anew.",
    ),
    Signature(
        "codex_state_db_readonly",
        (("attempt to write a readonly database",),),
        _FINE,
        "the state database of Codex is read-only",
        "Give the *.sqlite files in CODEX_HOME back to their user: ls -l ~/.codex/*.sqlite, then chown.",
    ),
    Signature(
        "disk_full",
        (("No space left on device",), ("database or disk is full",)),
        _FINE,
        "the disk is full",
        "Free some space: df -h shows which disk, du -sh ~/.codex what Codex keeps.",
    ),
    Signature(
        "config_unreadable",
        (("Error loading config.toml", "Permission denied"),),
        _FAILS,
        "config.toml cannot be read",
        "Let the user who runs Codex read config.toml: ls -l ~/.codex/config.toml, then chown or chmod u+r.",
        _CONFIG,
        "",
        "Let the user who runs Codex read {path}: ls -l {path}, then chown or chmod u+r.",
    ),
    Signature(
        "config_invalid",
        (("Error loading config.toml",),),
        _FAILS,
        "config.toml is not valid",
        "Correct config.toml at the line that the message names.",
        rf"(?P<path>{_WHOLE_PATH}\.toml):(?P<line>\d+):(?P<column>\d+)",
        "config.toml is not valid at line {line}, column {column}",
        "Open {path} at line {line}, column {column} and correct it.",
    ),
    Signature(
        "config_provider_unknown",
        (("Model provider `", "` not found"),),
        _FAILS,
        "the model provider is not defined",
        "Define it as [model_providers.NAME] in config.toml, or correct model_provider.",
        rf"Model provider `(?P<name>{_NAME})` not found",
        "the model provider {name} is not defined",
        "Define [model_providers.{name}] in config.toml, or correct model_provider.",
    ),
    Signature(
        "not_trusted_dir",
        (("Not inside a trusted directory",),),
        _FAILS,
        "the folder is neither a git repository nor trusted",
        "Run it inside a git repository, or pass --skip-git-repo-check.",
    ),
    Signature(
        "auth_missing_env",
        (("Missing environment variable:",),),
        _FAILS,
        "the variable with the provider's key is not set",
        "Export the variable that the message names.",
        r"Missing environment variable: `?(?P<name>\w+)",
        "the environment variable {name} is not set",
        "Export {name} with the provider's key, in the environment Codex is started from.",
    ),
    Signature(
        "auth_invalid",
        (("401 Unauthorized",),),
        _FAILS,
        "the provider does not accept the login",
        "Log in again with codex login, or set a valid API key.",
    ),
    Signature(
        "access_forbidden",
        (("403 Forbidden",),),
        _FAILS,
        "the provider refuses access",
        "Check the account, its region, and any proxy in between.",
    ),
    Signature(
        "usage_limit",
        (("hit your usage limit",), ("usageLimitExceeded",)),
        _FAILS,
        "the usage limit of the account is reached",
        "Wait until the limit resets, or buy credits.",
        r"try again (?P<when>(?:at|in) [\w ,:]{3,40})",
        "the usage limit of the account is reached",
        "Try again {when}, or buy credits.",
    ),
    Signature(
        "rate_limited",
        (("429 Too Many Requests",),),
        _FAILS,
        "the provider gets too many requests",
        "Wait a little, and run fewer agents at the same time.",
    ),
    Signature(
        "quota_exceeded",
        (("Quota exceeded",),),
        _FAILS,
        "the quota of the account is used up",
        "Check the plan and its billing.",
    ),
    Signature(
        "provider_overloaded",
        (("Selected model is at capacity",), ("serverOverloaded",)),
        _FAILS,
        "the model is at capacity",
        "Try again later, or with another model.",
    ),
    Signature(
        "provider_5xx",
        (("currently experiencing high demand",), ("internalServerError",)),
        _FAILS,
        "the provider had an error of its own",
        "Run it again.",
    ),
    Signature(
        "provider_http_error",
        (("unexpected status 5",),),
        _FAILS,
        "the provider, or a gateway before it, answered with an error",
        "Check the gateway or proxy, then run it again.",
        r"unexpected status (?P<code>5\d\d)",
        "the provider, or a gateway before it, answered with status {code}",
        "Check the gateway or proxy behind base_url, then run it again.",
    ),
    Signature(
        "stream_disconnected",
        (("stream closed before response.completed",),),
        _FAILS,
        "the connection broke off in the middle of an answer",
        "Run it again; if it happens often, check the time-outs of proxies.",
    ),
    Signature(
        "stream_idle_timeout",
        (("idle timeout waiting for SSE",),),
        _FAILS,
        "the provider sent nothing for too long",
        "Raise stream_idle_timeout_ms of the provider in config.toml.",
    ),
    Signature(
        UNREACHABLE,
        (("waiting for network (Connection failed",),),
        _FAILS,
        "the provider cannot be reached",
        "Check base_url, DNS and proxy. Codex waits without end here, so give the run a deadline of its own.",
    ),
    Signature(
        DNS,
        (("failed to lookup address information",),),
        _FAILS,
        "the provider's name cannot be looked up",
        "Check DNS and the network, and the host in base_url.",
    ),
    Signature(
        "context_exceeded",
        (("ran out of room in the model's context window",), ("contextWindowExceeded",)),
        _FAILS,
        "the context window is full",
        "Compact the thread, or start a new one with a smaller task.",
    ),
    Signature(
        "output_truncated",
        (("Incomplete response returned, reason: max_output_tokens",),),
        _FAILS,
        "the answer was cut at the token limit",
        "Give it a smaller task, or raise the limit.",
    ),
    Signature(
        "bad_request",
        (("Unsupported value:",), ("invalid_request_error",)),
        _FAILS,
        "the provider does not take a setting of the request",
        "Change the setting that the message names.",
    ),
    Signature(
        "output_schema_file",
        (("Failed to read output schema file",), ("Output schema file", "is not valid JSON")),
        _FAILS,
        "the output schema cannot be used",
        "Check the path and the JSON of the file given with --output-schema.",
        rf"[Oo]utput schema file (?P<path>(?!-){_PATH}) ?[:i]",
        "the output schema {path} cannot be used",
        "Check that {path} is there and holds valid JSON.",
    ),
    Signature(
        SCHEMA_MISMATCH,
        (("output parse failed",),),
        _FINE,
        "the last message is not JSON",
        "Check the answer yourself and run it again; Codex does not validate --output-schema.",
    ),
    Signature(
        "mcp_server_start_failed",
        (("required MCP servers failed to initialize:",),),
        _FAILS,
        "a required MCP server does not start",
        "Check its command in config.toml.",
        r"required MCP servers failed to initialize: (?P<name>[\w.@-]+)",
        "the required MCP server {name} does not start",
        "Check command and args of [mcp_servers.{name}] in config.toml by running them by hand.",
    ),
    Signature(
        "session_not_found",
        (("no rollout found for thread id",),),
        _FAILS,
        "there is no such session in this Codex home",
        "Look for it in another CODEX_HOME, or among the archived sessions.",
        r"no rollout found for thread id (?P<name>[0-9a-fA-F-]{8,36})",
        "there is no session {name} in this Codex home",
        "Look for {name} in another CODEX_HOME, or in archived_sessions.",
    ),
    Signature(
        "session_busy",
        (("already has an active writer",),),
        _FAILS,
        "another process is writing to this session",
        "Attach through the server that has it, or wait until it ends.",
    ),
    Signature(
        "PERMISSION",
        (
            ("Permission denied",),
            ("os error 13",),
            ("EACCES",),
            ("Read-only file system",),
            ("Operation not permitted",),
        ),
        _FAILS,
        "something could not be read or written",
        "Check owner and mode of the path in the message, and the sandbox.",
        rf"(?P<path>{_WHOLE_PATH}|\boutputs/{_PATH})",
        "{path} could not be read or written",
        "Check owner and mode of {path}, and whether the sandbox lets it be written.",
        is_last_resort=True,
    ),
    Signature(
        "command_or_cwd_missing",
        (
            ("Failed to create unified exec process: No such file or directory",),
            ("No such file or directory (os error 2)", "exec error"),
            ("No such file or directory (os error 2)", "codex_core::exec"),
            ("EXEC_ENOENT",),
        ),
        _FINE,
        "the folder or the shell of a command is missing",
        "Check the working folder the agent asked for, and that its shell is installed.",
    ),
    Signature(
        "command_missing",
        (("command not found",), ("exit code 127",), ("exit_code=127",)),
        _FINE,
        "a command was not found",
        "Install it, or put it on the PATH of the sandbox.",
        r"(?<![\w./+-])(?P<name>(?!-)[\w./+-]+): (?:command not found|not found|No such file or directory)",
        "the command {name} was not found",
        "Install {name}, or put it on the PATH of the sandbox.",
        exit_codes=(127,),
    ),
    Signature(
        "not_executable",
        (("exit code 126",), ("exit_code=126",)),
        _FINE,
        "a command is not executable",
        "Make it executable with chmod +x, or call it through its interpreter.",
        r"(?<![\w./+-])(?P<name>(?!-)[\w./+-]+): Permission denied",
        "the command {name} is not executable",
        "Make it executable: chmod +x {name}, or call it through its interpreter.",
        exit_codes=(126,),
    ),
    Signature(
        "sandbox_denied",
        (("Read-only file system",), ("Permission denied",), ("Operation not permitted",)),
        _FINE,
        "the sandbox did not let a command write",
        "Run it with -s workspace-write, or add the folder with --add-dir.",
        rf"(?P<path>{_WHOLE_PATH})['\"]?: (?:Read-only file system|Permission denied|Operation not permitted)",
        "the sandbox did not let a command write {path}",
        "Run it with -s workspace-write, or add the folder of {path} with --add-dir.",
        is_of_command=True,
    ),
    Signature(
        "patch_failed",
        (("apply_patch verification failed",),),
        _FINE,
        "a patch did not fit its file",
        "The file was moved or changed meanwhile; mostly the agent reads it again and goes on.",
        rf"file to update (?P<path>(?!-){_PATH}):",
        "a patch did not fit {path}",
        "See whether {path} was moved or changed meanwhile; mostly the agent reads it again and goes on.",
    ),
    Signature(
        "approval_policy_never",
        (("approval policy is Never; reject command",),),
        _FINE,
        "the agent asked for an approval that codex exec can never give",
        "Run it through the app-server with approval_policy on-request, or allow the command beforehand.",
    ),
    Signature(
        "question_unavailable",
        (
            ("request_user_input is unavailable in Default mode",),
            ("request_user_input is not supported in exec mode",),
        ),
        _FINE,
        "the agent asked a question that codex exec cannot pass on",
        "Run it in plan mode through the app-server, or answer the question in the prompt.",
    ),
    Signature(
        "tool_unsupported",
        (("unsupported call:",),),
        _FINE,
        "the model called a tool that is not there",
        "Check that model and tools fit together.",
        r"unsupported call: (?P<name>[\w.-]+)",
        "the model called {name}, a tool that is not there",
        "Check that model and tools fit together, or enable {name}.",
    ),
    Signature(
        STOPPED,
        (("STOPPED_EARLY",),),
        _FAILS,
        "it was interrupted or killed before its end",
        "Resume the session: codex exec resume --last, or with its id.",
    ),
    Signature(
        "codex_home_not_writable",
        (
            ("Read-only file system (os error 30)", "rollout writer failed"),
            ("Read-only file system (os error 30)", "Failed to save the conversation transcript"),
            ("Read-only file system (os error 30)", "failed to record rollout items"),
        ),
        _FINE,
        "the sessions folder is on a read-only disk",
        "Set CODEX_HOME to a folder that can be written.",
        _SESSIONS,
        "",
        "Mount {path} writable, or set CODEX_HOME to a folder that can be written.",
    ),
    Signature(
        "sandbox_denied",
        (("patch rejected: writing is blocked by read-only sandbox",),),
        _FINE,
        "the sandbox does not let files be changed",
        "Run it with -s workspace-write.",
    ),
    Signature(
        "bad_arguments",
        (
            ("unexpected argument",),
            ("error: invalid value",),
            ("error: unrecognized subcommand",),
            ("required arguments were not provided",),
        ),
        _FAILS,
        "codex does not know an argument",
        "Compare with codex exec --help; the version may have changed.",
        r"unexpected argument '(?P<name>[\w-]+)'",
        "codex does not know the argument {name}",
        "Leave out {name}, or see codex exec --help; the version may have changed.",
    ),
    Signature(
        NOT_FOUND,
        (
            ("No such file or directory: 'codex'",),
            ("codex: command not found",),
            ("codex: not found",),
            ("Codex CLI not found at",),
            ("spawn codex ENOENT",),
        ),
        _FAILS,
        "the program codex was not found",
        "Install it (npm install -g @openai/codex), or configure its path.",
    ),
    Signature(
        "MCP_SCHEMA",
        (
            ("CallToolResult", "validation error"),
            ("CallToolResult", "Field required"),
            ("MCP_SCHEMA",),
        ),
        _FAILS,
        "a tool server answered without content",
        "Look at the error before it: this only follows from a failed call of the tool.",
        is_last_resort=True,
    ),
    Signature(
        "NO_FILE",
        (("NO_FILE",), ("produced no output file",)),
        _FAILS,
        "the agent said it was done but wrote no file",
        "Read its last message, and say in the prompt which file has to be written.",
        is_last_resort=True,
    ),
)

BY_COMMAND: tuple[Signature, ...] = tuple(
    row
    for row in TABLE
    if row.kind
    in {
        "disk_full",
        "command_or_cwd_missing",
        "command_missing",
        "not_executable",
        "sandbox_denied",
        "patch_failed",
        "approval_policy_never",
        "question_unavailable",
        "tool_unsupported",
    }
)
"""The rows that what a tool gave back can be a case of, in the order of the table."""

CASCADES = frozenset({"MCP_SCHEMA"})
"""Kinds that follow from another failure wherever one is known."""

HARMLESS = (
    "Reading additional input from stdin",
    "could not find bubblewrap",
    "could not create PATH aliases",
    "Stack backtrace:",
    "<unknown>",
    "codex_core_plugins::",
    "curated plugin",
    "nder-development features",
    "Untrusted project-local configuration",
    "OpenAI Codex v",
)
"""Lines that stand in healthy runs too."""

STARTUP_ERRORS = (
    "Not inside a trusted directory",
    "Failed to read output schema file",
    "Output schema file",
)
"""How start-up errors of one line begin that carry no word of a level."""
