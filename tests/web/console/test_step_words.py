"""What the program wrote of a case by itself stands in the language of the page."""

import pytest

from socialcell import i18n
from socialcell.services.desk.closing import closing_reasons
from socialcell.services.desk.closing.case_closing import CITIZEN
from socialcell.web.console.desk import step_words
from socialcell.web.console.desk.desk_words import DeskWords


def test_why_the_program_closed_a_case_is_said_in_words() -> None:
    marathi = i18n.language("mr")
    reasons = [text for name, text in vars(closing_reasons).items() if name.isupper()]

    words = [step_words.closing_reason(reason, marathi) for reason in reasons]

    assert len(set(words)) == len(reasons) >= 6
    assert not any(letter.isascii() and letter.isalpha() for letter in "".join(words))
    assert step_words.closing_reason("The same problem", marathi) == "The same problem"


def test_a_step_of_a_citizen_names_no_code() -> None:
    marathi = i18n.language("mr")

    names = {"Asha Sample"}
    assert step_words.step_by(CITIZEN, marathi, names) == "एक नागरिक"
    assert step_words.step_by("Asha Sample", marathi, names) == "Asha Sample"
    assert step_words.step_by("root", marathi, names) == "आपोआप"


@pytest.mark.parametrize(
    ("code", "name"), [("en", "Sinhagad Road"), ("mr", "सिंहगड रोड")]
)
def test_why_two_cases_may_be_one_names_a_place_in_the_language_of_the_page(
    code: str, name: str
) -> None:
    (reason,) = DeskWords(i18n.language(code), {}).reasons(
        {"places": ["place:sinhagad-road"]}
    )

    assert reason.endswith(name)
    assert "place:sinhagad" not in reason
