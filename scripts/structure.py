"""Figures on the code itself: names, types, sizes of functions and folders.

`python scripts/structure.py [FOLDER]` prints them for a folder of Python files, by
default socialcell; tests/tooling/test_structure.py holds the package to the limits.
"""

import ast
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAGUE = frozenset(
    [
        "one",
        "found",
        "said",
        "asked",
        "made",
        "known",
        "given",
        "held",
        "told",
        "seen",
        "got",
        "kept",
        "done",
        "taken",
        "meant",
        "wanted",
    ]
)
GENERAL = frozenset(["item", "thing", "value", "data", "obj", "res", "tmp"])
_UNTYPED = frozenset({"Any", "object", "cast"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in the Python files below one folder."""

    names: Counter[str]  # parameters and variables, once for each binding
    classes: dict[str, list[str]]  # class name → files that define it
    lengths: list[int]  # lines of each function
    lines: int
    untyped: int  # uses of Any, object and cast as names, and of aliases of Any

    def share(self, words: frozenset[str]) -> float:
        """The share of bindings whose name is one of `words`, 0 to 1."""
        return sum(self.names[word] for word in words) / max(self.names.total(), 1)

    @property
    def untyped_per_thousand(self) -> float:
        """Uses of Any, object and cast in 1,000 lines."""
        return 1000 * self.untyped / max(self.lines, 1)


def measure(folder: Path) -> Figures:
    """The figures of every Python file below a folder."""
    names: Counter[str] = Counter()
    classes: dict[str, list[str]] = defaultdict(list)
    lengths: list[int] = []
    lines = untyped = 0
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text("utf-8")
        tree = ast.parse(text)
        lines += text.count("\n")
        names.update(_bindings(tree))
        untyped += _untyped(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(file.relative_to(folder).as_posix())
            elif isinstance(node, _FUNCTIONS):
                lengths.append((node.end_lineno or node.lineno) - node.lineno + 1)
    return Figures(names, dict(classes), lengths, lines, untyped)


def modules_by_folder(folder: Path) -> dict[str, int]:
    """How many Python files each folder holds at its own level."""
    counts = Counter(
        file.parent.relative_to(folder).as_posix() for file in folder.rglob("*.py")
    )
    return dict(counts)


def _bindings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _untyped(tree: ast.Module) -> int:
    words = _UNTYPED | _aliases_of_any(tree)
    return sum(
        isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.id in words
        for node in ast.walk(tree)
    )


def _aliases_of_any(tree: ast.Module) -> frozenset[str]:
    """Names that a module gives to types which contain Any."""
    aliases = set()
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if (
            isinstance(target, ast.Name)
            and isinstance(node, ast.AnnAssign)
            and isinstance(node.annotation, ast.Name)
            and node.annotation.id == "TypeAlias"
            and node.value is not None
            and any(
                isinstance(part, ast.Name) and part.id == "Any"
                for part in ast.walk(node.value)
            )
        ):
            aliases.add(target.id)
    return frozenset(aliases)


def main() -> None:
    """Print the figures of a folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "socialcell"
    figures = measure(folder)
    shared = {name: files for name, files in figures.classes.items() if len(files) > 1}
    ninth = statistics.quantiles(figures.lengths, n=10)[8]
    print(f"lines: {figures.lines}")
    print(f"bindings: {figures.names.total()}")
    print(f"vague names: {100 * figures.share(VAGUE):.2f} %")
    print(f"general names: {100 * figures.share(GENERAL):.2f} %")
    print(f"Any, object, cast: {figures.untyped_per_thousand:.1f} per 1,000 lines")
    print(f"function lines: median {statistics.median(figures.lengths)}, p90 {ninth}")
    print(f"class names in several files: {len(shared)}")
    for name, files in sorted(shared.items()):
        print(f"  {name}: {', '.join(files)}")
    print(
        "commonest names:",
        ", ".join(f"{n} {c}" for n, c in figures.names.most_common(40)),
    )
    for name in sorted(VAGUE | GENERAL):
        print(f"  {name}: {figures.names[name]}")


if __name__ == "__main__":
    main()
