"""The book of approved answers: a second person approves it, and it ends."""

from datetime import date

import pytest

from socialcell.clock import FixedClock
from socialcell.errors import SocialcellError, UsageError
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_languages, macros
from socialcell.services.desk.answers.macros import MacroDraft
from tests.operators import acting

UNTIL = date(2027, 3, 31)
WORDS = "आपली तक्रार {number} नोंदवली आहे. पुढील माहिती आपल्याला येथेच कळवू."


def entered(context: Context, **fields: str) -> None:
    draft = {"key": "noted", "language": "mr", "title": "Noted", "text": WORDS} | fields
    writer = acting(context, "Asha Sample", Role.OPERATOR)
    macros.add_macro(writer, MacroDraft(**draft, valid_until=UNTIL))


def approver(context: Context) -> Context:
    return acting(context, "Meera Sample", Role.APPROVER)


def test_the_shipped_book_is_in_the_languages_and_scripts_that_it_says(
    context: Context,
) -> None:
    writer = acting(context, "Asha Sample", Role.OPERATOR)

    first = macros.import_book(writer, UNTIL)
    second = macros.import_book(writer, UNTIL)

    rows = macros.list_macros(context)
    assert (first.added, first.present) == (len(rows), 0)
    assert (second.added, second.present) == (0, len(rows))
    keys = {row.key for row in rows}
    assert {"ask_place", "received", "team_sent", "referred", "rts_appeal"} < keys
    for key in keys:
        languages = {row.language for row in rows if row.key == key}
        assert {"mr", "hi", "en"} <= languages
    assert all(row.approved_by is None for row in rows)


def test_a_macro_counts_when_a_second_person_has_approved_it(context: Context) -> None:
    entered(context)

    (row,) = macros.approve_macros(approver(context), "noted")

    assert (row.approved_by, row.version) == ("Meera Sample", 1)


def test_nobody_approves_a_macro_of_their_own(context: Context) -> None:
    lead = acting(context, "Lead Sample", Role.LEAD)
    macros.add_macro(lead, MacroDraft("noted", "mr", "Noted", WORDS, UNTIL))

    with pytest.raises(UsageError, match="Lead Sample"):
        macros.approve_macros(lead, "noted")
    with pytest.raises(SocialcellError, match="Agency Sample"):
        macros.approve_macros(acting(context, "Agency Sample", Role.AGENCY), "noted")


def test_a_new_version_ends_the_one_before_when_it_is_approved(
    context: Context,
) -> None:
    entered(context)
    macros.approve_macros(approver(context), "noted")
    entered(context, text=WORDS + " धन्यवाद.")

    versions = [(row.version, row.approved_by) for row in macros.list_macros(context)]
    assert versions == [(1, "Meera Sample"), (2, None)]
    macros.approve_macros(approver(context), "noted")

    assert [row.version for row in macros.list_macros(context)] == [2]


def test_a_macro_is_over_after_its_day(context: Context, clock: FixedClock) -> None:
    from datetime import datetime

    from socialcell import db
    from socialcell.clock import IST

    entered(context)
    macros.approve_macros(approver(context), "noted")
    with db.reading(context.engine) as session:
        assert macros.live_macro(session, "noted", "mr", UNTIL).version == 1
        clock.set(datetime(2027, 4, 1, 0, 0, tzinfo=IST))
        with pytest.raises(UsageError, match="counts no more"):
            macros.live_macro(session, "noted", "mr", macros.today(context))
        with pytest.raises(UsageError, match="no approved answer"):
            macros.live_macro(session, "noted", "hi", UNTIL)
    assert macros.list_macros(context) == []


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"key": "Noted!"}, "small letter"),
        ({"language": "gu"}, "none of the languages"),
        ({"language": "en"}, "another script"),
        ({"title": " "}, "needs a title"),
        ({"purpose": "advert"}, "no purpose"),
    ],
)
def test_a_macro_that_cannot_be_is_refused(
    context: Context, fields: dict[str, str], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        entered(context, **fields)


def test_romanised_words_are_told_from_devanagari_and_english() -> None:
    answer_languages.require_language(
        "mr-Latn", "Aapli takrar nondavli aahe, pudhil mahiti aaplyala kalvu."
    )
    with pytest.raises(UsageError, match="another script"):
        answer_languages.require_language("mr-Latn", WORDS)
    with pytest.raises(UsageError, match="read as en"):
        answer_languages.require_language(
            "mr-Latn", "Your complaint has been registered with the department today."
        )
