"""The weekly letter of a full week stays whole in every mail program."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle

import openpyxl
import pytest

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, TrackedLink
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.language import lexicon
from socialcell.listening.areas.area_table import read_areas
from socialcell.services.outbox import outbox
from socialcell.services.reporting import report_mail
from tests.mailbox import Mailbox, mailbox
from tests.reports.around import SITE, SUNDAY, ad, alert, incident, searched
from tests.reports.slow_languages import SLOW_CODES
from tests.reports.test_mail import mailed
from tests.reports.world import BEFORE, HOUR, MONDAY, NEXT, World

MOST = 90_000  # bytes; Gmail hides what comes after 102,000
START = date(2026, 11, 9)
PLATFORMS = ("x", "rss", "facebook", "instagram", "youtube", "reddit", "mastodon")
CHANNELS = (
    "instagram",
    "facebook",
    "x",
    "youtube",
    "poster",
    "newspaper",
    "sms",
    "bus",
)
TEXT = "सिंहगड रस्त्यावर तीन दिवसांपासून पाणी नाही, टँकरही येत नाही, कोणी लक्ष देईल का? "


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    with mailbox() as made:
        yield made


def four_campaigns(world: World) -> None:
    """Each with a link on eight channels, and people who followed them."""
    with db.writing(world.engine) as session:
        for number in range(4):
            name = f"monsoon26-{number}"
            session.add(
                Campaign(
                    name=name,
                    goal="activated_users",
                    currency="INR",
                    wards=["ward:aundh-baner"],
                    start=START,
                    end=SUNDAY,
                    created_at=BEFORE,
                    created_by="test",
                )
            )
            for place, channel in enumerate(CHANNELS):
                id_ = 100 * number + place + 1
                session.add(
                    TrackedLink(
                        id=id_,
                        code=f"c{id_}",
                        campaign=name,
                        channel=channel,
                        creator=f"creator_{place}",
                        source=channel,
                        medium="social",
                        web="https://pune.example",
                        created_at=BEFORE,
                        changed_at=BEFORE,
                    )
                )
                session.flush()
                for kind in ("human", "preview"):
                    session.add(
                        ClickDay(
                            day=SUNDAY,
                            link_id=id_,
                            kind=kind,
                            trigger="link",
                            device="android",
                            n=1234,
                        )
                    )


def gaps(world: World) -> None:
    """Every platform is collected for six hours, and then for six hours is not."""
    for connector in PLATFORMS:
        world.covered(BEFORE, MONDAY, source=connector, connector=connector)
        start = MONDAY
        while start < NEXT:
            world.covered(
                start, start + 6 * HOUR, source=connector, connector=connector
            )
            world.ran(start + 7 * HOUR, "failed", "auth", source=connector)
            start += 12 * HOUR


def full_week(world: World) -> None:
    gaps(world)
    topics = cycle(lexicon.vocabulary("topic"))
    wards = cycle(one.id for one in read_areas() if one.kind == "ward_office")
    platforms = cycle(("x", "facebook", "instagram", "youtube", "reddit", "mastodon"))
    levels = cycle(("critical", "high", "normal", "low"))
    for hour in range(120):
        at = MONDAY + hour * HOUR
        post = world.mention(
            at if hour % 2 else at - timedelta(days=7),
            TEXT * 2,
            platform=next(platforms),
            topics=(next(topics), next(topics)),
            wards=(next(wards),),
            urgency=next(levels),
            language="mr",
        )
        world.observed(post, at + HOUR, 12_34_567)
    for number in range(6):
        alert(world, incident(world, f"ward:{number}"), mentions=[])
    for number in range(5):
        ad(world, campaign=f"{number}", campaign_name=f"पावसाळा मोहीम {number}")
        ad(world, network="meta_ads", campaign=f"{number}", campaign_name="App")
    for number in range(10):
        searched(world, SUNDAY, 1234, f"पाणीपट्टी ऑनलाइन भरणा पुणे {number}", site=SITE)
    searched(world, SUNDAY, 12_345)
    four_campaigns(world)


@pytest.mark.parametrize("lang", SLOW_CODES)
def test_a_letter_with_four_campaigns_and_gaps_is_not_cut_by_a_mail_program(
    world: World, server: tuple[Mailbox, int], lang: str
) -> None:
    full_week(world)
    took, port = server
    context = mailed(world, port)

    made = report_mail.mail_weekly(context, lang)
    outbox.deliver_due(context)

    message = took.taken[0][1]
    html = message.get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert len(content.encode()) < MOST
    assert made.files.html.stat().st_size < MOST
    for number in range(4):
        assert f"monsoon26-{number}" in content
    book = openpyxl.load_workbook(io.BytesIO(made.files.workbook.read_bytes()))
    assert len(book.sheetnames) > 30
