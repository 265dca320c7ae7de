"""Field links: one answer within 72 hours, no sign-in, and no citizen in them."""

import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import requests
from PIL import Image
from sqlalchemy import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk.closing_model import FieldLink
from socialcell.desk.model import CaseFile, CaseMessage, CaseStep, DeskCase
from socialcell.errors import SocialcellError, UsageError
from socialcell.roles import Role
from socialcell.services import evidence
from socialcell.services.context import Context
from socialcell.services.desk import field_links
from socialcell.services.desk.field_links import FieldAnswer, FieldLinkOver
from socialcell.services.desk.pages import field_link_list
from socialcell.services.desk.photos import case_photos
from socialcell.services.workspace import stored_files
from socialcell.web.console import console_server
from tests.desk_builders import make_case, make_contact, make_message
from tests.operators import acting
from tests.rows import in_order

pytestmark = pytest.mark.swept_on_postgresql

OFFICE = "Junior engineer, Kothrud"
SECRET_WORDS = "माझा नंबर 98220 12345"
WORK = "The joint was replaced and the road was closed again this morning."
HOUR = timedelta(hours=1)


def opened(context: Context, **fields: object) -> str:
    """A case that is worked on, of a citizen who wrote a number; its number."""
    now = context.clock.now()
    values: dict[str, object] = {
        "state": "in_progress",
        "place": "Karve Road, near the flyover",
        "summary": "A pipe has burst",
        "latitude": 18.5,
        "longitude": 73.8,
    } | fields
    with db.writing(context.engine) as session:
        case = make_case(session, now, **values)
        contact = make_contact(session, case, "phone", person="नागरिक-ABCD2345")
        make_message(session, case, contact, SECRET_WORDS)
        return case.number


def linked(context: Context, number: str) -> str:
    """A field link in a case; its token."""
    operator = acting(context, "Asha Sample", Role.OPERATOR)
    return field_links.make_link(operator, number, OFFICE).address.rpartition("/")[2]


def rows(context: Context, table: type) -> list:
    with db.reading(context.engine) as session:
        found = list(session.scalars(in_order(table)))
        session.expunge_all()
    return found


def photo(**options: object) -> bytes:
    """A photo as a camera writes it, with a place in it."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x8825] = {1: "N", 2: (18.0, 30.0, 0.0)}
    written = io.BytesIO()
    picture = Image.new("RGB", (2400, 1200), (120, 80, 40))
    picture.save(written, "JPEG", exif=exif, comment=b"by Asha", **options)
    return written.getvalue()


@pytest.fixture
def served(context: Context) -> Iterator[str]:
    with console_server.serving(context) as address:
        yield address


def test_the_token_is_stored_nowhere_but_as_a_hash(context: Context) -> None:
    token = linked(context, opened(context))

    (link,) = rows(context, FieldLink)
    assert token not in str(link.model_dump())
    assert len(link.token_hash) == 64
    assert link.until == context.clock.now() + 72 * HOUR


@pytest.mark.parametrize("role", [Role.AGENCY, Role.APPROVER, Role.VIEWER])
def test_only_who_may_claim_work_done_gives_out_a_link(
    context: Context, role: Role
) -> None:
    with pytest.raises(SocialcellError, match="Other Sample"):
        field_links.make_link(
            acting(context, "Other Sample", role), opened(context), OFFICE
        )


@pytest.mark.parametrize("office", ["", "x", "Ravi 98220 12345", "y" * 81])
def test_a_link_is_for_an_office_and_names_no_number(
    context: Context, office: str
) -> None:
    operator = acting(context, "Asha Sample", Role.OPERATOR)
    with pytest.raises(UsageError, match="who the field link is for"):
        field_links.make_link(operator, opened(context), office)


def test_done_with_a_photo_claims_the_case(context: Context) -> None:
    token = linked(context, opened(context))

    field_links.answer_link(context, token, FieldAnswer("done", photo=photo()))

    (case,) = rows(context, DeskCase)
    assert case.state == "resolved_claimed"
    assert case.claimed_by == f"field link 1: {OFFICE}"
    kinds = [step.kind for step in rows(context, CaseStep)]
    assert kinds[:3] == ["field_link", "field_done", "claim"]
    (file,) = rows(context, CaseFile)
    assert (file.kind, file.is_public) == ("photo", False)
    name = f"{evidence.FOLDER}/{file.sha256}"
    assert name in stored_files.referenced_files(context.engine)
    assert stored_files.find_file(context.workspace.folder, name) is not None


def test_a_photo_keeps_its_points_alone() -> None:
    clean = case_photos.clean_photo(photo())

    with Image.open(io.BytesIO(clean.content)) as made:
        assert made.size == (1600, 800)
        assert dict(made.getexif()) == {}
        assert "comment" not in made.info
    assert b"SecretCamera" not in clean.content
    assert b"Asha" not in clean.content


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"\xff\xd8\xff" + b"0" * 50, b"<svg/>", photo()[:3000]],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="no JPEG, PNG or WebP"):
        case_photos.clean_photo(content)


def test_needs_until_gives_the_work_a_date(context: Context) -> None:
    token = linked(context, opened(context, state="acknowledged"))
    answer = FieldAnswer("needs_until", "The part comes", date(2026, 11, 30))

    field_links.answer_link(context, token, answer)

    (case,) = rows(context, DeskCase)
    assert case.state == "action_scheduled"
    (link,) = rows(context, FieldLink)
    assert link.needs_until.date() == date(2026, 11, 30)


def test_not_ours_leaves_the_case_to_a_person(context: Context) -> None:
    token = linked(context, opened(context))

    field_links.answer_link(context, token, FieldAnswer("not_ours", "It is MSEDCL's"))

    (case,) = rows(context, DeskCase)
    assert case.state == "in_progress"
    step = rows(context, CaseStep)[-1]
    assert (step.kind, step.reason) == ("field_not_ours", "It is MSEDCL's")


def test_after_two_reopenings_done_claims_nothing_by_itself(context: Context) -> None:
    token = linked(context, opened(context, reopened=2))

    field_links.answer_link(context, token, FieldAnswer("done", WORK))

    (case,) = rows(context, DeskCase)
    assert (case.state, case.claimed_by) == ("in_progress", None)
    assert rows(context, CaseStep)[-1].kind == "field_done"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (FieldAnswer("done"), "needs a photo"),
        (FieldAnswer("done", "fixed"), "at least 40"),
        (FieldAnswer("needs_until", "The part comes"), "until when"),
        (FieldAnswer("needs_until", "The part comes", date(2026, 11, 23)), "until"),
        (FieldAnswer("needs_until", "later", date(2026, 11, 30)), "at least 10"),
        (FieldAnswer("not_ours"), "at least 10"),
        (FieldAnswer("maybe", WORK), "not 'maybe'"),
    ],
)
def test_an_answer_without_its_evidence_is_refused_and_the_link_stays(
    context: Context, answer: FieldAnswer, why: str
) -> None:
    token = linked(context, opened(context))

    with pytest.raises(UsageError, match=why):
        field_links.answer_link(context, token, answer)

    assert field_links.open_link(context, token).made_for == OFFICE
    assert [row.direction for row in rows(context, CaseMessage)] == ["in"]


def test_a_link_is_over_after_its_answer_its_hours_or_its_withdrawal(
    context: Context, clock: FixedClock
) -> None:
    number = opened(context)
    first, second, third = (linked(context, number) for _ in range(3))
    field_links.answer_link(context, first, FieldAnswer("not_ours", "It is MSEDCL's"))
    operator = acting(context, "Asha Sample", Role.OPERATOR)
    field_link_list.revoke_link(operator, 2)
    clock.advance(72 * HOUR - timedelta(seconds=1))
    assert field_links.open_link(context, third).case == number
    clock.advance(timedelta(seconds=1))

    for token in (first, second, third, "no-such-token"):
        with pytest.raises(FieldLinkOver):
            field_links.open_link(context, token)
        with pytest.raises(FieldLinkOver):
            field_links.answer_link(context, token, FieldAnswer("done", WORK))
    assert field_link_list.list_links(context) == []
    assert len(field_link_list.list_links(context, over=True)) == 3


@pytest.mark.parametrize(
    ("language", "title"),
    [("mr", "जागेवरचे काम"), ("hi", "मौके का काम"), ("en", "Work on the spot")],
)
def test_the_page_is_small_names_no_citizen_and_works_without_scripts(
    context: Context, served: str, language: str, title: str
) -> None:
    number = opened(context, summary="Call 98220 12345 about the pipe")
    token = linked(context, number)

    answer = requests.get(f"{served}/f/{token}?lang={language}", timeout=10)

    page = answer.text
    assert answer.status_code == 200
    sheet = page.partition('stylesheet" href="')[2].partition('"')[0]
    style = requests.get(served + sheet, timeout=10)
    assert style.status_code == 200
    assert len(answer.content) + len(style.content) < 30_000
    assert title in page
    assert "Karve Road" in page
    for hidden in ("98220", "ABCD2345", "माझा नंबर", "<script"):
        assert hidden not in page


def test_an_engineer_sends_a_photo_by_the_page(context: Context, served: str) -> None:
    token = linked(context, opened(context))
    place = f"{served}/f/{token}?lang=en"
    fields = {"answer": "done", "words": "", "needs_until": ""}

    refused = requests.post(place, fields, timeout=10)
    assert refused.status_code == 422
    assert "needs a photo" in refused.text
    files = {"photo": ("x.exe", photo(), "text/html")}
    sent = requests.post(place, fields, files=files, timeout=10)

    assert (sent.status_code, "this was noted" in sent.text) == (200, True)
    again = requests.post(place, fields, files=files, timeout=10)
    assert (again.status_code, "not valid any more" in again.text) == (404, True)
    assert len(rows(context, CaseFile)) == 1


def test_the_page_takes_no_large_file(context: Context, served: str) -> None:
    token = linked(context, opened(context))
    files = {"photo": ("x.jpg", b"0" * (case_photos.MOST_BYTES + 200_000))}

    try:
        answer = requests.post(
            f"{served}/f/{token}", {"answer": "done"}, files=files, timeout=20
        )
    except requests.ConnectionError:
        pass  # the server closes while the body is still being sent
    else:
        assert answer.status_code == 413

    assert field_links.open_link(context, token).made_for == OFFICE


def test_whoever_guesses_tokens_is_told_to_wait(context: Context, served: str) -> None:
    answers = [
        requests.get(f"{served}/f/guess{n}", timeout=10).status_code for n in range(32)
    ]

    assert answers[:30] == [404] * 30
    assert answers[30:] == [429] * 2


def test_public_photos_alone_are_shown(context: Context, served: str) -> None:
    number = opened(context)
    first, second = linked(context, number), linked(context, number)
    field_links.answer_link(
        context, first, FieldAnswer("not_ours", "It is MSEDCL's", photo=photo())
    )
    place = f"{served}/f/{second}/photos/1"
    assert requests.get(place, timeout=10).status_code == 404

    with db.writing(context.engine) as session:
        session.scalars(select(CaseFile)).one().is_public = True

    answer = requests.get(place, timeout=10)
    assert answer.headers["content-type"] == "image/jpeg"
    assert (
        f"/f/{second}/photos/1" in requests.get(f"{served}/f/{second}", timeout=10).text
    )
