"""Quotations of the daily brief: which posts, in which order, and what is private."""

from datetime import datetime
from typing import Any

from socialcell.reports.daily.brief_facts import UrgentCounts
from socialcell.reports.letters import letter_render
from socialcell.services.reporting import report_mail
from tests.reports.daily.brief_night import HOUR, MORNING, NIGHT
from tests.reports.world import World


def test_what_its_platform_withholds_is_not_quoted(world: World) -> None:
    for text, where in (
        ("The main has burst, our street is under water", ["IN"]),
        ("A tree fell on the road, nobody can get through", None),
    ):
        details = {"countries": where, "scope": "tweet", "copyright": False}
        withheld: dict[str, Any] | None = details if where else None
        world.mention(NIGHT, text, topics=("water",), urgency="high", withheld=withheld)

    brief = report_mail.make_daily(world.context, "en", MORNING)

    assert "A tree fell" in brief.text
    assert "The main has burst" not in brief.text
    assert "2 mentions collected" in brief.text
    assert "Urgent mentions: 2;" in brief.text


def quoted(world: World, as_of: datetime = MORNING) -> list[str | None]:
    """The texts that a brief quotes, in their order."""
    brief = report_mail.make_daily(world.context, "en", as_of).brief
    return [danger.post.text for danger in brief.dangers if danger.is_quotable]


def test_quotations_are_the_most_dangerous_then_the_surest_then_the_longest_waiting(
    world: World,
) -> None:
    texts = {
        "newer": "Smoke from a shop near the vegetable market now",
        "older": "The bridge is shut and nobody says why to us",
        "sure": "A wall has come down on two people in the lane",
        "many": "Seven people are on the roof of the old mill",
        "high": "Our ground floor is under water and it smells",
    }
    world.mention(NIGHT + HOUR, texts["newer"], urgency="critical", confidence=0.7)
    world.mention(NIGHT, texts["older"], urgency="critical", confidence=0.7)
    world.mention(NIGHT + HOUR, texts["sure"], urgency="critical", confidence=0.95)
    world.mention(NIGHT + HOUR, texts["many"], urgency="critical", confidence=0.71)
    world.mention(NIGHT, texts["high"], urgency="high", confidence=0.99)

    assert quoted(world) == [texts[n] for n in ("sure", "many", "older", "newer")]


def test_what_is_less_urgent_is_named_and_not_quoted_while_life_is_in_danger(
    world: World,
) -> None:
    world.mention(NIGHT, "A live wire hangs over the school gate", urgency="critical")
    world.mention(
        NIGHT, "Dogs bit two children here", urgency="high", topics=("animals",)
    )

    report = report_mail.make_daily(world.context, "en", MORNING)

    assert quoted(world) == ["A live wire hangs over the school gate"]
    assert "• Animals (Veterinary Department, PMC) #2" in report.text
    assert "Dogs bit" not in report.text + letter_render.text(report.letter)


def test_a_text_is_quoted_once_however_often_it_is_passed_on(world: World) -> None:
    call = "Emergency hai {} me, ground floor full water, rescue team bhejo"
    for n, place in enumerate(("Ekta Nagar", "Ekta Nagar", "Patil Estate")):
        text = call.format(place) + f" @PuneCityDemo #flood https://t.co/{n}"
        world.mention(NIGHT + n * HOUR, text, urgency="critical", confidence=0.9)
    world.mention(NIGHT, "A tree fell on a rickshaw, people are in it", urgency="high")

    texts = quoted(world)

    assert len(texts) == 1
    assert texts[0] is not None
    assert texts[0].startswith("Emergency hai Ekta Nagar")
    (danger, other) = report_mail.make_daily(world.context, "en", MORNING).brief.dangers
    assert (danger.posts, other.posts) == (3, 1)


def test_every_urgent_mention_is_counted_and_what_is_private_is_not_quoted(
    world: World,
) -> None:
    world.mention(
        NIGHT,
        "A live wire hangs over the school gate",
        urgency="critical",
        authorless=True,
    )
    world.mention(
        NIGHT,
        "Help us, water is in the house, two old people",
        urgency="critical",
        kind="message",
        platform="whatsapp",
    )
    world.mention(
        NIGHT,
        "Bridge closed after cracks were seen in the night",
        urgency="high",
        kind="article",
        platform="news",
    )
    world.mention(NIGHT, "Help!", urgency="high")
    world.registered("office_handle")
    world.mention(
        NIGHT, "Do not go near the river tonight", urgency="high", author="office"
    )
    world.mention(NIGHT, "A road with many holes near the station")

    report = report_mail.make_daily(world.context, "en", MORNING)

    assert report.brief.urgent == UrgentCounts(5, 2, 0, articles=1, messages=1)
    assert quoted(world) == ["A live wire hangs over the school gate"]
    assert "In private messages, counted and not quoted: 1." in report.text
    assert "two old people" not in report.text + str(report.letter)
