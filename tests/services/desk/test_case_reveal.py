"""Who is behind a conversation: the assignee of an open case alone, for a while."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk import secret_seal
from socialcell.desk.case_states import CaseState
from socialcell.desk.model import CaseContact, CaseSecret
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import ConfigError, MissingSecret, SocialcellError, UsageError
from socialcell.listening.people.reveal_rules import RevealRefused
from socialcell.listening.store.people import accounts
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_reveal, case_secrets
from socialcell.services.privacy import case_contacts, data_requests, retention
from tests.builders import make_author, make_record, store_records
from tests.desk_builders import make_case, make_contact, make_message
from tests.operators import acting, officer

pytestmark = pytest.mark.swept_on_postgresql

REASON = "to send the water tanker to the door"
NUMBER = "+919876543210"
ADDRESS = "https://x.com/thirsty_citizen/status/100"


@dataclass(frozen=True)
class OpenCase:
    """A case of Asha's with a conversation on X and one by telephone."""

    context: Context  # Asha, an operator, has signed in
    number: str
    contact: int
    caller: int


@pytest.fixture
def open_case(context: Context) -> OpenCase:
    (context.workspace.folder / "secrets" / secret_seal.KEY_NAME).write_text(
        secret_seal.new_key()
    )
    asha = acting(context, "Asha Sample", Role.OPERATOR)
    author = make_author("77001122", handle="thirsty_citizen", name="Thirsty Citizen")
    store_records(context.engine, make_record(author=author, url=ADDRESS))
    with db.writing(context.engine) as session:
        case = make_case(session, asha.clock.now(), assignee=asha.actor.id)
        contact = make_contact(session, case)
        make_message(session, case, contact, mention_id=1)
        make_message(session, case, contact, "Tanker at six.", direction="out")
        caller = make_contact(session, case, "phone")
        make_message(session, case, caller, "No water since Monday.")
        case_secrets.seal_secret(asha, session, caller, "phone", "98765 43210")
        case_secrets.seal_secret(asha, session, caller, "name", "Sunita Sample")
        assert contact.id is not None
        assert caller.id is not None
        return OpenCase(asha, case.number, contact.id, caller.id)


def later(context: Context, minutes: int) -> Context:
    return replace(
        context, clock=FixedClock(context.clock.now() + timedelta(minutes=minutes))
    )


def actions(context: Context) -> list[str]:
    with db.reading(context.engine) as session:
        return [entry.action for entry in reversed(audit.entries(session, 20))]


def test_the_assignee_sees_who_wrote_and_both_are_in_the_log(
    open_case: OpenCase,
) -> None:
    context = open_case.context

    shown = case_reveal.reveal(context, open_case.number, open_case.contact, REASON)

    assert shown.account is not None
    assert shown.account.handle == "thirsty_citizen"
    assert shown.addresses == ((1, ADDRESS),)
    assert shown.until == context.clock.now() + timedelta(hours=1)
    assert actions(context)[-1] == "person.reveal"
    with db.reading(context.engine) as session:
        (step,) = cases.steps_of(session, 1)
        assert (step.kind, step.by, step.reason) == ("reveal", "Asha Sample", REASON)


def test_a_caller_is_known_by_what_was_given(open_case: OpenCase) -> None:
    context = open_case.context

    shown = case_reveal.reveal(context, open_case.number, open_case.caller, REASON)

    assert shown.account is None
    assert shown.addresses == ()
    assert shown.secrets == (("phone", NUMBER), ("name", "Sunita Sample"))
    assert actions(context)[-1] == "case.secret_read"
    with db.reading(context.engine) as session:
        for row in session.scalars(select(CaseSecret)):
            assert "98765" not in row.sealed
            assert "Sunita" not in row.sealed


@pytest.mark.parametrize("minutes", [59, 60])
def test_a_look_after_the_hour_is_refused_and_logged(
    open_case: OpenCase, minutes: int
) -> None:
    context = open_case.context
    case_reveal.reveal(context, open_case.number, open_case.contact, REASON)
    then = later(context, minutes)

    if minutes < 60:
        shown = case_reveal.look_again(then, open_case.number, open_case.contact)
        assert shown.account is not None
        assert shown.addresses == ((1, ADDRESS),)
        assert actions(context)[-1] == "person.look"
        return
    with pytest.raises(RevealRefused, match="has ended"):
        case_reveal.look_again(then, open_case.number, open_case.contact)
    assert actions(context)[-1] == "case.look_refused"


def test_what_a_caller_gave_is_shown_for_the_hour_only(open_case: OpenCase) -> None:
    context = open_case.context
    case_reveal.reveal(context, open_case.number, open_case.caller, REASON)

    shown = case_reveal.look_again(
        later(context, 59), open_case.number, open_case.caller
    )
    assert shown.secrets[0] == ("phone", NUMBER)
    with pytest.raises(RevealRefused, match="has ended"):
        case_reveal.look_again(later(context, 60), open_case.number, open_case.caller)


@pytest.mark.parametrize("change", ["ends", "passes on"])
def test_a_reveal_ends_when_the_case_does_or_passes_to_another(
    open_case: OpenCase, change: str
) -> None:
    context = open_case.context
    case_reveal.reveal(context, open_case.number, open_case.contact, REASON)
    meera = acting(context, "Meera Sample", Role.OPERATOR)
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, open_case.number)
        if change == "ends":
            step = StepDraft("state", "Asha Sample", to=CaseState.DROPPED)
            cases.enter_step(session, case, step, context.clock.now())
        else:
            case.assignee = meera.actor.id

    with pytest.raises(SocialcellError, match=r"has ended|assignee"):
        case_reveal.look_again(context, open_case.number, open_case.contact)

    assert actions(context)[-1] == "case.look_refused"


def test_nobody_but_an_assignee_with_a_role_sees_anybody(open_case: OpenCase) -> None:
    meera = acting(open_case.context, "Meera Sample", Role.OPERATOR)
    viewer = acting(open_case.context, "Ravi Sample", Role.VIEWER)

    for context, why in ((meera, "Only the assignee"), (viewer, "role")):
        with pytest.raises(SocialcellError, match=why):
            case_reveal.reveal(context, open_case.number, open_case.contact, REASON)
    assert "person.reveal" not in actions(meera)


def test_a_short_reason_and_a_contact_of_another_case_are_refused(
    open_case: OpenCase,
) -> None:
    context = open_case.context
    with pytest.raises(RevealRefused, match="characters"):
        case_reveal.reveal(context, open_case.number, open_case.contact, "because")
    with db.writing(context.engine) as session:
        case = make_case(session, context.clock.now(), assignee=context.actor.id)
        other = case.number
    with pytest.raises(UsageError, match="no conversation"):
        case_reveal.reveal(context, other, open_case.contact, REASON)


def test_keys_are_renewed_and_a_lost_one_is_said() -> None:
    old, new = secret_seal.new_key(), secret_seal.new_key()
    sealed = secret_seal.seal("Sunita Sample", old)

    renewed = secret_seal.renew(sealed, f"{new} {old}")

    assert secret_seal.unseal(renewed, new) == "Sunita Sample"
    with pytest.raises(ConfigError, match="another desk_key"):
        secret_seal.unseal(sealed, new)
    with pytest.raises(ConfigError, match="holds no key"):
        secret_seal.seal("Sunita Sample", "not a key")


def test_without_the_key_nothing_is_sealed(context: Context) -> None:
    with db.writing(context.engine) as session:
        case = make_case(session)
        caller = make_contact(session, case, "phone")
        with pytest.raises(MissingSecret, match="socialcell init"):
            case_secrets.seal_secret(context, session, caller, "name", "Sunita")


def test_an_erased_person_leaves_the_case_our_words_and_the_count(
    open_case: OpenCase,
) -> None:
    context = open_case.context

    erased = data_requests.erase_account(officer(context), "x", "77001122", None)

    assert erased.contacts == 1
    with db.reading(context.engine) as session:
        case = cases.find_case(session, open_case.number)
        contacts = cases.contacts_of(session, [case.id or 0])
        texts = [message.text for message in cases.messages_of(session, case.id or 0)]
        account = accounts.find(session, "x", "77001122", None)
    assert len(contacts) == 2
    assert contacts[0].erased_at == context.clock.now()
    assert texts == [None, "Tanker at six.", "No water since Monday."]
    assert account.author_ids == ()


def test_a_caller_is_erased_by_the_data_protection_officer(
    open_case: OpenCase,
) -> None:
    officer = acting(open_case.context, "Dilip Sample", Role.DPO)
    with pytest.raises(SocialcellError):
        case_contacts.erase_contact(
            open_case.context, open_case.number, open_case.caller
        )

    case_contacts.erase_contact(officer, open_case.number, open_case.caller)

    with db.reading(officer.engine) as session:
        assert not session.scalars(select(CaseSecret)).all()
        contact = session.get_one(CaseContact, open_case.caller)
        texts = [message.text for message in cases.messages_of(session, 1)]
    assert contact.person is None
    assert "No water since Monday." not in texts
    assert actions(officer)[-1] == "privacy.erase_contact"


@pytest.mark.parametrize(("days", "left"), [(60, 2), (61, 0)])
def test_what_was_given_goes_sixty_days_after_the_case_ended(
    open_case: OpenCase, days: int, left: int
) -> None:
    context = open_case.context
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, open_case.number)
        step = StepDraft("state", "Asha Sample", to=CaseState.DROPPED)
        cases.enter_step(session, case, step, context.clock.now())

    retention.run_retention(later(context, days * 24 * 60))

    with db.reading(context.engine) as session:
        assert len(session.scalars(select(CaseSecret)).all()) == left


def test_what_was_given_stays_while_the_case_is_open(open_case: OpenCase) -> None:
    retention.run_retention(later(open_case.context, 400 * 24 * 60))

    with db.reading(open_case.context.engine) as session:
        assert len(session.scalars(select(CaseSecret)).all()) == 2
