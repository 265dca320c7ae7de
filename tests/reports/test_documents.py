"""The weekly report as files: what it says, that it stays the same, that it is safe."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import delete, update
from typer.testing import CliRunner

from socialcell import db
from socialcell.cli import app
from socialcell.errors import SocialcellError, UsageError
from socialcell.i18n import CODES
from socialcell.identity.actor import unsigned
from socialcell.listening.alerts.model import Promise
from socialcell.ops import audit
from socialcell.ops.model import FrozenReport
from socialcell.reports.page import Cell, Table
from socialcell.reports.weekly import frozen_week
from socialcell.services.reporting import weekly_report
from tests.reports.slow_languages import SLOW_CODES
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World

SECTIONS = 22  # with mentions that have everything


def full(world: World) -> World:
    """Two covered weeks in which every section of the report has something."""
    world.covered()
    world.covered(source="paper", connector="rss")
    for hour in range(30):
        world.mention(
            MONDAY + hour * HOUR,
            topics=("water", "roads"),
            wards=("ward:sinhagad-road",),
            entities=("place:khadakwasla",),
            urgency="critical" if hour % 3 == 0 else "normal",
        )
    for hour in range(20):
        world.mention(BEFORE + hour * HOUR, topics=("water",))
    last = world.mention(MONDAY, "पाणी तीन दिवस आले नाही, कोणी पाहील का", language="mr")
    world.observed(last, MONDAY + HOUR, 12_34_567)
    world.mention(None)
    return world


class Reader(HTMLParser):
    """The tags and the words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("lang", SLOW_CODES)
def test_a_report_made_again_is_the_same_byte_for_byte(world: World, lang: str) -> None:
    full(world)
    first = weekly_report.write_weekly(world.context, lang=lang)
    letters = (first.letter_html, first.letter_text)
    paths = (first.html, first.text, *letters, first.workbook, *first.charts)
    made = {path: path.read_bytes() for path in paths}
    world.context.clock.advance(50 * HOUR)  # within the same week: nothing changes
    world.mention(MONDAY)
    assert weekly_report.write_weekly(world.context, lang=lang).html == first.html
    assert {path: path.read_bytes() for path in paths} == made
    assert len(made) == 9
    assert sorted(first.html.parent.iterdir()) == sorted(paths), "nothing is left over"


@pytest.mark.parametrize("lang", CODES)
def test_the_page_is_small_self_contained_and_in_its_language(
    world: World, lang: str
) -> None:
    made = weekly_report.write_weekly(full(world).context, lang=lang)
    page = made.html.read_text()
    assert len(page.encode()) < 100_000
    read = Reader(page)
    assert read.all("html")[0]["lang"] == lang
    images = read.all("img")
    names = sorted(path.name for path in made.charts)
    assert sorted(str(image["src"]) for image in images) == names
    assert all(len(image["alt"] or "") > 30 for image in images)
    for tag in ("script", "style", "link", "iframe"):
        assert not read.all(tag)
    assert "url(" not in page
    assert "://" not in page
    assert len(read.all("h2")) == SECTIONS
    assert all((made.html.parent / str(image["src"])).is_file() for image in images)


def test_numbers_are_written_as_each_language_writes_them(world: World) -> None:
    full(world)
    texts = {
        lang: weekly_report.write_weekly(world.context, lang=lang).text.read_text()
        for lang in CODES
    }
    assert "12,34,567" in texts["en"]
    assert "12,34,567" in texts["hi"]
    assert "१२,३४,५६७" in texts["mr"]
    assert not re.search(r"(?<![\w-])[0-9]+(?![\w-])", texts["mr"].split("नागरिक-")[0])


def test_the_summary_says_what_was_covered_and_what_changed(world: World) -> None:
    text = weekly_report.write_weekly(full(world).context).text.read_text()
    assert "* 31 mentions of Pune were collected (X). Everything on all 2" in text
    assert "mentions rose from 20 to 31 (+55%)." in text
    assert "Needs a look: 10 mentions are urgent, 10 of them" in text


@pytest.mark.parametrize("lang", CODES)
def test_promises_missed_by_the_end_of_the_week_need_a_decision(
    world: World, lang: str
) -> None:
    full(world)
    days = {"पूल": MONDAY, "नळ": NEXT - HOUR, "रस्ता": MONDAY, "बाग": NEXT + HOUR}
    with db.writing(world.engine) as session:
        for text, due in days.items():
            kept = MONDAY + HOUR if text == "रस्ता" else None
            session.add(
                Promise(
                    text=text, due_at=due, made_by="me", made_at=BEFORE, kept_at=kept
                )
            )

    text = weekly_report.write_weekly(world.context, lang=lang).text.read_text()

    said = {
        "en": "Needs a decision: 2 promises were due and not kept: पूल; नळ.",
        "mr": "निर्णय आवश्यक: २ आश्वासने मुदतीत पाळली गेली नाहीत: पूल; नळ.",
        "hi": "निर्णय आवश्यक: 2 आश्वासन समय पर पूरे नहीं हुए: पूल; नळ।",
    }
    assert said[lang] in " ".join(text.split())


def test_an_outage_is_told_and_no_percentage_is_given(world: World) -> None:
    world.covered(BEFORE, MONDAY + 5 * HOUR)
    for hour in range(40):
        world.mention(BEFORE + hour * HOUR)
    for at in range(8, 168, 8):
        world.ran(MONDAY + at * HOUR, "failed", "auth")
    text = weekly_report.write_weekly(world.context).text.read_text()
    assert "Of the platform-hours, 5 of 168 (3%) were collected without gaps" in text
    assert "Not collected: X 163 hours, mostly because the platform no longer" in text
    assert (
        "X: 163 hours not collected, 16 Nov 2026, 05:00 to 23 Nov 2026, 00:00, because "
        "the platform no longer accepted our access key (city)." in text
    )
    assert "over the 5 platform-hours that both weeks covered, mentions fell" in (
        text.lower()
    )
    assert "%" not in text.split("Mentions by day")[1].split("Hour by hour")[0]


PRIVATE = {
    "en": ("no private messages.", "2 mentions of the week are such messages."),
    "hi": ("निजी संदेश इनमें नहीं हैं।", "इस सप्ताह के 2 उल्लेख ऐसे संदेश हैं।"),
    "mr": ("खासगी संदेश यात नाहीत.", "या आठवड्यातील २ उल्लेख असे संदेश आहेत."),
}


@pytest.mark.parametrize("lang", CODES)
def test_whether_private_messages_are_counted_is_said_as_it_is(
    world: World, lang: str
) -> None:
    none, some = PRIVATE[lang]

    def said() -> str:
        made = weekly_report.write_weekly(world.context, lang=lang)
        return " ".join(made.text.read_text().split())

    world.covered()
    world.mention(platform="messenger", kind="message", at=BEFORE)
    world.mention()
    assert none in said()

    with db.writing(world.engine) as session:
        session.execute(delete(FrozenReport))
    for _ in range(2):
        world.mention(platform="whatsapp", kind="message")
    text = said()
    assert some in text
    assert none not in text


def test_a_report_that_was_frozen_without_messages_does_not_deny_them(
    world: World,
) -> None:
    full(world)
    counted = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )
    older = {key: value for key, value in counted.items() if key != "messages"}
    with db.writing(world.engine) as session:
        session.execute(update(FrozenReport).values(numbers=older))

    text = " ".join(weekly_report.write_weekly(world.context).text.read_text().split())

    assert "private messages that people wrote to the city" in text
    assert "such message" not in text


def test_a_week_without_data_says_so(world: World) -> None:
    world.source()
    made = weekly_report.write_weekly(world.context)
    text = made.text.read_text()
    assert "No data: nothing was collected" in text
    assert "0 mentions" not in text
    assert made.charts == ()


def test_a_quotation_deleted_since_reads_removed(world: World) -> None:
    world.covered()
    id_ = world.mention(text="The tap has been dry for three days", topics=("water",))
    before = weekly_report.write_weekly(world.context)
    first = before.html.read_text()
    assert "The tap has been dry" in first
    assert re.search(r"नागरिक-[A-Z2-7]{8} · X · 16 Nov 2026, 00:00", first)
    world.delete(id_)
    again = weekly_report.write_weekly(world.context)
    second = again.html.read_text()
    assert "The tap has been dry" not in second
    assert "This quotation was removed" in second
    assert again.numbers == before.numbers
    without = re.sub(r"<blockquote.*?</blockquote>", "", first, flags=re.DOTALL)
    assert without == re.sub(
        r"<blockquote.*?</blockquote>", "", second, flags=re.DOTALL
    )


POISON = (
    '=HYPERLINK("x")<script>alert(1)</script><img src=x onerror=alert(2)> '
    "\u202egnp.exe\u2066 @some_person call 98765 43210 mail a.b@example.org &amp; "
)


def test_poison_in_a_post_stays_text(world: World) -> None:
    world.covered()
    world.mention(text=POISON + "a" * 1_000_000, topics=("water",), author="<b>x</b>")
    made = weekly_report.write_weekly(world.context)
    page, text = made.html.read_text(), made.text.read_text()
    read = Reader(page)
    assert not read.all("script")
    assert [image.get("onerror") for image in read.all("img")] == [None] * 3
    assert '=HYPERLINK("x")<script>alert(1)</script>' in read.words
    assert read.all("bdi") == [{"dir": "auto"}]
    for shown in (page, text):
        for hidden in ("some_person", "43210", "a.b@", "example.org", "\u202e", "<b>"):
            assert hidden not in shown
        assert len(shown) < 100_000
    assert "“\u2068=HYPERLINK" in text


def test_nothing_of_a_person_is_in_the_numbers(world: World) -> None:
    full(world)
    made = weekly_report.write_weekly(world.context)
    said = json.dumps(made.numbers, ensure_ascii=False)
    for hidden in ("author-", "_handle", "post-", "hash-", "पाणी तीन दिवस"):
        assert hidden not in said


def test_an_unknown_language_is_refused(world: World) -> None:
    with pytest.raises(UsageError, match="mr, hi, en, not 'fr'"):
        weekly_report.write_weekly(world.context, lang="fr")


def test_a_folder_that_cannot_be_made_is_said_plainly(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SocialcellError, match="cannot be written to"):
        weekly_report.write_weekly(full(world).context, out=tmp_path / "file")


def test_the_command_prints_one_json_document(world: World, tmp_path: Path) -> None:
    world.covered()
    world.mention(topics=("water",))
    config = world.context.workspace.folder / "config.yaml"
    config.write_text(
        config.read_text().replace("fixed: null", f"fixed: {MADE.isoformat()}")
    )
    out = tmp_path / "out"
    arguments = ["report", "weekly", "--as-of", "2026-11-23", "--lang", "mr"]
    arguments += ["--out", str(out), "--config", str(config), "--json"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["period"] == {
        "from": MONDAY.isoformat(),
        "to": NEXT.isoformat(),
    }
    assert said["html"] == str(out / "weekly-2026-11-16.mr.html")
    assert said["text"] == str(out / "weekly-2026-11-16.mr.txt")
    assert [Path(chart).name for chart in said["charts"]] == [
        f"weekly-2026-11-16.mr.{name}.png" for name in ("days", "hours", "topics")
    ]
    assert said["numbers"]["mentions"]["n"] == 1


def noted(world: World) -> audit.Head:
    """One more entry in the audit log."""
    with db.writing(world.engine) as session:
        return audit.append(session, unsigned("asha"), "registry.add", "x:a1", {}, MADE)


@pytest.mark.parametrize("lang", SLOW_CODES)
def test_the_workbook_has_the_audit_log_as_it_was_and_the_letter_has_not(
    world: World, lang: str
) -> None:
    head = noted(full(world))

    made = weekly_report.write_weekly(world.context, lang=lang)
    noted(world)
    again = weekly_report.write_weekly(
        world.context, lang=lang, out=made.html.parent / "again"
    )

    assert made.numbers["audit"] == {"seq": 1, "hash": head.hash}
    anchor = f"Audit log: 1 entries, head {head.hash}"
    for file in (made.workbook, again.workbook):
        assert openpyxl.load_workbook(file).properties.description == anchor
    for file in (made.html, made.text, again.html, again.text):
        assert head.hash not in file.read_text("utf-8")
    done = CliRunner().invoke(
        app,
        [
            *("audit", "verify", "--head", head.hash),
            *("--config", str(world.context.workspace.folder / "config.yaml")),
        ],
    )
    assert done.exit_code == 0, done.output


def test_a_report_that_was_frozen_without_a_head_says_nothing_of_it(
    world: World,
) -> None:
    full(world)
    week = frozen_week.period(MADE, MADE)
    counted = frozen_week.numbers_of_week(world.engine, week, MADE)
    older = {key: value for key, value in counted.items() if key != "audit"}
    with db.writing(world.engine) as session:
        session.execute(update(FrozenReport).values(numbers=older))

    made = weekly_report.write_weekly(world.context)

    assert openpyxl.load_workbook(made.workbook).properties.description is None
    assert "Numbers counted on" in made.html.read_text("utf-8")


@pytest.mark.parametrize("cells", [(("1",),), (("1",), ("2",), ("3",))])
def test_a_row_has_a_cell_for_each_heading(cells: tuple[Cell, ...]) -> None:
    with pytest.raises(ValueError, match=f"2 headings and a row of {len(cells)} cell"):
        Table("Mentions by day", ("Day", "Mentions"), [cells])


def test_a_report_in_another_language_writes_over_no_file(
    world: World, tmp_path: Path
) -> None:
    context, folder = full(world).context, tmp_path / "reports"
    weekly_report.write_weekly(context, lang="en", out=folder)
    english = {path: path.read_bytes() for path in folder.iterdir()}

    weekly_report.write_weekly(context, lang="mr", out=folder)

    assert english
    assert {path: path.read_bytes() for path in english} == english
    assert all(".en." in path.name for path in english)
    others = {*folder.iterdir()} - {*english}
    assert len(others) == len(english)
    assert all(".mr." in path.name for path in others)
