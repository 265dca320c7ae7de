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
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.end_to_end import real_exports
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
# Documents whose commands are run by make test-long: they would take seven minutes.
LATER = frozenset(
    f"docs/{name}.md"
    for name in (
        *("campaigns", "closing", "desk", "influencers", "outreach", "owners"),
        *("planning", "privacy", "publishing", "tasks"),
    )
)
NOT_RUN = {
    "socialcell daemon": SERVER,
    "socialcell serve console --port 8487 --workers 2": SERVER,
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
DONE = ""  # of a line that has more words than one that is refused, and succeeds
TYPED = "Standard input ended where a line was needed"
REFUSED = {
    "socialcell db backup-key": "names no key of backups",
    "socialcell alerts rules add oxygen": "Nobody is called 'control-room'",
    "socialcell alerts rules add march": "No rule is written about protests",
    "socialcell alerts try control-room": "There is no channel, phone or recipient",
    "socialcell campaigns approve ideas27": NOBODY,
    "socialcell campaigns approve monsoon26": NOBODY,
    "socialcell campaigns create monsoon26": "is there already and says something else",
    "socialcell campaigns outreach advance ideas27": "The switch is set to crisis",
    "socialcell campaigns outreach advance monsoon26": "First the plan is approved",
    "socialcell campaigns outreach dismiss monsoon26": "was not found for tag 3",
    "socialcell cases assign": NOBODY,
    "socialcell cases join": NOBODY,
    "socialcell cases mark-photo": NOBODY,
    "socialcell cases merge": NOBODY,
    "socialcell cases note": NOBODY,
    "socialcell cases open": NOBODY,
    "socialcell cases split": NOBODY,
    "socialcell cases state 26-000001": NOBODY,
    "socialcell cases suggestions 26-000002": NOBODY,
    "socialcell cases triage 26-000001": NOBODY,
    "socialcell cases unmerge": "is not merged into another one",
    "socialcell inbox give-back": NOBODY,
    "socialcell inbox take -n 5": NOBODY,
    "socialcell care back": NOBODY,
    "socialcell care in": NOBODY,
    "socialcell care out": NOBODY,
    "socialcell closures answer 26-000004": NOBODY,
    "socialcell closures call 26-000004": NOBODY,
    "socialcell closures claim 26-000004": NOBODY,
    "socialcell influencers set asha": "is not in the registry",
    "socialcell influencers flag x:asha_creates": "is no candidate",
    "socialcell influencers show x:asha_creates": "is no candidate",
    "socialcell influencers unflag x:asha_creates": "has no flag undisclosed",
    "socialcell influencers insights insights.csv": "No creator has the key",
    "socialcell links approve k7mq2xd": NOBODY,
    "socialcell links qr k7mq2xd": "No link has the code 'k7mq2xd'",
    "socialcell links withdraw k7mq2xd": "No link has the code 'k7mq2xd'",
    "socialcell mentions open 17": "Mention 17 has no address",
    "socialcell messages approve 3": NOBODY,
    "socialcell privacy accesses": NOBODY,
    "socialcell privacy breaches": NOBODY,
    "socialcell privacy erase": NOBODY,
    "socialcell privacy export": NOBODY,
    "socialcell privacy notices": "mr.txt cannot be read",
    "socialcell privacy report": NOBODY,
    "socialcell privacy requests": NOBODY,
    "socialcell operators hand-over": NOBODY,
    "socialcell audit records": NOBODY,
    "socialcell audit verify-records records.zip": "cannot be read",
    'socialcell consent grant "+91…" --evidence "form 12, Aundh" --language': "+91",
    "socialcell messages reply 17": "There is no message 17 to answer",
    "socialcell messages send evacuation": NOBODY,
    "socialcell messages settle 3": "Answer 3 is not in doubt",
    "socialcell messages settle evacuation": "'evacuation' is not in doubt",
    "socialcell messages withdraw 3": "No answer waits under 3",
    "socialcell operators add": NOBODY,
    "socialcell operators begin": "has operators already",
    "socialcell operators confirm": NOBODY,
    "socialcell operators disable": NOBODY,
    "socialcell operators grant": NOBODY,
    "socialcell operators revoke": NOBODY,
    "socialcell operators second-factor": NOBODY,
    "socialcell tokens add": NOBODY,
    "socialcell tokens revoke": NOBODY,
    "socialcell operators set-password": TYPED,
    "socialcell operators sign-in": TYPED,
    'socialcell operators sign-in "Asha Sample" < demo/secrets/asha_sample': DONE,
    'socialcell operators sign-in "Meera Sample" < demo/secrets/meera_sample': DONE,
    "socialcell outbox release 12": "1 of these is not held",
    "socialcell outbox resubscribe report": "has not stopped the letter",
    "socialcell pictures incident 22": "There is no incident 22",
    "socialcell posts approve": NOBODY,
    "socialcell posts publish --again 4": "4",
    "socialcell posts publish --confirm 4": "4",
    "socialcell registry approve x CityDesk": NOBODY,
    "socialcell referrals add 26-000004": NOBODY,
    "socialcell referrals answer 26-000004": NOBODY,
    "socialcell referrals back 26-000004": NOBODY,
    "socialcell referrals service 26-000004": NOBODY,
    "socialcell report weekly --lang mr --send": "Nothing was sent: report.rec",
    "socialcell situation ask": NOBODY,
    "socialcell situation claim": NOBODY,
    "socialcell situation draft": NOBODY,
    "socialcell situation edit": NOBODY,
    "socialcell situation issue": NOBODY,
    "socialcell situation note": NOBODY,
    "socialcell situation promise": NOBODY,
    "socialcell situation text 2 1": "has no situation report 1",
    "socialcell situation verdict": NOBODY,
    "socialcell sources add x.mentions x": "whose account",
    "socialcell sources edit times --set": "youtube.uploads",
    "socialcell sources now x.search": "x.search is off",
    "socialcell sources remove x.search": "Nothing is removed yet",
}
# Done or refused so: what the daemon sends in its seconds depends on what it finds due.
EITHER = {"socialcell outbox show 1": "There is no message 1 in the outbox"}
TWEETS = "id,text,created_at\n" + "".join(
    f"{n},कोथरूडमध्ये खड्डा,2026-11-20T09:00:00+05:30\n" for n in range(20)
)
UNITS = ("kothrud", "aundh", "hadapsar", "bibwewadi", "kasba", "warje")
DAYS = [date(2026, 9, 16) + timedelta(days) for days in range(60)]
# Files that commands read, by name; the newest owners and creators are exported first,
# and monsoon.yaml is the plan of the demo under another name.
FILES = {
    "FILE": TWEETS,
    "tweets.csv": TWEETS,
    # Before the end of the demo: a post of the future is refused.
    "posts.csv": real_exports.META_BUSINESS.replace("11/2", "11/1"),
    "WhatsApp Chat with Ward 12.txt": "20/11/2026, 8:02 am - Asha Sample: पाणी नाही\n",
    "installs_org.example.punecare_202611_overview.csv": real_exports.PLAY_INSTALLS,
    "volume.csv": "timestamp,value\n2026-11-01T00:00,3\n2026-11-01T01:00,4\n",
    "activated.csv": "date,outcome,ward,value\n"
    "2026-11-20,activated_users,Kothrud-Bavdhan,12\n",
    "december.csv": "platform,date,time,language,text,ward,media\n"
    "x,2026-12-05,10:00,mr,पाणीपुरवठा पूर्ववत,Kothrud-Bavdhan,\n",
    "export.csv": "token,status\nWA5000,Closed\n",
    "insights.csv": "key,platform,day,dimension,value,number\n"
    "asha,x,2026-11-01,city,Pune,41%\n",
    "creators.json": '{"creators": [{"id": "asha", "cost": 10, "audience": ["u1"]}]}',
    "panel.csv": "unit,date,value\n"
    + "".join(
        f"{unit},{day},{50 + (day.toordinal() * 7 + len(unit) * 3) % 11}\n"
        for unit in UNITS
        for day in DAYS
    ),
    "votes.csv": "participant,statement,vote\n"
    + "".join(
        f"p{person},{statement},{1 if (person + statement) % 2 else -1}\n"
        for person in range(12)
        for statement in range(6)
    ),
    "words.csv": "statement,text\n0,Repair the bridge first\n",
}
PLAN = "socialcell campaigns plan monsoon.yaml"
# What is done before the commands of a document that has such a one.
PREPARED = {
    "socialcell campaigns export monsoon26": PLAN,
    "socialcell campaigns outreach list monsoon26": PLAN,
    "socialcell commitments kept 4": "for n in 1 2 3 4; do "
    'socialcell commitments add "Update $n" --due 2026-12-01; done',
}
EXPORTS = (
    "socialcell owners list --all --csv > owners.csv",
    "socialcell routing list --csv > routing.csv",
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
    tables = (NOT_RUN, REFUSED, EITHER)
    used = {listed(table, line) for table in tables for line in lines}
    assert {key for table in tables for key in table} - used == set()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(document, marks=pytest.mark.long if document in LATER else ())
        for document in DOCUMENTS
        if [*commands(document)]
    ],
)
def test_the_commands_of_a_document_do_what_it_says(
    document: str, demo: Demo, tmp_path: Path
) -> None:
    lines = [line for line in commands(document) if not listed(NOT_RUN, line)]

    outcomes = run(lines, demo, tmp_path)

    wrong = []
    for line, (code, output) in zip(lines, outcomes, strict=True):
        words = REFUSED.get(listed(REFUSED, line) or "")
        is_right = words in output and code != 0 if words else code == 0
        perhaps = EITHER.get(listed(EITHER, line) or "")
        is_right = is_right or (perhaps is not None and perhaps in output)
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
    with zipfile.ZipFile(inputs / "Performance.zip", "w") as archive:
        archive.writestr("Dates.csv", real_exports.SEARCH_CONSOLE_DATES)
    plan = (demo.folder / "plan" / "ideas27.yaml").read_text(encoding="utf-8")
    (inputs / "ideas27.yaml").write_text(plan)
    (inputs / "monsoon.yaml").write_text(plan.replace("ideas27", "monsoon26"))
    config = folder / "demo" / "config.yaml"
    variables = environment(
        PATH=f"{BIN}:/usr/bin:/bin", HOME=str(home), SOCIALCELL_CONFIG=str(config)
    )
    process = subprocess.run(
        ["/bin/bash", "-c", script(lines, inputs)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=variables,
        check=True,
    )
    _, *parts = process.stdout.decode().split("\n§ begin\n")
    split = [part.rpartition("\n§ end ") for part in parts]
    return [(int(code.split()[0]), output) for output, _, code in split]


def script(lines: list[str], inputs: Path) -> str:
    """The lines with marks between them; files are there where the shell stands."""
    fill = f"cp -n {inputs}/* . 2>/dev/null"
    prepared = dict.fromkeys(
        preparation
        for words, preparation in PREPARED.items()
        if any(line.startswith(words) for line in lines)
    )
    before = [
        f"(cd {inputs} && {step}) >/dev/null 2>&1" for step in (*EXPORTS, *prepared)
    ]
    steps = [
        f"{fill}\nprintf '\\n§ begin\\n'\n{line}\nprintf '\\n§ end %s\\n' $?"
        for line in lines
    ]
    return "\n".join([*before, *steps, "true"])
