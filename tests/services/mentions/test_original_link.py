"""`mentions open`: the address of an original, and the log that knows who asked."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from socialcell import db
from socialcell.connectors.base import RecordRelation
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.model import Mention
from socialcell.ops.model import AuditEntry
from socialcell.services.context import Context
from socialcell.services.mentions import original_link
from tests.builders import make_record, store_records
from tests.inside import socialcell
from tests.operators import acting
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


def test_the_command_prints_the_address_alone(folder: Path, engine: Engine) -> None:
    store_records(engine, make_record(url=LINK))
    config = ("--config", folder / "config.yaml")
    own = id_of(engine, "100")

    plain = socialcell("mentions", "open", str(own), *config)
    document = answer(socialcell("mentions", "open", str(own), "--json", *config))

    assert plain.stdout == LINK + "\n"
    assert document == {"id": own, "platform": "x", "link": LINK}
    absent = socialcell("mentions", "open", "4711", *config)
    assert absent.returncode == 2
    assert "There is no mention 4711" in said(absent)
