"""Every command of README and of the pages of docs, run word for word.

Each document has a folder of its own with the demo in it and the files that its
commands read. Its commands run in their order in one shell. A command succeeds, or says
what REFUSED has for it: the demo has another id, or nobody has signed in. NOT_RUN lists
the few that no test can run. A listed command that no document has any more fails, too.

The section of docs/campaigns.md that starts from an empty workspace is followed by
tests/campaigns/planning/test_first_campaign.py.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Demo
from tests.running import environment
from tests.shared import REPOSITORY

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]
DOCUMENTS = [
    "README.md",
    *sorted(
        f"docs/{page.name}"
        for page in (REPOSITORY / "docs").glob("*.md")
        if page.name not in ("cli.md", "RELIABILITY.md", "json.md")
    ),
]
BIN = Path(sys.executable).parent

SERVER = "runs until it is stopped"
PLATFORM = "asks a platform over the internet"
PLACE = "writes to a place outside the folder"
LIVE = "its exit code says how the workspace is"
NOT_RUN = {
    "socialcell daemon": SERVER,
    "socialcell serve redirect --port 8486": SERVER,
    "socialcell serve webhooks --port 8485": SERVER,
    "socialcell sources test paper": PLATFORM,
    "socialcell sources test x.mentions": PLATFORM,
    "socialcell pull": PLATFORM,
    "socialcell outbox send": PLATFORM,
    ".venv/bin/socialcell init ~/pmc": "needs the clone that make setup was run in",
    "cd ~/pmc": "the folder that this makes",
    "socialcell db backup --out /mnt/other/monday.db": PLACE,
    "socialcell db verify /mnt/other/monday.db": PLACE,
    "socialcell db restore /mnt/other/monday.db": PLACE,
    "socialcell doctor": LIVE,
    "socialcell health": LIVE,
}
NOBODY = "Nobody has signed in here"
NO_PLAN = "There is no plan of the campaign 'monsoon26'"
NO_FILE = "There is no file"
TYPED = "Standard input ended where a line was needed"
REFUSED = {
    "socialcell alerts rules add oxygen": "Nobody is called 'control-room'",
    "socialcell alerts rules add march": "No rule is written about protests",
    "socialcell alerts try control-room": "There is no channel or phone 'control-room'",
    "socialcell campaigns approve monsoon26": NOBODY,
    "socialcell campaigns calendar monsoon26": NO_PLAN,
    "socialcell campaigns create monsoon26": "is there already and says something else",
    "socialcell campaigns export monsoon26": NO_PLAN,
    "socialcell campaigns lift panel.csv": "panel.csv cannot be read",
    "socialcell campaigns outreach advance monsoon26": NO_PLAN,
    "socialcell campaigns outreach dismiss monsoon26": NO_PLAN,
    "socialcell campaigns outreach list monsoon26": NO_PLAN,
    "socialcell campaigns plan monsoon.yaml": "monsoon.yaml",
    "socialcell campaigns select creators.json": "creators.json: cannot be read",
    "socialcell campaigns show monsoon26 --plan": NO_PLAN,
    "socialcell commitments kept 4": "There is no promise 4",
    "socialcell import FILE": NO_FILE,
    "socialcell import Performance.zip": NO_FILE,
    "socialcell import posts.csv": NO_FILE,
    "socialcell influencers flag x:asha_creates": "is no candidate",
    "socialcell influencers insights insights.csv": "insights.csv cannot be read",
    "socialcell influencers show x:asha_creates": "is no candidate",
    "socialcell influencers unflag x:asha_creates": "has no flag undisclosed",
    "socialcell installs import installs_org": NO_FILE,
    "socialcell links qr k7mq2xd": "No link has the code 'k7mq2xd'",
    "socialcell mentions open 17": "Mention 17 has no address",
    "socialcell messages approve 3": NOBODY,
    "socialcell messages reply 17": "There is no message 17 to answer",
    "socialcell messages send evacuation": NOBODY,
    "socialcell operators add": NOBODY,
    "socialcell operators confirm": NOBODY,
    "socialcell operators disable": NOBODY,
    "socialcell operators grant": NOBODY,
    "socialcell operators revoke": NOBODY,
    "socialcell operators second-factor": NOBODY,
    "socialcell operators set-password": TYPED,
    "socialcell operators sign-in": TYPED,
    "socialcell outbox release 12": "1 of these are not held",
    "socialcell outbox resubscribe report": "has not stopped the letter",
    "socialcell outcomes import activated.csv": NO_FILE,
    "socialcell participation opinion-map votes.csv": "votes.csv: cannot be read",
    "socialcell pictures incident 22": "There is no incident 22",
    "socialcell posts approve": NOBODY,
    "socialcell posts import december.csv": "december.csv",
    "socialcell posts publish --again 4": "4",
    "socialcell posts publish --confirm 4": "4",
    "socialcell report weekly --lang mr --send": "Nothing was sent: mail.host",
    "socialcell sources add x.mentions x": "There is a source 'x.mentions' already",
    "socialcell sources edit times --set": "youtube.uploads",
    "socialcell sources now x.search": "x.search is off",
    "socialcell sources remove x.search": "Nothing is removed yet",
}
# Files that commands read, by name; the newest owners and creators are exported first.
FILES = {
    "tweets.csv": "id,text,created_at\n"
    + "".join(f"{n},कोथरूडमध्ये खड्डा,2026-11-27T09:00:00+05:30\n" for n in range(20)),
    "WhatsApp Chat with Ward 12.txt": "28/11/2026, 8:02 am - Asha Sample: पाणी नाही\n",
    "volume.csv": "timestamp,value\n2026-11-01T00:00,3\n2026-11-01T01:00,4\n",
}
EXPORTS = (
    "socialcell owners list --all --csv > owners.csv",
    "socialcell influencers export --out creators.xlsx",
)
STATE = re.compile(r"(cd|export|unset) ")
OURS = re.compile(r"(\$ )?(\.venv/bin/)?socialcell |echo .*\| socialcell ")


def commands(document: str) -> Iterator[str]:
    """The lines of a document's shell blocks that run us or change the shell's state,
    without their comments; lines that end with a backslash are joined."""
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    for kind, block in re.findall(r"^```(.*)\n((?:(?!```).*\n)*)```", text, re.M):
        if kind.strip():
            continue
        for line in block.replace("\\\n", " ").splitlines():
            if OURS.match(line) or STATE.match(line):
                yield re.sub(r"\s+#\s.*", "", line).removeprefix("$ ").strip()


def listed(table: dict[str, str], line: str) -> str | None:
    """The key of a table for a command line: the whole line or its first words."""
    keys = [key for key in table if line == key or line.startswith(f"{key} ")]
    starts = [key for key in table if line.startswith(key)]
    return max(keys or starts, key=len, default=None)


def test_every_listed_command_stands_in_a_document() -> None:
    lines = [line for document in DOCUMENTS for line in commands(document)]

    assert len(lines) > 120
    used = {listed(table, line) for table in (NOT_RUN, REFUSED) for line in lines}
    assert {*NOT_RUN, *REFUSED} - used == set()


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if [*commands(d)]])
def test_the_commands_of_a_document_do_what_it_says(
    document: str, demo: Demo, tmp_path: Path
) -> None:
    lines = [line for line in commands(document) if not listed(NOT_RUN, line)]

    outcomes = run(lines, demo, tmp_path)

    wrong = []
    for line, (code, output) in zip(lines, outcomes, strict=True):
        words = REFUSED.get(listed(REFUSED, line) or "")
        is_right = words in output and code != 0 if words else code == 0
        if "Traceback" in output or not is_right:
            wrong.append((line, code, output[-500:]))
    assert wrong == []


def run(lines: list[str], demo: Demo, folder: Path) -> list[tuple[int, str]]:
    """Exit code and output of each line, run in one shell in a folder with the demo."""
    shutil.copytree(demo.folder, folder / "demo", symlinks=True)
    home = folder / "home"
    home.mkdir()
    inputs = folder / "inputs"
    inputs.mkdir()
    for name, text in FILES.items():
        (inputs / name).write_text(text, encoding="utf-8")
    config = folder / "demo" / "config.yaml"
    variables = environment(
        PATH=f"{BIN}:/usr/bin:/bin", HOME=str(home), SOCIALCELL_CONFIG=str(config)
    )
    done = subprocess.run(
        ["/bin/bash", "-c", script(lines, inputs)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=variables,
        check=True,
    )
    _, *parts = done.stdout.decode().split("\n§ begin\n")
    split = [part.rpartition("\n§ end ") for part in parts]
    return [(int(code.split()[0]), output) for output, _, code in split]


def script(lines: list[str], inputs: Path) -> str:
    """The lines with marks between them; files are there where the shell stands."""
    fill = f"cp -n {inputs}/* . 2>/dev/null"
    before = [f"(cd {inputs} && {export}) >/dev/null 2>&1" for export in EXPORTS]
    steps = [
        f"{fill}\nprintf '\\n§ begin\\n'\n{line}\nprintf '\\n§ end %s\\n' $?"
        for line in lines
    ]
    return "\n".join([*before, *steps, "true"])
