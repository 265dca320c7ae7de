"""Files that come with forms of the desk: photos of work, exports of PMC Care."""

import io
import tempfile

import pytest
from PIL import Image
from sqlmodel import select

from socialcell import db
from socialcell.desk.closing_model import CareRow
from socialcell.desk.model import CaseFile, DeskCase
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.desk_builders import make_case, make_contact, picture
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in
from tests.web.console.conftest import NewBrowser

RAVI = "Ravi Sample"
KOTHRUD = "ward:kothrud-bavdhan"
HEADING = "Token No,Status,Case Number,Closing Line,Closed At\n"


@pytest.fixture
def case(context: Context) -> str:
    with db.writing(context.engine) as session:
        row = make_case(session, state="in_progress", summary="Burst pipe")
        make_contact(session, row, "phone")
        return row.number


@pytest.fixture
def ravi(context: Context, browser: BrowserSession) -> BrowserSession:
    return signed_in(browser, context, RAVI, Role.OPERATOR)


def files(context: Context) -> list[CaseFile]:
    with db.reading(context.engine) as session:
        rows = list(session.scalars(select(CaseFile)))
        session.expunge_all()
    return rows


def state_of(context: Context, number: str) -> str:
    with db.reading(context.engine) as session:
        query = select(DeskCase.state).where(DeskCase.number == number)
        return session.scalars(query).one()


def claim(ravi: BrowserSession, case: str, content: bytes) -> PageAnswer:
    page = ravi.get(f"/en/cases/{case}/done")
    return ravi.upload(page, f"/cases/{case}/done", "picture", ("a.png", content))


def test_a_photo_alone_is_evidence_and_stands_in_the_case(
    context: Context, ravi: BrowserSession, case: str
) -> None:
    page = claim(ravi, case, picture())

    (row,) = files(context)
    assert state_of(context, case) == "resolved_claimed"
    assert f'src="/en/cases/{case}/photos/{row.id}"' in page.html
    shown = ravi.get(f"/en/cases/{case}/photos/{row.id}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(shown.body)).size == (40, 30)


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"%PDF-1.7", b"\x89PNG"])
def test_what_is_no_photo_changes_nothing(
    context: Context, ravi: BrowserSession, case: str, content: bytes
) -> None:
    refused = claim(ravi, case, content)

    assert refused.status == 422
    assert (files(context), state_of(context, case)) == ([], "in_progress")


def test_a_photo_is_no_evidence_of_a_form_that_was_refused(
    context: Context, ravi: BrowserSession, case: str
) -> None:
    page = ravi.get(f"/en/cases/{case}/done")
    ravi.send(ravi.get(f"/en/cases/{case}"), f"/cases/{case}/note", text="Seen")
    late = ravi.upload(page, f"/cases/{case}/done", "picture", ("a.png", picture()))

    assert late.status == 409
    assert files(context) == []


def test_a_photo_is_shown_in_its_own_case_to_whoever_may_see_that(
    context: Context, ravi: BrowserSession, case: str, new_browser: NewBrowser
) -> None:
    claim(ravi, case, picture())
    (row,) = files(context)
    with db.writing(context.engine) as session:
        other = make_case(session).number
    strange = signed_in(
        new_browser(), context, "Meera", Role.DEPARTMENT, scope="ward:hadapsar-mundhwa"
    )

    assert ravi.get(f"/en/cases/{other}/photos/{row.id}").status == 404
    assert strange.get(f"/en/cases/{case}/photos/{row.id}").status == 404
    assert new_browser().get(f"/en/cases/{case}/photos/{row.id}").status == 200
    assert (
        "image"
        not in (
            new_browser()
            .get(f"/en/cases/{case}/photos/{row.id}")
            .headers["content-type"]
        )
    )


def test_a_form_that_takes_no_file_refuses_one(
    context: Context, ravi: BrowserSession, case: str
) -> None:
    page = ravi.get(f"/en/cases/{case}")
    file = ("a.png", picture())
    refused = ravi.upload(page, f"/cases/{case}/note", "picture", file, text="Seen")

    assert refused.status == 400


def send_export(ravi: BrowserSession, text: str, how: str) -> PageAnswer:
    page = ravi.get("/en/care")
    file = ("C:\\\\office\\\\export.csv", text.encode())
    return ravi.upload(page, "/care/in", "file", file, how=how)


def care_rows(context: Context) -> int:
    with db.reading(context.engine) as session:
        return len(session.scalars(select(CareRow)).all())


def test_an_export_is_tried_then_taken_in_and_the_same_again_changes_nothing(
    context: Context, ravi: BrowserSession, case: str
) -> None:
    text = f"{HEADING}WA1,Open,{case},,\nWA2,Weighed,,,\nWA3,,,,\n"

    tried = send_export(ravi, text, "try")
    before = care_rows(context)
    taken = send_export(ravi, text, "take")
    again = send_export(ravi, text, "take")

    assert "What taking it in would do" in tried.text
    assert (before, care_rows(context)) == (0, 2)
    assert "The file was taken in" in taken.text
    assert "export.csv" in taken.text
    assert "Row 4: the status is missing" in taken.text
    assert "Tokens of no case of ours WA2" in taken.text
    assert "Statuses that no table explains Weighed" in taken.text
    assert "The same file was read before" in again.text
    assert "WA1" in ravi.get(f"/en/cases/{case}").text


def test_a_file_with_another_heading_is_refused_by_its_name_alone(
    context: Context, ravi: BrowserSession
) -> None:
    refused = send_export(ravi, "Name,Telephone\nA,9822012345\n", "take")

    assert refused.status == 422
    assert "export.csv" in refused.text
    assert tempfile.gettempdir() not in refused.html
    assert "9822012345" not in refused.html
    assert care_rows(context) == 0


def test_without_a_file_the_form_says_so(ravi: BrowserSession) -> None:
    page = ravi.get("/en/care")

    missing = ravi.send(page, "/care/in", how="take")
    empty = ravi.upload(page, "/care/in", "file", ("", b""), how="take")

    for refused in (missing, empty):
        assert (refused.status, "Choose a file." in refused.text) == (422, True)


def test_a_photo_is_marked_public_by_who_says_that_they_have_looked(
    context: Context, ravi: BrowserSession, case: str
) -> None:
    claim(ravi, case, picture())
    page = ravi.get(f"/en/cases/{case}")
    path = f"/en/cases/{case}/photos/1/public"
    assert f'href="{path}"' in page.html
    form = ravi.get(path)
    assert "number plates are not hidden" in form.html

    refused = ravi.send(form, f"/cases/{case}/photos/1/public")
    assert refused.status == 422
    assert "Say that you have looked at the photo." in refused.html
    assert not files(context)[0].is_public

    published = ravi.send(refused, f"/cases/{case}/photos/1/public", checked="yes")
    assert "The photo is public" in published.html
    assert files(context)[0].is_public

    back = ravi.send(ravi.get(path), f"/cases/{case}/photos/1/public")
    assert "The photo is private" in back.html
    assert not files(context)[0].is_public


def test_a_viewer_marks_no_photo_and_no_other_photo_is_offered(
    context: Context, ravi: BrowserSession, case: str, new_browser: NewBrowser
) -> None:
    claim(ravi, case, picture())
    assert ravi.get(f"/en/cases/{case}/photos/7/public").status == 404
    viewer = signed_in(new_browser(), context, "Meera Sample", Role.VIEWER)
    assert "/photos/1/public" not in viewer.get(f"/en/cases/{case}").html
    assert viewer.get(f"/en/cases/{case}/photos/1/public").status in (403, 404)
