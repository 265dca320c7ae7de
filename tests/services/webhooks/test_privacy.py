"""What was pushed is erased, exported and let go of like everything else."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.listening.attachment_model import Attachment
from socialcell.listening.model import Author, Mention
from socialcell.listening.store.mentions import quotes
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.ops.webhook_model import OptIn
from socialcell.sandbox import Sandbox
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world.message_world import number
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.privacy import data_requests, retention
from socialcell.services.webhooks import media_download, media_files, webhook_ingest
from tests.builders import NOON
from tests.rows import in_order
from tests.services.webhooks import pushes
from tests.services.webhooks.conftest import CITY, Cell, push_all

pytestmark = pytest.mark.swept_on_postgresql

DAY = timedelta(days=1)


def picture(clock: FixedClock) -> SandboxPost:
    """A picture of the city's that stands."""
    return next(
        post
        for post in CITY.elsewhere
        if (post.platform, post.group) == ("whatsapp", "image")
        and post.is_visible(clock.now())
    )


def everything(context: Context) -> str:
    """Every value of every table, as text."""
    with db.reading(context.engine) as session:
        from sqlmodel import SQLModel

        rows = [
            str(session.execute(table.select().order_by(*table.primary_key)).all())
            for table in SQLModel.metadata.sorted_tables
        ]
    return "\n".join(rows)


def on_disk(context: Context) -> bytes:
    return b"".join(
        file.read_bytes()
        for file in context.workspace.folder.rglob("*")
        if file.is_file() and file.parent.name != "secrets"
    )


def test_erased_nothing_of_a_person_is_left_in_rows_or_files(
    served: Sandbox, listening: Context, clock: FixedClock, database_kind: str
) -> None:
    push_all(served, listening)
    media_download.fetch(listening)
    post = picture(clock)
    uid = number(post.author)
    consent.record_consent(listening, uid, "granted", "form 12 of a person")
    # Something of this person waits unread, too.
    late = {**pushes.text_message("A late word of mine", "wamid.LATE"), "from": uid}
    from socialcell.sandbox.meta.whatsapp_server import NUMBER_ID

    body = pushes.as_bytes(pushes.whatsapp(late, number=NUMBER_ID))
    secret = served.secrets["meta_app_secret"]
    webhook_ingest.store_push(listening, "whatsapp", pushes.headers(body, secret), body)
    files = len(list(media_files.folder(listening).glob("??/*")))

    done = data_requests.erase_account(listening, "whatsapp", uid, None)

    assert done.waits is None
    held = everything(listening)
    for word in (uid, post.text, "A late word of mine", "form 12 of a person"):
        assert word not in held
    assert len(list(media_files.folder(listening).glob("??/*"))) < files
    if database_kind == "sqlite":
        assert uid.encode() not in on_disk(listening)
        assert b"A late word of mine" not in on_disk(listening)


def test_whoever_is_erased_is_not_written_to_again(
    served: Sandbox, listening: Context, clock: FixedClock
) -> None:
    push_all(served, listening)
    uid = number(picture(clock).author)
    consent.record_consent(listening, uid, "granted", "form 12")
    clock.advance(timedelta(minutes=1))

    data_requests.erase_account(listening, "whatsapp", uid, None)

    with db.reading(listening.engine) as session:
        rows = session.scalars(select(OptIn).order_by(OptIn.id)).all()
        told = [(row.event, row.evidence) for row in rows]
    assert told == [("granted", "erased"), ("withdrawn", "erased")]


def test_a_dry_run_erases_nothing(
    served: Sandbox, listening: Context, clock: FixedClock
) -> None:
    push_all(served, listening)
    uid = number(picture(clock).author)
    consent.record_consent(listening, uid, "granted", "form 12")
    before = everything(listening)

    data_requests.erase_account(listening, "whatsapp", uid, None, dry_run=True)

    assert everything(listening) == before


def test_what_cannot_be_read_yet_makes_an_erasure_incomplete(cell: Cell) -> None:
    cell.take(pushes.whatsapp(pushes.text_message()))
    cell.accept(pushes.whatsapp(pushes.text_message("Waits", "wamid.TWO")))
    place = cell.context.workspace.folder / "secrets" / "meta_app_secret"
    place.unlink()

    first = data_requests.erase_account(cell.context, "whatsapp", pushes.ASHA, None)
    place.write_text(pushes.APP_SECRET)
    again = data_requests.erase_account(cell.context, "whatsapp", pushes.ASHA, None)

    assert first.waits is not None
    assert first.waits.startswith("1 pushes wait")
    assert again.waits is None
    assert "Waits" not in everything(cell.context)


def test_a_person_is_given_files_and_consent_too(
    served: Sandbox, listening: Context, clock: FixedClock
) -> None:
    push_all(served, listening)
    media_download.fetch(listening)
    uid = number(picture(clock).author)
    consent.record_consent(listening, uid, "granted", "form 12")

    given = data_requests.export_account(listening, "whatsapp", uid, None)

    assert len(given["files"]) >= 1
    assert [(row["event"], row["evidence"]) for row in given["consent"]] == [
        ("granted", "form 12")
    ]


def test_with_its_text_a_message_loses_its_file(
    served: Sandbox, listening: Context, folder: Path, clock: FixedClock
) -> None:
    push_all(served, listening)
    media_download.fetch(listening)
    place = folder / "config.yaml"
    text_ = place.read_text().replace("{}\n", "")
    place.write_text(f"{text_}retention:\n  text_days: {{whatsapp: 2}}\n")
    context = Context(config.load(place), listening.engine, clock, listening.base_urls)
    clock.advance(3 * DAY)
    with db.reading(listening.engine) as session:
        before = session.scalars(
            select(Attachment)
            .join(Mention, Attachment.mention_id == Mention.id)
            .where(Mention.platform == "whatsapp")
            .order_by(Attachment.id)
        ).all()
        names = {one.sha256 for one in before}

    purged = retention.run_retention(context)

    left = {file.name for file in media_files.folder(context).glob("??/*")}
    assert purged.files == len(names) > 0
    assert names.isdisjoint(left)
    assert left  # those of the page and of Instagram stay


def test_a_stray_file_is_swept_away_when_nobody_can_be_writing_its_row(
    listening: Context,
) -> None:
    import os

    fresh = media_files.file_path(
        listening, media_files.store_file(listening, b"fresh")
    )
    stray = media_files.file_path(
        listening, media_files.store_file(listening, b"stray")
    )
    os.utime(stray, (1, 1))

    assert media_files.sweep_files(listening) == 1

    assert (fresh.exists(), stray.exists()) == (True, False)


def test_private_messages_are_never_drawn_for_quotation(cell: Cell) -> None:
    said = "There has been no water in Kothrud for three days now"
    cell.take(pushes.whatsapp(pushes.text_message(said)))
    with db.writing(cell.context.engine) as session:
        session.execute(
            text("UPDATE mention SET urgency = 'high', intent = 'complaint'")
        )
        span = TimeSpan(NOON - DAY, NOON + DAY)

        assert quotes.of_urgency(session, span, "high") == []

        session.execute(text("UPDATE mention SET kind = 'post'"))
        assert len(quotes.of_urgency(session, span, "high")) == 1
        session.rollback()


@pytest.mark.parametrize("kind", ["whatsapp", "messenger", "instagram_messages"])
def test_people_who_write_are_shown_by_pseudonym(
    kind: str, served: Sandbox, listening: Context
) -> None:
    from socialcell.services import pseudonyms

    push_all(served, listening, (kind,))

    shown = pseudonyms.load_people(listening)
    with db.reading(listening.engine) as session:
        authors = session.scalars(in_order(Author)).all()
        assert len(authors) > 1
        for one in authors:
            told = shown.shown(one.platform, one.uid, one.handle) or ""
            assert told.startswith("नागरिक-")
