"""Whatever happens to a case, it is confirmed by nobody but a citizen's own yes, or a
call of another person than who claimed it done."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcell.desk.closing_answers import ClosingAnswer
from socialcell.errors import SocialcellError
from socialcell.roles import Role
from socialcell.services.desk.closing import (
    case_closing,
    closing_calls,
    closing_replies,
)
from tests.operators import acting
from tests.services.desk.closing_builders import (
    case_of,
    checks_of,
    claim,
    later,
    open_case,
    steps_of,
    write,
)

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.sampled_from(["Asha", "Ravi", "Nita"])),
        st.tuples(
            st.just("write"),
            st.sampled_from(["हो झालं", "nahi zala", "धन्यवाद", "no still leaking"]),
        ),
        st.tuples(st.just("call"), st.sampled_from(["Asha", "Ravi", "Nita"])),
        st.tuples(st.just("read"), st.sampled_from(["Asha", "Ravi", "Nita"])),
        st.tuples(st.just("wait"), st.sampled_from(["1", "8"])),
    ),
    max_size=12,
)


@pytest.mark.faults
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS, picks=st.lists(st.integers(0, 5), min_size=12, max_size=12))
def test_no_case_is_confirmed_without_a_yes_that_counts(context, acts, picks):
    crew = {
        "Asha": acting(context, "Asha Sample", Role.OPERATOR),
        "Ravi": acting(context, "Ravi Sample", Role.OPERATOR),
        "Nita": acting(context, "Nita Sample", Role.LEAD),
    }
    case = open_case(context, "whatsapp", "phone")
    for (act, who), pick in zip(acts, picks, strict=False):
        contact = case.contacts[pick % 2]
        try:
            if act == "claim":
                claim(crew[who], case)
            elif act == "write":
                write(context, case, who)
            elif act == "call":
                result = closing_calls.RESULTS[pick % 3]
                closing_calls.enter_call(
                    crew[who], case.number, contact, result, words="हो"
                )
            elif act == "read":
                answer = ClosingAnswer.YES if pick % 2 else ClosingAnswer.NO
                closing_replies.decide_answer(crew[who], case.number, contact, answer)
            else:
                case_closing.close_silent(later(context, days=int(who)))
        except SocialcellError:
            continue
    row = case_of(context, case)
    rounds = [check for check in checks_of(context, case) if check.answer == "yes"]
    if row.state == "closed_confirmed":
        assert rounds
    for check in rounds:
        if row.claimed_at is not None and check.asked_at >= row.claimed_at:
            assert check.answered_by != row.claimed_by
    reopened = [step for step in steps_of(context, case) if step.kind == "reopen"]
    assert row.reopened == len(reopened) == row.level or row.level == 5
