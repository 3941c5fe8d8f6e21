"""Classify: what kind of repository it is, by its manifests and its sources, and by what that is known. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from odw_core.engines.loose import Json, flag, sequence, text, texts
from odw_core.workflows.coordinate.tree import Tree

UNKNOWN = "unknown"
_MARKERS = (
    ("pyproject.toml", "python"),
    ("requirements.txt", "python"),
    ("package.json", "node"),
    ("README.md", ""),
    ("setup.py", "python"),
    ("go.mod", "go"),
    ("Cargo.toml", "rust"),
    ("pom.xml", "java"),
    ("build.gradle", "java"),
    ("build.gradle.kts", "kotlin"),
    ("Gemfile", "ruby"),
    ("composer.json", "php"),
    ("Package.swift", "swift"),
    ("mix.exs", "elixir"),
    ("pubspec.yaml", "dart"),
    ("build.sbt", "scala"),
    ("CMakeLists.txt", "cpp"),
)
"""Files at the root that say something, in the order in which they are told."""
_SUFFIX_MARKERS = ((".sln", "csharp"), (".csproj", "csharp"))
_EXTENSIONS = {
    "python": "py pyi",
    "node": "js jsx ts tsx mjs cjs mts cts vue svelte",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "kotlin": "kt kts",
    "ruby": "rb",
    "php": "php",
    "csharp": "cs",
    "swift": "swift",
    "scala": "scala",
    "elixir": "ex exs",
    "erlang": "erl",
    "dart": "dart",
    "c": "c h",
    "cpp": "cc cpp cxx hpp hh",
    "objective-c": "m mm",
    "lua": "lua",
    "perl": "pl pm",
    "r": "r",
    "julia": "jl",
    "haskell": "hs",
    "clojure": "clj cljs",
    "zig": "zig",
    "terraform": "tf",
    "shell": "sh bash zsh",
    "sql": "sql",
    "html": "html htm",
    "css": "css scss sass less",
}
_LANGUAGE_OF = {extension: name for name, listed in _EXTENSIONS.items() for extension in listed.split()}
_ORDER = {name: place for place, name in enumerate(_EXTENSIONS)}
_SAID_BESIDE = ("shell", "sql", "html", "css")
"""Languages that most repositories hold some of: they name a kind only where there is no other."""
_SHOWN = {
    "python": "Python",
    "node": "Node",
    "php": "PHP",
    "csharp": "C#",
    "cpp": "C++",
    "objective-c": "Objective-C",
    "sql": "SQL",
    "html": "HTML",
    "css": "CSS",
}
_DOCUMENTED = "Repository documentation found"
_NOTHING = "No obvious constraints detected"
_MISSING = "repo path not found"
_NO_FOLDER = "repo folder not found: its path is a file"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one repository before anybody plans."""

    path: str
    exists: bool
    """Whether it is a folder that can be planned in."""
    kind: str
    """``python``, ``node``, ``go`` …; ``unknown`` when nothing tells."""
    signals: tuple[str, ...] = ()
    """Manifests at the root, and ``<kind>_sources`` when only the count of sources tells the kind."""
    languages: tuple[tuple[str, int], ...] = ()
    """(language, number of files), the most first."""
    evidence: tuple[str, ...] = ()
    """By what the kind is known, as sentences."""
    constraints: tuple[str, ...] = ()
    """Never empty."""
    tree: str = ""
    """Digest of the names and sizes of its files."""

    @property
    def upstream_type(self) -> str:
        """The kind in the three words that Converge knows."""
        return self.kind if self.kind in ("python", "node") else UNKNOWN


def classify(tree: Tree) -> Evidence:
    """What a repository is."""
    if not tree.exists or not tree.is_folder:
        said = _NO_FOLDER if tree.exists else _MISSING
        return Evidence(tree.path, False, UNKNOWN, constraints=(said,), evidence=(said,))
    roots = {seen.path for seen in tree.files if "/" not in seen.path}
    signals = [name for name, _ in _MARKERS if name in roots]
    signals += sorted(name for name in roots if name.endswith(tuple(suffix for suffix, _ in _SUFFIX_MARKERS)))
    counts, examples = _counted(tree)
    languages = tuple(sorted(counts.items(), key=lambda one: (-one[1], _ORDER[one[0]])))
    marked = _marked(signals)
    kind = _most(marked or _candidates(counts), counts)
    constraints = []
    if kind != UNKNOWN:
        constraints.append(f"{shown(kind)} project detected" if marked else f"{shown(kind)} source files detected")
    if kind != UNKNOWN and not marked:
        signals.append(f"{kind}_sources")
    if "README.md" in roots:
        constraints.append(_DOCUMENTED)
    return Evidence(
        path=tree.path,
        exists=True,
        kind=kind,
        signals=tuple(signals),
        languages=languages,
        evidence=tuple(_evidence(tree, signals, languages, examples)),
        constraints=tuple(constraints) or (_NOTHING,),
        tree=tree.digest(),
    )


def shown(kind: str) -> str:
    """A kind as a person writes it."""
    return _SHOWN.get(kind, kind.capitalize())


def _counted(tree: Tree) -> tuple[Counter[str], dict[str, str]]:
    """Number of files of each language, and the first file of each."""
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for seen in tree.files:
        _, dot, extension = seen.path.rpartition("/")[2].rpartition(".")
        language = _LANGUAGE_OF.get(extension.lower()) if dot else None
        if language is not None:
            counts[language] += 1
            examples.setdefault(language, seen.path)
    return counts, examples


def _marked(signals: list[str]) -> list[str]:
    """Kinds that a manifest names. A Python manifest outweighs ``package.json``, which is often there for its tools."""
    by_name = dict(_MARKERS)
    found = [by_name.get(name) or next((k for end, k in _SUFFIX_MARKERS if name.endswith(end)), "") for name in signals]
    kinds = list(dict.fromkeys(kind for kind in found if kind))
    return [kind for kind in kinds if kind != "node"] if "python" in kinds else kinds


def _candidates(counts: Counter[str]) -> list[str]:
    telling = [name for name in counts if name not in _SAID_BESIDE]
    return telling or list(counts)


def _most(kinds: list[str], counts: Counter[str]) -> str:
    """The kind with the most sources; on a tie the one that is told first."""
    return min(kinds, key=lambda kind: (-counts[kind], _ORDER.get(kind, len(_ORDER))), default=UNKNOWN)


def _evidence(
    tree: Tree, signals: list[str], languages: tuple[tuple[str, int], ...], examples: dict[str, str]
) -> list[str]:
    said = [f"{name} at the root" for name in signals if not name.endswith("_sources")]
    said += [
        f"{count:,} {shown(name)} file{'' if count == 1 else 's'}, such as {examples[name]}"
        for name, count in languages
    ]
    if not languages:
        said.append(f"no source files among {len(tree.files):,} files" if tree.files else "no files")
    if tree.skipped:
        more = f" and {len(tree.skipped) - 3} more" if len(tree.skipped) > 3 else ""
        said.append(f"not looked into: {', '.join(tree.skipped[:3])}{more}")
    if tree.is_cut:
        said.append(f"only the first {len(tree.files):,} files were looked at")
    return said


def evidence_value(evidence: Evidence) -> dict[str, object]:
    """As the journal tells it."""
    return {
        "path": evidence.path,
        "exists": evidence.exists,
        "kind": evidence.kind,
        "signals": list(evidence.signals),
        "languages": [list(one) for one in evidence.languages],
        "evidence": list(evidence.evidence),
        "constraints": list(evidence.constraints),
        "tree": evidence.tree,
    }


def evidence_of(value: Json) -> Evidence:
    """What ``evidence_value`` said; what is missing is empty."""
    pairs = [one for one in sequence(value, "languages") if isinstance(one, list) and len(one) == 2]
    return Evidence(
        path=text(value, "path"),
        exists=flag(value, "exists") is not False,
        kind=text(value, "kind") or UNKNOWN,
        signals=tuple(texts(value, "signals")),
        languages=tuple((name, n) for name, n in pairs if isinstance(name, str) and isinstance(n, int)),
        evidence=tuple(texts(value, "evidence")),
        constraints=tuple(texts(value, "constraints")),
        tree=text(value, "tree"),
    )
