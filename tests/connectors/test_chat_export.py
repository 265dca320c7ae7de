"""Chats that people exported from WhatsApp, as Android and iPhone write them."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from socialcell.connectors.base import ConnectorError, Record, RecordAuthor
from socialcell.connectors.file_detection import open_file
from socialcell.connectors.files.table_mapping import TableOptions
from socialcell.connectors.whatsapp.chat_export import DELETED, MEDIA, OWN_LINE
from tests.connectors.exports import items, records, rules, write

EVENING = datetime(2026, 11, 28, 15, 35, tzinfo=UTC)  # 9:05 pm in Pune


def authors_and_texts(path: Path) -> list[tuple[str, str]]:
    """Who wrote and what, of each message."""
    messages = [item for item in items(path) if isinstance(item, Record)]
    return [(m.author.uid, m.text) for m in messages if m.author is not None]


def test_a_message_of_android_has_time_author_and_all_its_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path / "chat.txt",
        "28/11/26, 9:05 pm - Asha Sample: कोथरूड डेपोजवळ पाणी साचले",
        "रस्ता बंद: https://site.example/a",
        "",
        "28/11/26, 9:06 pm - +91 98220 12345: ok",
    )
    first, second = records(path)
    assert (first.platform, first.kind) == ("whatsapp", "message")
    assert first.text == "कोथरूड डेपोजवळ पाणी साचले\nरस्ता बंद: https://site.example/a"
    assert first.links == ("https://site.example/a",)
    assert first.authored_at == EVENING
    assert first.author == RecordAuthor(uid="asha sample", name="Asha Sample")
    # A number is the person of WhatsApp's own messages, which have digits alone.
    assert second.author == RecordAuthor(uid="919822012345")


def test_an_iphone_writes_seconds_and_marks_of_direction(tmp_path: Path) -> None:
    path = write(
        tmp_path / "_chat.txt",
        "\u200e[28/11/26, 9:05:12\u202fPM] Ward 12: \u200eMessages and calls are "
        "end-to-end encrypted.",
        "[28/11/26, 9:05:12\u202fPM] ~\u202fAsha: पाणी आले नाही",
        "[28/11/26, 21:05:12] \u202a+91\u00a098220\u00a012345\u202c: Note: road closed",
    )
    first, second = (item for item in items(path) if isinstance(item, Record))
    assert first.authored_at == second.authored_at == EVENING.replace(second=12)
    assert first.author == RecordAuthor(uid="asha", name="Asha")
    assert second.author == RecordAuthor(uid="919822012345")
    assert second.text == "Note: road closed"
    assert rules(path) == [OWN_LINE]


@pytest.mark.parametrize(
    "header",
    [
        "28/11/2026, 21:05 - ",
        "28/11/26, 9:05\u202fPM - ",
        "28/11/26, 9:05 p.m. - ",
        "२८/११/२६, ९:०५ PM - ",
        "२८/११/२६, रात्री ९:०५ - ",
        "28/11/26, 9:05 म.उ. - ",
        "28.11.26, 21:05 - ",
        "2026-11-28, 21:05 - ",
        "[28/11/26, 21:05:00] ",
        "[11/28/26, 9:05:00 PM] ",
    ],
)
def test_the_clock_and_date_of_every_phone_is_read(header: str, tmp_path: Path) -> None:
    (message,) = records(write(tmp_path / "chat.txt", f"{header}Asha: पाणी"))
    assert message.authored_at == EVENING
    assert message.text == "पाणी"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Asha: <Media omitted>", MEDIA),
        ("Asha: <मीडिया वगळले>", MEDIA),
        ("Asha: \u200eimage omitted", MEDIA),
        ("Asha: IMG-20261128-WA0001.jpg (file attached)", MEDIA),
        ("Asha: \u200e<attached: 00000012-PHOTO.jpg>", MEDIA),
        ("Asha: This message was deleted", DELETED),
        ("Asha: \u200eYou deleted this message.", DELETED),
        ("Asha: हा मेसेज हटवला गेला", DELETED),
        ("Asha: यह मैसेज डिलीट कर दिया गया है", DELETED),
        ("Asha: इस मैसेज को हटा दिया गया है", DELETED),
        ("Asha: Missed voice call", OWN_LINE),
        ("Asha: Waiting for this message. This may take a while.", OWN_LINE),
        ("Messages and calls are end-to-end encrypted.", OWN_LINE),
        ("Asha added +91 98220 12345", OWN_LINE),
        ('Asha changed the subject from "A: b" to "C: d"', OWN_LINE),
    ],
)
def test_what_nobody_wrote_is_left_out_by_name(
    text: str, rule: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "chat.txt", f"28/11/26, 9:05 pm - {text}")
    assert rules(path) == [rule]
    assert authors_and_texts(path) == []


def test_words_beside_a_file_and_of_an_edit_are_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path / "chat.txt",
        "28/11/26, 9:05 pm - Asha: IMG-1.jpg (file attached)",
        "झाड पडले आहे",
        "28/11/26, 9:06 pm - Asha: उद्या या <This message was edited>",
    )
    photo, edited = records(path)
    assert (photo.text, photo.missing) == ("झाड पडले आहे", ())
    assert (edited.text, edited.missing) == ("उद्या या", ("edited_at",))


def test_a_place_that_somebody_shared_is_a_message(tmp_path: Path) -> None:
    place = "\u200eLocation: https://maps.example/?q=18.5,73.8"
    path = write(tmp_path / "chat.txt", f"[28/11/26, 21:05:00] Asha: {place}")
    assert authors_and_texts(path) == [
        ("asha", "Location: https://maps.example/?q=18.5,73.8")
    ]


def test_the_same_message_has_the_same_id_in_a_longer_export(tmp_path: Path) -> None:
    tail = ["28/11/26, 9:05 pm - Asha: ok", "28/11/26, 9:05 pm - Asha: ok"]
    earlier = records(write(tmp_path / "a.txt", *tail))
    later = records(
        write(tmp_path / "b.txt", "27/11/26, 8:00 am - Ravi: पाणी नाही", *tail)
    )
    ids = [message.external_id for message in earlier]
    assert len(set(ids)) == 2
    assert [message.external_id for message in later][1:] == ids


def test_dates_go_on_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    """As month-day-year the second message would be two months before the first."""
    path = write(
        tmp_path / "chat.txt",
        "03/04/26, 9:05 pm - Asha: पाणी",
        "01/05/26, 9:05 pm - Asha: आले",
    )
    assert [m.authored_at for m in records(path)] == [
        datetime(2026, 4, 3, 15, 35, tzinfo=UTC),
        datetime(2026, 5, 1, 15, 35, tzinfo=UTC),
    ]


def test_a_chat_of_one_unclear_day_is_refused_until_its_order_is_stated(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "chat.txt", "03/04/26, 9:05 pm - Asha: पाणी")
    with pytest.raises(ConnectorError, match=r"2026-04-03 .* or 2026-03-04"):
        items(path)
    connector, _format = open_file(path, options=TableOptions(date_order="mdy"))
    with path.open("rb") as file:
        ((_row, (message,)),) = connector.rows(file)
    assert isinstance(message, Record)
    assert message.authored_at == datetime(2026, 3, 4, 15, 35, tzinfo=UTC)


def test_the_zip_of_an_iphone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat - Ward 12.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", "[28/11/26, 21:05:00] Asha: पाणी\n")
        archive.writestr("00000001-PHOTO.jpg", b"\xff\xd8")
    assert authors_and_texts(path) == [("asha", "पाणी")]


def test_a_message_that_came_late_is_no_sign_of_another_order(tmp_path: Path) -> None:
    path = write(
        tmp_path / "chat.txt",
        "02/11/26, 9:05 am - Asha: पाणी",
        "01/11/26, 9:05 pm - Asha: काल लिहिले",
        "03/11/26, 9:05 am - Asha: आले",
    )
    assert [
        record.authored_at.day for record in records(path) if record.authored_at
    ] == [
        *(2, 1, 3),
    ]


def test_a_poll_is_what_a_person_asked_and_no_note_of_the_phone(tmp_path: Path) -> None:
    poll = "[28/11/26, 9:05:12 PM] Asha: \u200ePOLL:\nपाणी कधी आले?"
    assert authors_and_texts(write(tmp_path / "_chat.txt", poll)) == [
        ("asha", "POLL:\nपाणी कधी आले?")
    ]


def test_a_long_text_that_begins_like_a_note_is_a_message(tmp_path: Path) -> None:
    text = "This message was deleted by the office: " + "पाणी आले नाही " * 8
    path = write(tmp_path / "chat.txt", f"28/11/26, 9:05 pm - Asha: {text}")
    assert authors_and_texts(path) == [("asha", text.strip())]


def test_a_chat_that_is_packed_twice_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("_chat.txt", b"\x1f\x8b" + bytes(50))
    connector, _format = open_file(path)
    with pytest.raises(ConnectorError, match=r"chat\.zip"):
        connector.open_content()
