"""Write docs/json.md: the keys of every command's JSON document and their types.

`make docs-json` makes a short demo, runs every line of json_commands.txt on a copy of
it, beside the sandbox that the demo listened to, and writes what the documents hold.
With `--check` nothing is written; tests/end_to_end/test_json.py compares on the tests'
own demo.
"""

import argparse
import contextlib
import json
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

import typer
import yaml
from typer.core import TyperGroup
from typer.testing import CliRunner

from socialcell import sandbox
from socialcell.cli import app
from socialcell.clock import IST, FixedClock
from socialcell.sandbox.city import City
from socialcell.services.context import open_context
from socialcell.services.rehearsal import sample_operators

Shape: TypeAlias = dict[str, set[str]]  # path of a key → the types of its values

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "json.md"
DAYS, SEED = 8, 3
END = datetime(2026, 11, 23, 9, 0, tzinfo=IST)
NAME = re.compile(r"[a-z][a-z0-9_]*")
# Keys whose objects have data for keys although these look like names: topics, slots …
MAPPINGS = frozenset(
    [
        *("choices", "clicks", "files", "goals", "installs", "intents", "labels"),
        *("languages", "left_out", "mentions", "per_class", "projection", "reasons"),
        *("refused", "settings", "slots", "states", "tables", "targets", "topics"),
    ]
)

INTRODUCTION = """\
# JSON documents

Made by `make docs-json`: every command is run with `--json` on a short demo, and this
page lists the keys of what it writes. A key that is added, lost or renamed fails a
test. `[]` stands for each element of a list, `{}` for each value of an object whose
keys are data (such as topics). Times are ISO 8601 with their offset, money is whole
micros with a currency, and what is not known is `null`. A type is what the demo showed:
a key may also be `null` where the demo knew its value.
"""

LINES = [
    line
    for line in Path(__file__).with_name("json_commands.txt").read_text().splitlines()
    if not line.startswith("#")
]

# Why a command's document is not shown by a line above.
ABSENT = {
    "answers approve": "needs a case that somebody answered",
    "answers draft": "needs a case",
    "answers return": "needs a case that somebody answered",
    "answers send": "needs a case that somebody answered",
    "answers settle": "needs an answer in doubt",
    "answers show": "needs a case that somebody answered",
    "links approve": "needs a change of a link that waits",
    "links waiting": "needs a change of a link that waits",
    "links withdraw": "needs a change of a link that waits",
    "answers withdraw": "needs a case that somebody answered",
    "cases join": "needs an operator who works on cases",
    "cases mark-photo": "needs a case with a photo",
    "cases photos": "needs a case with a photo",
    "cases merge": "needs an operator who works on cases",
    "cases open": "needs an operator who works on cases",
    "cases split": "needs an operator who works on cases",
    "cases unmerge": "needs an operator who works on cases",
    "field-links make": "needs a case",
    "field-links revoke": "needs a field link",
    "macros add": "needs an operator who drafts",
    "macros approve": "needs an operator who drafts, and another who approves",
    "macros end": "needs an approved answer",
    "macros import": "needs an operator who drafts",
    "alerts try": "needs a channel that takes messages",
    "alerts unmute": "needs a planned closure",
    "campaigns outreach dismiss": "needs a post that was matched",
    "campaigns approval-page": "writes a page; says its file",
    "campaigns plan": "plans for a minute",
    "care in": "needs an export of PMC Care",
    "closures answer": "needs a case",
    "closures close": "needs a case",
    "db backup-key": "makes a key",
    "db decrypt": "needs an encrypted backup",
    "db restore": "replaces the workspace",
    "demo": "makes a workspace",
    "installs import": "needs an export of a store",
    "language train": "trains for minutes",
    "messages approve": "needs a platform that takes the answer",
    "messages settle": "needs an answer in doubt",
    "pictures funnel": "has the keys of pictures wards",
    "pictures incident": "has the keys of pictures wards",
    "pictures lift": "has the keys of pictures wards",
    "operators begin": "needs a workspace without operators",
    "language people approve": "needs two operators",
    "language people remove": "needs two operators",
    "registry approve": "needs two operators",
    "operators second-factor": "needs an authenticator",
    "outbox release": "needs a message that is held",
    "outbox resubscribe": "needs a recipient who stopped a letter",
    "posts delete": "needs a post that is out",
    "audit records": "needs an operator who exports texts",
    "audit verify-records": "needs a bundle",
    "operators hand-over": "needs two operators at work",
    "privacy accesses": "needs a data protection officer",
    "privacy breaches affected": "needs a data protection officer",
    "privacy breaches close": "needs a data protection officer",
    "privacy breaches letters": "needs a data protection officer",
    "privacy breaches list": "needs a data protection officer",
    "privacy breaches report": "needs a data protection officer",
    "privacy breaches show": "needs a data protection officer",
    "privacy breaches told": "needs a data protection officer",
    "privacy breaches update": "needs a data protection officer",
    "privacy erase": "needs a data protection officer",
    "privacy export": "needs a data protection officer",
    "privacy notices add": "needs a data protection officer",
    "privacy report": "needs a data protection officer",
    "privacy requests answer": "needs a data protection officer",
    "privacy requests identify": "needs a data protection officer",
    "privacy requests list": "needs a data protection officer",
    "privacy requests receive": "needs a data protection officer",
    "privacy requests refuse": "needs a data protection officer",
    "privacy requests show": "needs a data protection officer",
    "referrals add": "needs a case",
    "referrals answer": "needs a case",
    "referrals back": "needs a case",
    "referrals service": "needs a case",
    "situation claim": "needs an operator who leads incidents",
    "situation draft": "needs an operator who leads incidents",
}


def main() -> int:
    """Write the page; with --check, 1 if the page on disk differs in a key."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("demo", type=Path, help="a folder that `socialcell demo` made")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args()
    shapes = measure(options.demo)
    if options.check:
        wrong = differences(shapes, PAGE.read_text("utf-8"))
        sys.stderr.write("".join(f"{line}\n" for line in wrong))
        return bool(wrong)
    PAGE.write_text(render(shapes), "utf-8")
    return 0


def measure(demo: Path) -> dict[str, Shape]:
    """The shape of each command's document, in the order of the lines."""
    shapes: dict[str, Shape] = {}
    with served(demo) as (config, files):
        for line, document in documents(config, files):
            merged = shapes.setdefault(command_of(line), {})
            for path, kinds in shape(document).items():
                merged.setdefault(path, set()).update(kinds)
    return shapes


@contextlib.contextmanager
def served(demo: Path) -> Iterator[tuple[Path, Path]]:
    """A copy of a demo beside its sandbox: (config.yaml, a folder with input files)."""
    city = City(seed=SEED, end=END, days=DAYS)
    with (
        tempfile.TemporaryDirectory() as place,
        sandbox.serve(city, FixedClock(END)) as running,
    ):
        folder, files = Path(place) / "demo", Path(place) / "files"
        shutil.copytree(demo, folder)
        config = folder / "config.yaml"
        settings = yaml.safe_load(config.read_text("utf-8"))
        settings["sandbox"] = {"base_urls": running.base_urls}
        settings["language"]["semantic"] = False
        settings["operators"] = {"second_factor_roles": []}
        config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
        files.mkdir()
        for name, text in FILES.items():
            (files / name).write_text(text, "utf-8")
        yield config, files


def documents(config: Path, files: Path) -> Iterator[tuple[str, Any]]:
    """(line, the document it wrote) for every line, in order.

    RuntimeError names the line that wrote none, or an error, and says why.
    """
    words = _words(config)
    for line in LINES:
        command, _, typed = line.partition(" < ")
        arguments = [
            words.get(word, word).format(files=files, demo=config.parent)
            for word in shlex.split(command)
        ]
        lines = [words.get(word, word) for word in shlex.split(typed)]
        yield line, _run(arguments, config, "".join(f"{text}\n" for text in lines))


def _run(arguments: Iterable[str], config: Path, typed: str = "") -> Any:
    words = ["--config", str(config), *arguments, "--json"]
    result = CliRunner().invoke(app, words, input=typed)
    try:
        return json.loads(result.stdout)
    except ValueError:
        raise RuntimeError(
            f"{' '.join(words)}: {result.exception!r} {result.output[-500:]}"
        ) from None


def _message_in_no_case(config: Path) -> str:
    """The newest message that may be answered outside a case."""
    listed = ["mentions", "list", "--platform", "whatsapp", "--limit", "200"]
    ids = [str(mention["id"]) for mention in _run(listed, config)["mentions"]]
    for id_ in ids:
        attempt = ["messages", "reply", id_, "The tanker comes at six.", "--dry-run"]
        words = ["--config", str(config), *attempt]
        if CliRunner().invoke(app, words).exit_code == 0:
            return id_
    raise RuntimeError(f"each of {len(ids)} messages is in a case, or too old")


def _words(config: Path) -> dict[str, str]:
    """What `@mention` and the like stand for in this workspace."""
    newest = ["mentions", "list", "--limit", "1"]
    mention = _run(newest, config)["mentions"][0]
    message = _message_in_no_case(config)
    link = _run(["links", "list"], config)["links"][0]
    context = open_context(config)
    passwords = sample_operators.passwords(context)
    context.engine.dispose()
    return {
        "@mention": str(mention["id"]),
        "@message": message,
        "@code": link["code"],
        "@maker": passwords[sample_operators.MAKER],
        "@approver": passwords[sample_operators.APPROVER],
        "@candidate": _run(["influencers", "rank"], config)["candidates"][0]["id"],
    }


def command_of(line: str) -> str:
    """The command's words at the head of a line: `sources list`."""
    group, words = typer.main.get_command(app), []
    for word in shlex.split(line):
        if not isinstance(group, TyperGroup) or word not in group.commands:
            break
        group = group.commands[word]
        words.append(word)
    return " ".join(words)


def with_json() -> list[str]:
    """The words of every command that takes --json."""
    command = typer.main.get_command(app)
    return list(_with_json(typer.Context(command, **command.context_settings)))


def _with_json(parent: typer.Context) -> Iterator[str]:
    if isinstance(parent.command, TyperGroup):
        for name, command in parent.command.commands.items():
            if not command.hidden:
                yield from _with_json(
                    typer.Context(command, parent=parent, info_name=name)
                )
    elif any("--json" in option.opts for option in parent.command.params):
        yield parent.command_path.strip()


def shape(document: Any) -> Shape:
    """Path of each key → the types that its values have."""
    paths: Shape = {}
    _note(document, "", paths)
    return paths


def _note(node: Any, path: str, paths: Shape) -> None:
    if path:
        paths.setdefault(path, set()).add(_kind(node))
    if isinstance(node, dict):
        last = path.rpartition(".")[2].rstrip("[]")
        keys_are_data = last in MAPPINGS or not all(map(NAME.fullmatch, node))
        for key, child in node.items():
            name = "{}" if keys_are_data else f".{key}" if path else key
            _note(child, f"{path}{name}", paths)
    elif isinstance(node, list):
        for child in node:
            _note(child, f"{path}[]", paths)


def _kind(node: Any) -> str:
    if node is None:
        return "null"
    if isinstance(node, bool):
        return "true or false"
    if isinstance(node, int | float):
        return "number"
    if isinstance(node, str):
        return "text"
    return "list" if isinstance(node, list) else "object"


def render(shapes: dict[str, Shape]) -> str:
    """The whole page as Markdown."""
    sections = []
    for command, paths in sorted(shapes.items()):
        rows = [
            f"| `{path}` | {', '.join(sorted(kinds))} |"
            for path, kinds in paths.items()
        ]
        sections.append(
            "\n".join([f"## {command}\n", "| key | type |", "|---|---|", *rows]) + "\n"
        )
    return "\n".join([INTRODUCTION, *sections])


def differences(shapes: dict[str, Shape], page: str) -> list[str]:
    """Which keys the commands wrote that the page does not have, and the reverse.

    Nothing is said of the elements of a list or mapping that was empty then or is now.
    """
    listed = _listed(page)
    wrong = []
    for command in sorted({*shapes, *listed}):
        written, described = set(shapes.get(command, {})), listed.get(command, set())
        new, gone = _unmatched(written, described), _unmatched(described, written)
        wrong += [f"{command}: {path} is new" for path in new]
        wrong += [f"{command}: {path} is gone" for path in gone]
    return wrong


def _unmatched(paths: set[str], others: set[str]) -> list[str]:
    """The paths that the others lack although these know what they stand in."""
    return sorted(
        path
        for path in paths - others
        if not path.endswith(("[]", "{}"))
        and all(part in others for part in _containers(path))
    )


def _containers(path: str) -> list[str]:
    """The elements in which a key stands: `a[].b{}.c` stands in `a[]` and `a[].b{}`."""
    return [path[: match.end()] for match in re.finditer(r"\[\]|\{\}", path)]


def _listed(page: str) -> dict[str, set[str]]:
    """The keys of each command on the page."""
    listed: dict[str, set[str]] = {}
    command = ""
    for line in page.split("\n"):
        if line.startswith("## "):
            command = line.removeprefix("## ")
            listed[command] = set()
        elif line.startswith("| `"):
            listed[command].add(line.split("`")[1])
    return listed


def _packaged(package: str, name: str) -> str:
    """A table of the package: a file that its own command can read."""
    return (resources.files(package) / "data" / name).read_text("utf-8")


_HOURS = [f"2026-11-0{day}T{hour:02}:00" for day in (1, 2) for hour in range(24)]
_DAYS = [f"2026-{month:02}-{day:02}" for month in (8, 9, 10) for day in range(1, 29)]
_UNITS = [f"Ward {letter}" for letter in "ABCDEFGH"]
_VOTES = [(person, number) for person in range(12) for number in range(6)]
_CREATORS = [
    {"id": f"c{n}", "cost": 1000 * n, "audience": [f"p{n}", f"p{n + 1}"]}
    for n in range(1, 5)
]
FILES = {
    "areas.csv": _packaged("socialcell.listening", "areas.csv"),
    "owners.csv": _packaged("socialcell.listening", "owners.csv"),
    "routing.csv": _packaged("socialcell.desk", "routing.csv"),
    "notices.yaml": _packaged("socialcell.campaigns", "notices.yaml"),
    "numbers.txt": "+919999999999\n",
    "labelled.jsonl": '{"text": "Water again, thank you", "label": "positive"}\n',
    "series.csv": "timestamp,value\n" + "".join(f"{hour},3\n" for hour in _HOURS),
    "votes.csv": "participant,statement,vote\n"
    + "".join(f"p{p},s{s},{1 if (p + s) % 3 else -1}\n" for p, s in _VOTES),
    "places.csv": "id,label,name_en,name_mr,name_hi,aliases,ward,needs_context,"
    "unless,source\n"
    "place:our-society,PLACE,Our Society behind the Depot,आमची सोसायटी,"
    "हमारी सोसायटी,,ward:kothrud-bavdhan,,,the ward office's list\n",
    "people.csv": "id,kind,name_en,name_mr,name_hi,aliases,handles,valid_from,"
    "valid_to,source,evidence\n"
    "person:sample,office_holder,Sample Commissioner,नमुना आयुक्त,नमूना आयुक्त,,"
    "x:sample_office,2026-01-01,,the city's page,https://www.city.example/office\n",
    "creators.json": json.dumps({"creators": _CREATORS}),
    "wards.csv": "date,unit,value\n"
    + "".join(
        f"{day},{unit},{10 + n + (at * 7 + n) % 5}\n"
        for at, day in enumerate(_DAYS)
        for n, unit in enumerate(_UNITS)
    ),
    "editorial.csv": "platform,date,time,language,text\n"
    "x,2026-12-02,10:30,mr,उद्या पाणीपुरवठा बंद राहील\n",
    "links.csv": "code,campaign,channel,web\n"
    ",monsoon26,instagram,https://care.city.example/n\n",
    "outcomes.csv": "date,ward,count\n2026-11-20,Kothrud-Bavdhan,4\n",
    "visits.csv": "date,source,medium,campaign,sessions\n"
    "2026-11-20,instagram,social,monsoon26,12\n",
    "insights.csv": "key,platform,day,dimension,value,number\n"
    "asha,x,2026-11-01,language,mr,80\n",
}


if __name__ == "__main__":
    sys.exit(main())
