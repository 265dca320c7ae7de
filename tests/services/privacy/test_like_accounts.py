"""Who is erased is named elsewhere too, and who is nobody is told with near names."""

from socialcell import db
from socialcell.ops import consent_ledger
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.privacy import data_requests
from tests.builders import make_author, make_record, store_records


def spoken(context: Context, platform: str, handle: str) -> None:
    author = make_author(f"{platform} {handle}", handle=handle)
    record = make_record(f"{platform}-{handle}", platform=platform, author=author)
    store_records(context.engine, record)


def test_the_same_handle_on_another_platform_is_named(context: Context) -> None:
    spoken(context, "x", "asha_k")
    spoken(context, "reddit", "Asha_K")
    spoken(context, "reddit", "asha")

    result = data_requests.erase_account(context, "x", None, "asha_k", dry_run=True)

    assert result.elsewhere == ("reddit:Asha_K",)
    assert not result.is_nobody
    assert result.near == ()


def test_who_asks_by_a_number_is_told_the_platform_and_no_handle(
    context: Context,
) -> None:
    spoken(context, "x", "asha_k")
    spoken(context, "reddit", "Asha_K")

    result = data_requests.erase_account(context, "x", "x asha_k", None, dry_run=True)

    assert result.elsewhere == ("reddit",)


def test_one_that_finds_nobody_names_near_handles(context: Context) -> None:
    spoken(context, "x", "asha_kale")
    spoken(context, "x", "somebody")

    result = data_requests.erase_account(context, "x", None, "asha_kael")
    again = data_requests.erase_account(context, "x", None, "asha_kael")

    assert result.is_nobody
    assert result.near == ("asha_kale",)
    # Who was erased, and is kept out already, was somebody.
    assert not again.is_nobody


def test_of_whom_a_consent_is_held_alone_is_no_stranger(context: Context) -> None:
    person = consent.person_of(context, "whatsapp", "919812345678")
    now = context.clock.now()
    with db.writing(context.engine) as session:
        consent_ledger.add_event(
            session, person, "granted", now, evidence="a form", actor="a", now=now
        )

    result = data_requests.erase_account(
        context, "whatsapp", "919812345678", None, keep_out=False
    )

    assert not result.is_nobody
    with db.reading(context.engine) as session:
        assert not consent_ledger.has_agreed(session, "whatsapp", person.key)
