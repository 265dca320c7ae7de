"""`mentions open`: the address of an original, and the log that knows who asked."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from socialcell import db
from socialcell.connectors.base import RecordRelation
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas, owners
from socialcell.ops.model import AuditEntry
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import original_link
from socialcell.services.mentions.tagging import tag_waiting
from tests.builders import make_record, store_records
from tests.inside import socialcell
from tests.operators import acting, sign_in_shell
from tests.running import answer, said

pytestmark = pytest.mark.swept_on_postgresql

LINK = "https://x.com/zebra_canary/status/100"
MENTION, AUDIT = db.table(Mention), db.table(AuditEntry)


def id_of(engine: Engine, external_id: str) -> int:
    asked = select(MENTION.c.id).where(MENTION.c.external_id == external_id)
    with db.reading(engine) as session:
        return int(session.execute(asked).scalar_one())


def audited(engine: Engine) -> list[tuple[str, str, str, dict[str, object]]]:
    with db.reading(engine) as session:
        rows = session.execute(select(AUDIT).order_by(AUDIT.c.seq))
        return [(row.actor, row.action, row.object, row.detail) for row in rows]


def test_the_address_is_given_and_the_log_says_to_whom(
    context: Context, engine: Engine
) -> None:
    store_records(engine, make_record(url=LINK))
    own = id_of(engine, "100")

    original = original_link.open_original(acting(context, "meera"), own)

    assert original == original_link.OriginalLink(own, "x", LINK)
    detail = {"mention": own, "platform": "x"}
    assert audited(engine) == [("meera", "mentions.open", f"mention {own}", detail)]


@pytest.mark.parametrize(
    ("record", "state", "words"),
    [
        ({}, "present", "its platform or its file gave none"),
        ({"kind": "message"}, "present", "written to the city alone"),
        ({"url": LINK}, "deleted", "was removed from x"),
    ],
)
def test_where_there_is_nothing_to_open_it_is_said_why(
    context: Context, engine: Engine, record: dict[str, str], state: str, words: str
) -> None:
    store_records(engine, make_record(**record))
    with db.writing(engine) as session:
        session.execute(update(MENTION).values(state=state))

    with pytest.raises(SocialcellError, match=words):
        original_link.open_original(context, id_of(engine, "100"))

    assert audited(engine) == []


def test_what_is_only_spoken_of_has_no_address(
    context: Context, engine: Engine
) -> None:
    store_records(engine, make_record(relations=(RecordRelation("reply", "99"),)))

    with pytest.raises(SocialcellError, match="another mention speaks of it"):
        original_link.open_original(context, id_of(engine, "99"))
    with pytest.raises(UsageError, match="There is no mention 4711"):
        original_link.open_original(context, 4711)


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ((Role.OPERATOR,), None),
        ((Role.LEAD,), None),
        ((Role.VIEWER,), "has none of these roles now: lead, operator"),
        ((Role.DEPARTMENT, Role.DPO), "has none of these roles now: lead, operator"),
        ((), "Nobody has signed in"),
    ],
)
def test_whoever_may_see_who_wrote_is_given_the_address_and_nobody_else(
    context: Context, engine: Engine, roles: tuple[Role, ...], words: str | None
) -> None:
    store_records(engine, make_record(url=LINK))
    own = id_of(engine, "100")
    asking = acting(context, "meera", *roles) if roles else context

    if words is None:
        assert original_link.open_original(asking, own).link == LINK
        return
    with pytest.raises(SocialcellError, match=words):
        original_link.open_original(asking, own)
    assert audited(engine) == []


def test_a_ward_office_is_given_the_addresses_of_its_own_ward(
    context: Context, engine: Engine
) -> None:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners())
    store_records(
        engine,
        make_record("1", url=f"{LINK}1", text="No water in Kothrud for three days"),
        make_record("2", url=f"{LINK}2", text="The drain in Hadapsar overflows"),
    )
    tag_waiting(context)
    scope = "ward:kothrud-bavdhan"
    office = acting(context, "meera", Role.OPERATOR, scope=scope)

    assert original_link.open_original(office, id_of(engine, "1")).link == f"{LINK}1"
    with pytest.raises(UsageError, match="There is no mention"):
        original_link.open_original(office, id_of(engine, "2"))
    with db.reading(engine) as session:
        assert not original_link.may_see_addresses(office, session)


def test_what_every_list_shows_is_opened_by_anybody(
    context: Context, engine: Engine
) -> None:
    article = {"platform": "news", "kind": "article", "author": None}
    store_records(engine, make_record(url="https://paper.example/a", **article))

    original = original_link.open_original(context, id_of(engine, "100"))

    assert original.link == "https://paper.example/a"
    assert [row[1] for row in audited(engine)] == ["mentions.open"]


def test_the_command_prints_the_address_alone(
    context: Context, folder: Path, engine: Engine
) -> None:
    store_records(engine, make_record(url=LINK))
    sign_in_shell(context, "Meera Sample", Role.OPERATOR)
    config = ("--config", folder / "config.yaml")
    own = id_of(engine, "100")

    plain = socialcell("mentions", "open", str(own), *config)
    document = answer(socialcell("mentions", "open", str(own), "--json", *config))

    assert plain.stdout == LINK + "\n"
    assert document == {"id": own, "platform": "x", "link": LINK}
    absent = socialcell("mentions", "open", "4711", *config)
    assert absent.returncode == 2
    assert "There is no mention 4711" in said(absent)
