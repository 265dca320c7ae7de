"""Today and an incident in the browser: what waits, where it is, who takes charge."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.i18n import language
from socialcell.listening.alerts.model import NO_DANGER, Incident
from tests.desk_builders import make_case, make_contact, make_message
from tests.reports.around import alert, incident
from tests.reports.world import HOUR, MADE, NEXT, World
from tests.statements import counted
from tests.web.console.browser_session import BrowserSession

AUNDH = "ward:aundh-baner"
WORDS = "The water stands in our lane since the morning"


@pytest.fixture
def flood(world: World) -> int:
    """An incident of five mentions from Aundh since the morning; its number."""
    ids = [
        world.mention(NEXT + n * HOUR, wards=(AUNDH,), topics=("flood",), text=WORDS)
        for n in range(5)
    ]
    id_ = incident(world, "topic:flood", NEXT, state="open", last_at=MADE)
    alert(world, id_, "topic:flood", NEXT + 4 * HOUR, mentions=ids)
    return id_


def taken_by(world: World, id_: int) -> str | None:
    with db.reading(world.engine) as session:
        return session.get_one(Incident, id_).acked_by


def test_where_nothing_waits_today_says_so_and_counts_no_noughts(
    lead: BrowserSession,
) -> None:
    page = lead.get("/en/")

    assert "Nothing waits for your decision." in page.text
    assert "message is held" not in page.text
    assert "messages are held" not in page.text


def test_today_names_places_in_the_language_of_the_page(
    world: World, lead: BrowserSession
) -> None:
    with db.writing(world.engine) as session:
        make_case(session, MADE, place="Pashan")

    page = lead.get("/mr/")

    assert "पाषाण" in page.text
    assert "Pashan" not in page.text


def test_today_shows_the_last_words_of_the_citizen_of_each_case_masked(
    world: World, lead: BrowserSession
) -> None:
    mention = world.mention(
        NEXT, text="Water stands in lane 4, call me on 9876543210", language="mr-Latn"
    )
    unread = world.mention(NEXT, text="Lane 5 too", language="und")
    with db.writing(world.engine) as session:
        written = make_case(session, MADE)
        contact = make_contact(session, written, "x")
        make_message(session, written, contact, "Dry since Monday", at=NEXT - HOUR)
        make_message(session, written, contact, mention_id=mention, at=NEXT)
        make_message(
            session, written, contact, "We look at it", direction="out", at=NEXT + HOUR
        )
        spoken = make_case(session, MADE)
        caller = make_contact(session, spoken, "phone")
        make_message(session, spoken, caller, "The lamp is out, call 9876543211")
        other = make_case(session, MADE)
        make_message(session, other, make_contact(session, other), mention_id=unread)
        make_case(session, MADE)  # nobody has said anything in it

    page = lead.get("/en/")

    assert "Water stands in lane 4, call me on" in page.text
    assert ' lang="mr-Latn">“<bdi dir="auto">Water stands' in page.html
    assert '<span class="inc small">“<bdi dir="auto">Lane 5 too' in page.html
    assert "The lamp is out, call" in page.text
    assert "98765432" not in page.text
    assert "Dry since Monday" not in page.text
    assert "We look at it" not in page.text


def test_the_page_that_is_open_stands_beside_the_six_and_the_rest_is_folded(
    lead: BrowserSession,
) -> None:
    html = lead.get("/en/sources").html
    six, rest = html.partition("<details>")[::2]

    assert 'href="/en/sources" aria-current="page"' in six
    assert "aria-current=page" not in six
    assert 'href="/en/sources"' in rest
    assert "<details open" not in html


def test_what_people_say_of_an_incident_leads_to_their_mentions(
    lead: BrowserSession, flood: int
) -> None:
    html = lead.get(f"/en/incidents/{flood}").html

    quoted = html.partition("What people say")[2]
    assert WORDS in quoted
    assert '<a href="/en/mentions/' in quoted.partition(WORDS)[0]


def test_whoever_takes_charge_is_named_and_the_second_changes_nothing(
    world: World, lead: BrowserSession, flood: int
) -> None:
    page, path = lead.get(f"/en/incidents/{flood}"), f"/incidents/{flood}/charge"

    charge = lead.send(page, path, note="I go there")
    again = lead.send(page, path, note="So do I", once="another-key")

    assert "You have taken charge." in charge.text
    assert "Nothing was changed." in again.text
    assert taken_by(world, flood) == "asha"


def test_the_detectors_of_an_incident_are_folded_where_they_are_many(
    world: World, lead: BrowserSession, flood: int
) -> None:
    few = lead.get(f"/en/incidents/{flood}").html
    for hour in range(5):
        alert(world, flood, "topic:flood", NEXT + hour * HOUR)

    many = lead.get(f"/en/incidents/{flood}").html

    # beside the pages of the navigation, which are always folded
    assert few.count("<details") == 1
    assert many.count("<details") == 2
    folded = many.partition("(6 rows)")[2].partition("</details>")[0]
    assert folded.count("<tr>") == 7


def test_all_incidents_are_paged_and_those_of_a_figure_are_theirs_alone(
    world: World, lead: BrowserSession
) -> None:
    ids = [incident(world, f"topic:water{n}", NEXT, state="over") for n in range(52)]
    rows = "<li data-row>"

    first = lead.get("/en/incidents?state=all")
    rest = lead.get(f"/en/incidents?state=all&before={ids[2]}")
    counted = lead.get(f"/en/incidents?ids={ids[0]},{ids[7]},,x,{'9' * 30}")
    none = lead.get("/en/incidents?ids=999999")

    assert first.html.count(rows) == 50
    assert f'href="/en/incidents?state=all&amp;before={ids[2]}"' in first.html
    assert rest.html.count(rows) == 2
    assert 'rel="next"' not in rest.html
    assert counted.html.count(rows) == 2
    assert "Below are the 2 incidents that the figure counts" in counted.text
    assert f'href="/en/incidents/{ids[7]}"' in counted.html
    assert "There is no incident." in none.text


def test_a_danger_to_life_that_nobody_took_up_does_not_end_with_a_tick(
    world: World, lead: BrowserSession
) -> None:
    missed = incident(world, "critical:9", NEXT, kind="critical")
    taken = {"kind": "critical", "acked_by": "asha", "acked_at": NEXT + HOUR}
    incident(world, "critical:10", NEXT, **taken)
    incident(world, "topic:water", NEXT)

    page = lead.get("/en/incidents?state=all")

    assert page.text.count("Over, nobody took charge") == 1
    assert page.html.count('class="chip is-good"') == 2
    assert "Over, nobody took charge" in lead.get(f"/en/incidents/{missed}").text


def test_a_danger_to_life_that_was_acknowledged_after_its_end_says_so(
    world: World, lead: BrowserSession
) -> None:
    id_ = incident(world, "critical:9", NEXT, kind="critical", state="over")
    with db.writing(world.engine) as session:
        row = session.get_one(Incident, id_)
        row.ended_at, row.acked_at, row.acked_by = NEXT, NEXT + HOUR, "asha"

    listed, own = lead.get("/en/incidents?state=all"), lead.get(f"/en/incidents/{id_}")

    assert "Over, acknowledged only afterwards" in listed.text
    assert "Over, acknowledged only afterwards" in own.text
    assert "nobody took charge" not in listed.text


def test_a_false_alarm_is_no_danger_that_nobody_took_up(
    world: World, lead: BrowserSession
) -> None:
    alarm = incident(world, "critical:9", NEXT, kind="critical", said=NO_DANGER)

    pages = [lead.get("/en/incidents?state=all"), lead.get(f"/en/incidents/{alarm}")]

    for page in pages:
        assert "Over, nobody was in danger" in page.text
        assert "nobody took charge" not in page.text


def test_an_incident_has_one_name_in_every_list(
    world: World, lead: BrowserSession, flood: int
) -> None:
    def danger(*topics: str, kind: str = "post", wards: tuple[str, ...] = ()) -> int:
        about = {"kind": kind, "topics": topics, "wards": wards}
        item = world.mention(NEXT, urgency="critical", **about)
        changes = {"kind": "critical", "state": "open", "last_at": MADE}
        id_ = incident(world, f"critical:{item}", NEXT, **changes)
        alert(world, id_, "critical", NEXT, mentions=[item])
        return item

    danger("electricity", wards=(AUNDH,))
    danger("transport", wards=(AUNDH,))
    danger("transport")
    danger("flood", kind="message", wards=(AUNDH,))
    world.delete(danger("fire", wards=(AUNDH,)))

    listed, marathi = lead.get("/en/incidents"), lead.get("/mr/incidents")
    today, area = lead.get("/en/"), lead.get(f"/en/areas/{AUNDH}")

    for name in (
        "Flood at Aundh - Baner",
        "Danger to life: Electricity, Aundh - Baner",
        "Danger to life: Aundh - Baner",
        "Danger to life in a private message: Flood, Aundh - Baner",
    ):
        assert {name in page.text for page in (listed, today, area)} == {True}, name
    assert listed.text.count("Critical post about the city") == 2
    assert "औंध" in marathi.text
    assert not {"Aundh", "Danger", "Flood"} & set(marathi.text.split())
    assert "#" not in listed.text


def test_more_incidents_of_a_list_take_no_more_statements(
    world: World, lead: BrowserSession, flood: int
) -> None:
    def fill() -> None:
        item = world.mention(NEXT, urgency="critical", wards=(AUNDH,))
        for subject, kind in (
            ("topic:water", "spike"),
            (f"critical:{item}", "critical"),
        ):
            id_ = incident(world, subject, NEXT, kind=kind, state="open", last_at=MADE)
            series = "critical" if kind == "critical" else subject
            alert(world, id_, series, NEXT, mentions=[item])

    def statements(path: str) -> int:
        lead.get(path)
        with counted(world.engine) as sent:
            assert lead.get(path).status == 200
        return len(sent)

    paths = ("/en/", "/en/incidents", "/en/incidents?state=all")
    fill()
    few = [statements(path) for path in paths]
    for _ in range(10):
        fill()
    many = [statements(path) for path in paths]

    assert many == few
    assert max(many) <= 23


def danger(world: World, at: datetime, text: str = WORDS, **changes: Any) -> int:
    """An open incident of one post that was read as danger to life; its number."""
    item = world.mention(at, urgency="critical", text=text)
    row = {"kind": "critical", "state": "open", "last_at": at} | changes
    id_ = incident(world, f"critical:{item}", at, **row)
    alert(world, id_, "critical", at, mentions=[item], observed=None)
    return id_


def listed(html: str) -> list[int]:
    """The numbers of the incidents that a page leads to, in its order."""
    numbers = re.findall(r'href="/en/incidents/(\d+)"', html)
    return [int(number) for number in dict.fromkeys(numbers)]


def test_dangers_that_nobody_took_up_stand_first_the_newest_first(
    world: World, lead: BrowserSession, flood: int
) -> None:
    taken = danger(
        world, NEXT + 3 * HOUR, state="acked", acked_by="asha", acked_at=MADE
    )
    old, new = danger(world, NEXT), danger(world, NEXT + 2 * HOUR)
    quiet = incident(world, "topic:roads", NEXT, state="open", severity="medium")

    order = [new, old, flood, quiet, taken]
    assert listed(lead.get("/en/incidents").html) == order
    assert listed(lead.get("/en/").html) == order


def test_a_danger_is_listed_with_its_masked_words_and_when_they_were_written(
    world: World, lead: BrowserSession
) -> None:
    danger(world, NEXT, "My mother is on the roof, call 9876543210")
    danger(world, NEXT + HOUR, "A wall fell on two people, call 9876543211")

    for path in ("/en/", "/en/incidents"):
        text = lead.get(path).text
        assert "My mother is on the roof" in text
        assert "A wall fell on two people" in text
        assert f"Written {language('en').when(NEXT)}" in text
        assert "98765432" not in text


def test_a_danger_of_this_very_moment_is_told_with_its_words(
    world: World, lead: BrowserSession
) -> None:
    danger(world, MADE, "A wall fell on two people")

    text = lead.get("/en/").text
    assert "A wall fell on two people" in text
    assert "A post was classified as critical" in text


def test_what_is_cut_off_of_today_says_how_many_speak_of_danger_to_life(
    world: World, lead: BrowserSession
) -> None:
    for n in range(11):
        danger(world, NEXT + n * HOUR)
    incident(world, "topic:roads", NEXT, state="open")

    text = lead.get("/en/").text

    assert "3 more incidents are open. 2 of them speak of danger to life." in text


def news_of(lead: BrowserSession, html: str) -> str:
    """What the page's script is answered when it asks what is new since."""
    address = re.findall(r'data-changes="([^"]+)"', html)
    answer = json.loads(lead.get(unescape(address[0])).body)
    return str(answer["news"])


@pytest.mark.parametrize("path", ["/en/", "/en/incidents"])
def test_an_open_page_hears_of_new_dangers_and_of_other_changes(
    world: World, lead: BrowserSession, flood: int, path: str
) -> None:
    html = lead.get(path).html
    nothing = news_of(lead, html)
    charge = f"/incidents/{flood}/charge"
    lead.send(lead.get(f"/en/incidents/{flood}"), charge)
    taken = news_of(lead, html)
    danger(world, NEXT)
    danger(world, NEXT)
    dangers = news_of(lead, html)

    assert nothing == ""
    assert taken == "Incidents have changed: show"
    assert dangers == "2 new dangers to life: show"
    assert news_of(lead, lead.get(path).html) == ""
    assert '">Renew</a>' in html


@pytest.mark.parametrize("mark", ["", "x", "-", "9" * 40 + "-0-0", "²-1-1"])
def test_news_since_no_mark_are_that_something_changed(
    world: World, lead: BrowserSession, mark: str
) -> None:
    answer = lead.get(f"/en/incidents/changes?mark={quote(mark)}")

    assert json.loads(answer.body)["news"] == "Incidents have changed: show"


def test_looking_for_news_takes_few_statements_and_keeps_no_session_open(
    world: World, lead: BrowserSession
) -> None:
    html = lead.get("/en/").html
    news_of(lead, html)
    with counted(world.engine) as sent:
        news_of(lead, html)

    clock = world.context.clock
    assert isinstance(clock, FixedClock)
    for _ in range(3):
        clock.advance(timedelta(minutes=11))
        page = lead.get(re.findall(r'data-changes="([^"]+)"', html)[0])

    assert len(sent) <= 3
    assert page.path.startswith("/en/sign-in")


def test_an_incident_quotes_its_most_urgent_posts_and_no_spam(
    world: World, lead: BrowserSession, flood: int
) -> None:
    def post(text: str, urgency: str, intent: str = "help") -> int:
        about = {"topics": ("flood",), "urgency": urgency, "intent": intent}
        return world.mention(NEXT + HOUR, text, **about)

    loud = post("Everybody shares this picture of the river", "normal")
    spam = post("Buy pumps at half the price", "critical", "spam")
    outside = world.mention(NEXT + HOUR, "A tree fell on a car", urgency="critical")
    post("The water is at my door", "high")
    post("Two children are on the roof", "critical")
    post("Rain again", "low", "not_civic")
    ids = [loud, spam, outside]
    alert(world, flood, "topic:flood", NEXT + 5 * HOUR, mentions=ids)

    html = lead.get(f"/en/incidents/{flood}").html

    quoted = re.findall(r'<p class="said"[^>]*>“<bdi dir="auto">(.*?)</bdi>', html)
    assert [words.strip("\u2068\u2069") for words in quoted] == [
        "Two children are on the roof",
        "The water is at my door",
        "Everybody shares this picture of the river",
    ]


def test_an_incident_counts_by_its_own_series_not_by_one_that_joined(
    world: World, lead: BrowserSession, flood: int
) -> None:
    alert(world, flood, "all", NEXT + 5 * HOUR, observed=52, score=1.0)

    assert "at most 30 at a time" in lead.get("/en/incidents").text
    assert "30 people wrote in the hour" in lead.get(f"/en/incidents/{flood}").text
