"""What is pushed is kept first, read once, and accounted for like a pull."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.errors import MissingSecret
from socialcell.listening.model import Author, RawItem
from socialcell.ops import store
from socialcell.ops import webhook_deliveries as door
from socialcell.services.collection import collector
from socialcell.services.webhooks import webhook_ingest
from socialcell.services.webhooks.webhook_ingest import WebhookResult
from tests.builders import NOON, make_source
from tests.services.webhooks import pushes
from tests.services.webhooks.conftest import Cell

pytestmark = pytest.mark.swept_on_postgresql

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_message_becomes_a_mention(cell: Cell) -> None:
    written = cell.context.clock.now() - MINUTE
    message = pushes.text_message("पाणी आले नाही", at=written)
    (result,) = cell.take(pushes.whatsapp(message))

    (mention,) = cell.mentions()
    assert (mention.text, mention.kind, mention.platform) == (
        "पाणी आले नाही",
        "message",
        "whatsapp",
    )
    assert mention.authored_at == written
    assert pushes.ASHA not in mention.external_id
    assert result.counts["received"] == result.counts["stored"] == 1


def test_the_person_behind_a_message_is_known_by_number_and_the_number_not_shown(
    cell: Cell,
) -> None:
    cell.take(pushes.whatsapp(pushes.text_message()))

    with db.reading(cell.context.engine) as session:
        author = session.scalars(select(Author)).one()
        assert (author.uid, author.name) == (pushes.ASHA, "Asha Sample")


def test_messages_to_page_and_instagram_become_mentions(cell: Cell) -> None:
    cell.take(pushes.messenger(pushes.event("Street light off")), "messenger")
    said = pushes.messenger(pushes.event("दिवे बंद", "m_two"), kind="instagram")
    cell.take(said, "instagram_messages")

    assert [(m.platform, m.text) for m in cell.mentions()] == [
        ("messenger", "Street light off"),
        ("instagram", "दिवे बंद"),
    ]


def test_a_push_is_on_disk_before_it_is_read(cell: Cell) -> None:
    body = pushes.as_bytes(pushes.whatsapp(pushes.text_message()))

    cell.accept(pushes.whatsapp(pushes.text_message()))

    (kept,) = cell.pushed()
    assert (kept.body, kept.done_at, cell.mentions()) == (body, None, [])


def test_once_read_a_push_leaves_only_its_digest(cell: Cell) -> None:
    cell.take(pushes.whatsapp(pushes.text_message()))

    (kept,) = cell.pushed()
    (run,) = cell.runs()
    assert kept.body is None
    assert kept.done_at is not None
    assert len(kept.digest) == 64
    assert (kept.run_id, run.kind, run.state) == (run.id, "push", "ok")


def test_the_same_push_handed_in_again_changes_nothing(cell: Cell) -> None:
    push = pushes.whatsapp(pushes.text_message())
    cell.take(push)

    assert cell.accept(push) is WebhookResult.DUPLICATE
    assert webhook_ingest.process_pushes(cell.context) == []

    (kept,) = cell.pushed()
    assert kept.deliveries == 2
    assert len(cell.texts()) == 1


def test_a_message_that_comes_in_another_push_is_unchanged(cell: Cell) -> None:
    one, two = pushes.text_message(), pushes.text_message("Second", "wamid.TWO")
    cell.take(pushes.whatsapp(one))

    (result,) = cell.take(pushes.whatsapp(one, two))

    assert (result.counts["unchanged"], result.counts["stored"]) == (1, 1)
    assert len(cell.texts()) == 2


@pytest.mark.parametrize(
    ("given", "welcome"),
    [
        ({}, WebhookResult.UNSIGNED),
        ({"x-hub-signature-256": ""}, WebhookResult.UNSIGNED),
        ({"x-hub-signature-256": "sha256=" + "0" * 64}, WebhookResult.FORGED),
        ({"x-hub-signature-256": "sha1=abc"}, WebhookResult.FORGED),
        ({"x-hub-signature-256": "é"}, WebhookResult.FORGED),
    ],
)
def test_nothing_is_kept_of_a_push_that_the_platform_did_not_sign(
    cell: Cell, given: dict[str, str], welcome: WebhookResult
) -> None:
    body = pushes.as_bytes(pushes.whatsapp(pushes.text_message()))

    assert webhook_ingest.store_push(cell.context, "whatsapp", given, body) is welcome
    assert cell.pushed() == []


def test_a_signature_of_other_bytes_is_forged(cell: Cell) -> None:
    body = pushes.as_bytes(pushes.whatsapp(pushes.text_message()))

    met = webhook_ingest.store_push(
        cell.context, "whatsapp", pushes.headers(body), body + b" "
    )

    assert met is WebhookResult.FORGED


def test_a_renewed_app_secret_counts_at_once_and_not_for_what_was_kept(
    cell: Cell,
) -> None:
    cell.accept(pushes.whatsapp(pushes.text_message()))
    place = cell.context.workspace.folder / "secrets" / "meta_app_secret"
    place.write_text("a newer secret")
    body = pushes.as_bytes(pushes.whatsapp(pushes.text_message("Two", "wamid.TWO")))
    new = pushes.headers(body, "a newer secret")

    assert (
        webhook_ingest.store_push(cell.context, "whatsapp", new, body)
        is WebhookResult.STORED
    )
    assert cell.accept({"object": "x"}) is WebhookResult.FORGED
    webhook_ingest.process_pushes(cell.context)

    assert len(cell.texts()) == 2


def test_without_the_secret_nothing_is_taken_and_what_waits_goes_on_waiting(
    cell: Cell,
) -> None:
    cell.accept(pushes.whatsapp(pushes.text_message()))
    (cell.context.workspace.folder / "secrets" / "meta_app_secret").unlink()

    with pytest.raises(MissingSecret, match="meta_app_secret"):
        cell.accept(pushes.whatsapp(pushes.text_message("Two", "wamid.TWO")))
    assert webhook_ingest.process_pushes(cell.context) == []

    assert [one.done_at for one in cell.pushed()] == [None]


def test_each_number_of_an_app_takes_its_own_messages(cell: Cell) -> None:
    other = {**pushes.WHATSAPP, "phone_number_id": "104857600200999"}
    make_source(cell.context.engine, "whatsapp.ward", "whatsapp", **other)

    results = cell.take(pushes.whatsapp(pushes.text_message()))

    by_name = {one.source: one for one in results}
    assert by_name["whatsapp.city"].counts["stored"] == 1
    assert by_name["whatsapp.ward"].filtered_by == {"another number": 1}


def test_a_push_of_no_shape_that_we_know_is_set_aside_with_its_reason(
    cell: Cell,
) -> None:
    (result,) = cell.take({"object": "page", "entry": [{"id": "1"}]})

    assert result.counts["quarantined"] == 1
    with db.reading(cell.context.engine) as session:
        raw = session.scalars(select(RawItem)).one()
        assert (raw.state, raw.platform) == ("quarantined", "whatsapp")
        assert "whatsapp_business_account" in (raw.reason or "")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b"null"])
def test_signed_bytes_that_are_no_json_stop_nobody(cell: Cell, body: bytes) -> None:
    signed = pushes.headers(body)
    assert (
        webhook_ingest.store_push(cell.context, "whatsapp", signed, body)
        is WebhookResult.STORED
    )

    (result,) = cell.take(pushes.whatsapp(pushes.text_message()))

    assert (result.counts["quarantined"], result.counts["stored"]) == (1, 1)


def test_one_odd_message_does_not_spoil_its_push(cell: Cell) -> None:
    odd = {**pushes.text_message(wamid="wamid.ODD"), "timestamp": "soon"}

    (result,) = cell.take(pushes.whatsapp(odd, pushes.text_message()))

    assert (result.counts["quarantined"], result.counts["stored"]) == (1, 1)
    assert "time" in result.rejects[0].reason


def test_a_message_taken_back_is_taken_out(cell: Cell) -> None:
    cell.take(pushes.whatsapp(pushes.text_message()))

    cell.take(pushes.whatsapp(pushes.revoked("wamid.ONE")))

    (mention,) = cell.mentions()
    assert (mention.state, mention.text, mention.author_id) == ("deleted", None, None)
    with db.reading(cell.context.engine) as session:
        assert session.scalars(select(RawItem)).all() == []


def test_a_removal_that_overtakes_its_message_keeps_it_out(cell: Cell) -> None:
    cell.take(pushes.whatsapp(pushes.revoked("wamid.ONE")))

    (result,) = cell.take(pushes.whatsapp(pushes.text_message()))

    assert result.filtered_by == {"deleted at its source": 1}
    assert cell.texts() == []


def test_a_removal_that_overtakes_a_message_that_was_answered_keeps_it_out(
    cell: Cell,
) -> None:
    answer = pushes.text_message("Yes", "wamid.TWO", context={"id": "wamid.ONE"})
    cell.take(pushes.whatsapp(answer))
    cell.take(pushes.whatsapp(pushes.revoked("wamid.ONE")))

    cell.take(pushes.whatsapp(pushes.text_message()))

    assert cell.texts() == ["Yes"]


def test_an_edit_takes_the_place_of_what_was_written(cell: Cell) -> None:
    cell.take(pushes.whatsapp(pushes.text_message("Befor")))
    edit = {
        "from": pushes.ASHA,
        "id": "wamid.EDIT",
        "timestamp": pushes.seconds(NOON + MINUTE),
        "type": "edit",
        "edit": {
            "original_message_id": "wamid.ONE",
            "message": {"type": "text", "text": {"body": "Before"}},
        },
    }

    (result,) = cell.take(pushes.whatsapp(edit))
    cell.take(pushes.whatsapp(pushes.text_message("Befor"), errors=[]))

    assert result.counts["updated"] == 1
    assert cell.texts() == ["Before"]


def test_pushes_are_read_oldest_first_whoever_reads_them(cell: Cell) -> None:
    for n in range(3):
        cell.accept(pushes.whatsapp(pushes.text_message(f"Number {n}", f"wamid.{n}")))
    calls = iter([False, True])

    webhook_ingest.process_pushes(cell.context, stop=lambda: next(calls))
    first = cell.texts()
    webhook_ingest.process_pushes(cell.context)

    assert first == []
    assert cell.texts() == ["Number 0", "Number 1", "Number 2"]


def test_somebody_who_was_erased_stays_out(cell: Cell) -> None:
    from socialcell.services.privacy import data_requests

    cell.take(pushes.whatsapp(pushes.text_message()))
    data_requests.erase_account(cell.context, "whatsapp", pushes.ASHA, None)

    (result,) = cell.take(pushes.whatsapp(pushes.text_message("Again", "wamid.TWO")))

    assert result.filtered_by == {"suppressed": 1}
    assert cell.texts() == []


def test_an_open_door_covers_its_time_and_a_long_absence_is_a_gap(cell: Cell) -> None:
    clock, engine = cell.context.clock, cell.context.engine
    first = clock.now()
    clock.advance(DAY)
    webhook_ingest.record_open_time(cell.context, first)
    closed = clock.now()

    clock.advance(timedelta(days=3))
    again = clock.now()
    clock.advance(MINUTE)
    webhook_ingest.record_open_time(cell.context, again)

    with db.reading(engine) as session:
        spans = {
            source.name: [
                (c.state, c.from_at, c.to_at)
                for c in store.coverage(session, source.id)
            ]
            for source in store.sources(session)
        }
    # WhatsApp hands in again for seven days, the others for 36 hours.
    assert spans["whatsapp.city"] == [("covered", first, again + MINUTE)]
    assert spans["messenger.city"] == [
        ("covered", first, closed),
        ("gap", closed, again),
        ("covered", again, again + MINUTE),
    ]


def test_digests_are_forgotten_when_nobody_hands_in_any_more(cell: Cell) -> None:
    cell.take(pushes.whatsapp(pushes.text_message()))
    cell.accept(pushes.whatsapp(pushes.text_message("Waits", "wamid.TWO")))
    now = cell.context.clock.now()

    with db.writing(cell.context.engine) as session:
        assert door.forget_old(session, now + 29 * DAY) == 0
        assert door.forget_old(session, now + 31 * DAY) == 2
    assert cell.pushed() == []


def test_a_pull_of_nothing_does_not_hide_a_door_that_is_shut(cell: Cell) -> None:
    (result,) = collector.collect(cell.context, ["whatsapp.city"])

    assert (result.state, result.counts["received"]) == ("ok", 0)
    with db.reading(cell.context.engine) as session:
        assert store.source_named(session, "whatsapp.city").last_ok_at is None
