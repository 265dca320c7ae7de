"""A photo of a case is shown to others once a person has looked at it and says so."""

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.desk.model import CaseFile, CaseStep
from socialcell.desk.store import cases
from socialcell.desk.store.cases import CaseChangedError
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.ops.model import AuditEntry
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_queue, field_links
from socialcell.services.desk.case_leases import CaseHeldError
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.photos import public_photos
from tests.desk_builders import make_case, make_contact, make_photo, picture
from tests.inside import socialcell
from tests.operators import acting
from tests.rows import in_order
from tests.running import answer

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def asha(context: Context) -> Context:
    return acting(context, "Asha Sample", Role.OPERATOR)


@pytest.fixture
def number(asha: Context) -> str:
    """A case that was claimed done with a photo, which is number 1."""
    with db.writing(asha.engine) as session:
        case = make_case(session, state="in_progress")
        make_contact(session, case, "phone")
        number = case.number
    case_closing.claim_done(asha, number, DoneEvidence(picture=picture()))
    return number


def is_public(context: Context) -> bool:
    with db.reading(context.engine) as session:
        return session.scalars(select(CaseFile)).one().is_public


def steps(context: Context) -> list[str]:
    with db.reading(context.engine) as session:
        return [step.kind for step in session.scalars(in_order(CaseStep))]


def audited(context: Context) -> list[tuple[str, str, object]]:
    with db.reading(context.engine) as session:
        rows = session.scalars(in_order(AuditEntry))
        return [
            (row.action, row.object, row.detail["photo"])
            for row in rows
            if row.action.startswith("case.photo")
        ]


def test_a_photo_is_private_until_a_person_has_looked(
    asha: Context, number: str
) -> None:
    assert not is_public(asha)
    with pytest.raises(UsageError, match="number plate"):
        public_photos.mark_photo(asha, number, 1, public=True)
    assert not is_public(asha)

    assert public_photos.mark_photo(asha, number, 1, public=True, checked=True)

    assert is_public(asha)
    assert steps(asha)[-1] == "photo_public"
    assert audited(asha) == [("case.photo_public", number, 1)]


def test_it_is_made_private_again_without_a_look(asha: Context, number: str) -> None:
    public_photos.mark_photo(asha, number, 1, public=True, checked=True)
    assert public_photos.mark_photo(asha, number, 1, public=False)
    assert not is_public(asha)
    assert [action for action, _, _ in audited(asha)] == [
        "case.photo_public",
        "case.photo_private",
    ]


def test_what_is_so_already_is_no_step(asha: Context, number: str) -> None:
    before = steps(asha)
    assert not public_photos.mark_photo(asha, number, 1, public=False)
    assert (steps(asha), audited(asha)) == (before, [])


def test_a_field_link_shows_it_as_long_as_it_is_public(asha: Context) -> None:
    with db.writing(asha.engine) as session:
        case = make_case(session, state="in_progress")
        make_photo(session, case)
        number = case.number
    link = field_links.make_link(asha, number, "Junior engineer, Kothrud")
    token = link.address.rpartition("/")[2]
    seen = [field_links.open_link(asha, token).photos]
    public_photos.mark_photo(asha, number, 1, public=True, checked=True)
    seen.append(field_links.open_link(asha, token).photos)
    public_photos.mark_photo(asha, number, 1, public=False)
    seen.append(field_links.open_link(asha, token).photos)
    assert seen == [[], [1], []]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENCY, Role.APPROVER, Role.DPO])
def test_who_may_not_claim_a_case_done_marks_no_photo(
    asha: Context, number: str, role: Role
) -> None:
    other = acting(asha, "Meera Sample", role)
    with pytest.raises(SocialcellError):
        public_photos.mark_photo(other, number, 1, public=True, checked=True)
    assert not is_public(asha)


def test_nobody_marks_a_photo_without_signing_in(
    context: Context, asha: Context, number: str
) -> None:
    with pytest.raises(NeedsAPerson):
        public_photos.mark_photo(context, number, 1, public=True, checked=True)


def test_another_number_an_old_revision_and_a_held_case_are_refused(
    asha: Context, number: str
) -> None:
    with pytest.raises(UsageError, match="has no photo 7"):
        public_photos.mark_photo(asha, number, 7, public=True, checked=True)
    with pytest.raises(CaseChangedError):
        public_photos.mark_photo(asha, number, 1, public=True, checked=True, rev=1)
    ravi = acting(asha, "Ravi Sample", Role.OPERATOR)
    case_queue.give_back(asha)
    with db.writing(asha.engine) as session:
        cases.find_case(session, number).assignee = None
    case_queue.take(ravi, [number])
    with pytest.raises(CaseHeldError):
        public_photos.mark_photo(asha, number, 1, public=True, checked=True)
    assert not is_public(asha)


def test_the_commands_list_photos_and_need_a_person_to_mark_one(
    asha: Context, number: str
) -> None:
    config = ["--config", str(asha.workspace.folder / "config.yaml")]

    listed = answer(socialcell("cases", "photos", number, *config, "--json"))
    (file,) = listed["files"]
    assert (listed["case"], file["id"], file["is_public"]) == (number, 1, False)
    table = socialcell("cases", "photos", number, *config).stdout
    assert table.splitlines()[1].split()[-1] == "no"

    refused = socialcell("cases", "mark-photo", number, "1", "--public", *config)
    assert refused.returncode == 2
    assert "--checked" in refused.stderr
    arguments = ("cases", "mark-photo", number, "1", "--public", "--checked", *config)
    assert socialcell(*arguments).returncode != 0  # nobody has signed in
    assert not is_public(asha)
