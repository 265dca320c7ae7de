"""Letters about a breach: to each in three languages, word for word."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from socialcell import i18n
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.registers.breach_rules import DATA_KINDS, DUTIES
from socialcell.services.context import Context
from socialcell.services.privacy import breach_letters, breach_words, breaches
from socialcell.services.privacy.breach_letters import BreachLetter
from socialcell.services.privacy.breach_words import BreachWords, NewWords
from socialcell.services.privacy.breaches import BreachDraft, BreachFacts, BreachLine
from tests.services.privacy.request_desk import officer

PERSONS = """\
Dear Sir or Madam,

On Monday, 23 November 2026 at 09:00 we noticed a breach of personal data that we \
hold. Yours may be among it, and so we write to you.

What happened: A laptop with an export of mentions was lost.
When: since Monday, 23 November 2026, 08:00; its end is not known yet
Which data: what people wrote, names of accounts
What we have done: The accounts were locked.

What you can do: be careful with calls and messages from people you do not know, tell \
nobody an OTP, and tell us if something seems wrong.

Contact: DPO
Pune

If our answer does not satisfy you, you may complain to the Data Protection Board of \
India.
"""
BOARD = """\
To the Data Protection Board of India

On Monday, 23 November 2026 at 09:00 a breach of personal data was noticed.
Nature: A laptop with an export of mentions was lost.
Kinds of data: what people wrote, names of accounts
Span: since Monday, 23 November 2026, 08:00; its end is not known yet
Persons affected: 1,240
Likely impact and measures: The accounts were locked.
Details follow by 09:00 on Thursday, 26 November 2026.

DPO
Pune
"""
BOARD_DETAILS = """\
To the Data Protection Board of India

Breach B26-01 was noticed on Monday, 23 November 2026 at 09:00.
Events and causes: A laptop with an export of mentions was lost.
Span: since Monday, 23 November 2026, 08:00; its end is not known yet
Kinds of data: what people wrote, names of accounts
Persons affected: 1,240
Measures, also against a repetition: The accounts were locked.
Persons affected were told: not yet
CERT-In was told: Monday, 23 November 2026, 09:00

DPO
Pune
"""
CERT_IN = """\
To CERT-In

Noticed: Monday, 23 November 2026, 09:00
Incident: A laptop with an export of mentions was lost.
Data affected: what people wrote, names of accounts
Measures taken at once: The accounts were locked.

DPO
Pune
"""
SUBJECTS = {
    "persons": "Notice of a breach of your personal data (B26-01)",
    "board": "First intimation of a personal data breach (B26-01)",
    "board_details": "Details of a personal data breach (B26-01)",
    "cert_in": "Report of a cyber incident (B26-01)",
}
MARATHI = BreachWords("निर्यात असलेला एक लॅपटॉप हरवला.", "खाती बंद केली.")


@pytest.fixture
def dpo(context: Context) -> Context:
    """A data protection officer whom letters name."""
    signed_in = officer(context)
    privacy = context.workspace.config.privacy
    config = context.workspace.config.model_copy(
        update={"privacy": privacy.model_copy(update={"officer": ("DPO", "Pune")})}
    )
    workspace = Workspace(**{**vars(context.workspace), "config": config})
    return replace(signed_in, workspace=workspace)


def enter(context: Context, **fields: Any) -> BreachLine:
    draft: dict[str, Any] = {
        "title": "Lost laptop",
        "what": "A laptop with an export of mentions was lost.",
        "kinds": ("texts", "handles"),
    } | fields
    return breaches.enter_breach(context, BreachDraft(**draft))


def letters(context: Context, number: str) -> dict[tuple[str, str], BreachLetter]:
    drafts = breach_letters.draft_letters(context, number)
    return {(draft.to, draft.language): draft for draft in drafts}


def test_each_letter_has_what_the_register_says_word_for_word(dpo: Context) -> None:
    hour_before = dpo.clock.now() - timedelta(hours=1)
    number = enter(
        dpo, persons=1240, measures="The accounts were locked.", since=hour_before
    ).number
    breaches.enter_told(dpo, number, "cert_in", "mail")

    drafts = letters(dpo, number)

    assert len(drafts) == len(DUTIES) * 3
    assert drafts["persons", "en"].text == PERSONS
    assert drafts["board", "en"].text == BOARD
    assert drafts["board_details", "en"].text == BOARD_DETAILS
    assert drafts["cert_in", "en"].text == CERT_IN
    assert {duty: drafts[duty, "en"].subject for duty in DUTIES} == SUBJECTS
    assert all("%(" not in draft.text + draft.subject for draft in drafts.values())


def test_a_letter_in_marathi_has_our_words_in_marathi(dpo: Context) -> None:
    number = enter(dpo, measures="Locked.", translations={"mr": MARATHI}).number

    drafts = letters(dpo, number)

    persons = drafts["persons", "mr"]
    assert "काय झाले: निर्यात असलेला एक लॅपटॉप हरवला." in persons.text
    assert "आम्ही केलेली उपाययोजना: खाती बंद केली." in persons.text
    assert "कोणती माहिती: लोकांनी लिहिलेला मजकूर, खात्यांची नावे" in persons.text
    assert persons.is_whole
    assert "laptop" not in "".join(drafts[duty, "mr"].text for duty in DUTIES)
    hindi = drafts["persons", "hi"]
    assert not hindi.is_whole
    assert (
        "क्या हुआ: [अनुवाद करना है: A laptop with an export of mentions was lost.]"
        in hindi.text
    )


def test_what_is_not_translated_yet_is_marked_in_english_too(dpo: Context) -> None:
    number = enter(
        dpo, what=MARATHI.what, measures=MARATHI.measures, language="mr"
    ).number

    english = letters(dpo, number)["cert_in", "en"]

    assert f"Incident: [to be translated: {MARATHI.what}]" in english.text
    assert not english.is_whole
    whole = BreachFacts({"en": NewWords("A laptop with an export was lost.", "Locked")})
    breaches.add_facts(dpo, number, whole)
    assert letters(dpo, number)["cert_in", "en"].is_whole


def test_measures_that_are_not_known_are_nothing_to_translate(dpo: Context) -> None:
    number = enter(dpo, translations={"mr": BreachWords(MARATHI.what)}).number

    draft = letters(dpo, number)["cert_in", "mr"]

    assert draft.is_whole
    assert "तत्काळ उपाययोजना: [नोंदवायचे आहे: काय उपाययोजना केली]" in draft.text


SINCE, UNTIL = timedelta(hours=-1), timedelta(minutes=-15)  # from when it was noticed
SPANS = [
    (
        SINCE,
        UNTIL,
        {
            "en": "from Monday, 23 November 2026, 08:00 to "
            "Monday, 23 November 2026, 08:45",
            "mr": "सोमवार, २३ नोव्हेंबर २०२६, ०८:०० वाजल्यापासून "
            "सोमवार, २३ नोव्हेंबर २०२६, ०८:४५ वाजेपर्यंत",
            "hi": "सोमवार, 23 नवंबर 2026, 08:00 बजे से सोमवार, 23 नवंबर 2026, 08:45 बजे तक",
        },
    ),
    (
        SINCE,
        None,
        {
            "en": "since Monday, 23 November 2026, 08:00; its end is not known yet",
            "mr": "सोमवार, २३ नोव्हेंबर २०२६, ०८:०० वाजल्यापासून; शेवट कधी, ते अजून माहीत नाही",
            "hi": "सोमवार, 23 नवंबर 2026, 08:00 बजे से; अंत कब, यह अभी पता नहीं",
        },
    ),
    (
        None,
        UNTIL,
        {
            "en": "until Monday, 23 November 2026, 08:45; its beginning is not known "
            "yet",
            "mr": "सोमवार, २३ नोव्हेंबर २०२६, ०८:४५ वाजेपर्यंत; सुरुवात कधी, ते अजून माहीत नाही",
            "hi": "सोमवार, 23 नवंबर 2026, 08:45 बजे तक; शुरुआत कब, यह अभी पता नहीं",
        },
    ),
    (
        None,
        None,
        {"en": "not known yet", "mr": "अजून माहीत नाही", "hi": "अभी पता नहीं"},
    ),
    (SINCE, SINCE, {"en": "Monday, 23 November 2026, 08:00"}),
]
SPAN_LABELS = {
    "en": {"persons": "When: ", "board": "Span: ", "board_details": "Span: "},
    "mr": {"persons": "कधी: ", "board": "कालावधी: ", "board_details": "कालावधी: "},
    "hi": {"persons": "कब: ", "board": "अवधि: ", "board_details": "अवधि: "},
}


@pytest.mark.parametrize(("since", "until", "phrases"), SPANS)
def test_a_span_is_one_phrase_whichever_end_of_it_is_known(
    dpo: Context,
    since: timedelta | None,
    until: timedelta | None,
    phrases: dict[str, str],
) -> None:
    now = dpo.clock.now()
    number = enter(
        dpo,
        since=None if since is None else now + since,
        until=None if until is None else now + until,
    ).number

    drafts = letters(dpo, number)

    for language, phrase in phrases.items():
        for duty, label in SPAN_LABELS[language].items():
            assert f"{label}{phrase}" in drafts[duty, language].text.splitlines()


def test_a_breach_of_which_nothing_is_known_yet_is_told_in_plain_words(
    dpo: Context,
) -> None:
    number = enter(dpo).number

    drafts = letters(dpo, number)

    details = drafts["board_details", "en"].text.splitlines()
    assert "Persons affected: not known yet" in details
    assert "Persons affected were told: not yet" in details
    assert "CERT-In was told: not yet" in details
    marathi = drafts["board_details", "mr"].text.splitlines()
    assert "बाधित व्यक्तींची संख्या: अजून माहीत नाही" in marathi
    assert "बाधित व्यक्तींना कळवले: अजून नाही" in marathi
    assert "सर्ट-इनला कळवले: अजून नाही" in marathi
    hindi = drafts["board_details", "hi"].text.splitlines()
    assert "प्रभावित व्यक्तियों की संख्या: अभी पता नहीं" in hindi
    assert "प्रभावित व्यक्तियों को सूचित किया गया: अभी नहीं" in hindi
    assert "सर्ट-इन को सूचित किया गया: अभी नहीं" in hindi


def test_measures_that_nobody_entered_are_marked_for_who_signs(dpo: Context) -> None:
    number = enter(dpo).number

    drafts = letters(dpo, number)

    mark = "[to be entered: what was done]"
    assert f"What we have done: {mark}" in drafts["persons", "en"].text
    assert all(mark in drafts[duty, "en"].text for duty in DUTIES)


def board_line(context: Context, number: str) -> str:
    """The last line of the first letter to the Board, above the officer's name."""
    return letters(context, number)["board", "en"].text.splitlines()[-4]


def test_details_are_promised_only_for_a_time_to_come(dpo: Context) -> None:
    number = enter(dpo).number
    late = replace(dpo, clock=FixedClock(dpo.clock.now() + timedelta(hours=73)))

    in_time, overdue = board_line(dpo, number), board_line(late, number)
    breaches.enter_told(late, number, "board_details", "letter")

    assert in_time == "Details follow by 09:00 on Thursday, 26 November 2026."
    assert overdue == "Details follow without delay."
    sent = "Details were sent: Thursday, 26 November 2026, 10:00"
    assert board_line(late, number) == sent


def test_letters_say_where_the_officers_name_is_to_stand(context: Context) -> None:
    nameless = officer(context)
    number = enter(nameless).number

    text = letters(nameless, number)["persons", "en"].text

    assert "Contact: [name and address of the data protection officer]" in text


def test_signs_of_a_pattern_in_our_words_stay_in_the_letters(dpo: Context) -> None:
    number = enter(dpo, what="The form {name} was 100%(s) open to all.").number

    drafts = letters(dpo, number)

    assert all("{name} was 100%(s) open" in draft.text for draft in drafts.values())


def test_kinds_of_data_have_words_and_others_stand_as_they_are_typed() -> None:
    english, marathi = i18n.language("en"), i18n.language("mr")

    words = [breach_words.data_kind(kind, english) for kind in DATA_KINDS]

    assert words == [
        "names",
        "names of accounts",
        "telephone numbers",
        "addresses",
        "what people wrote",
        "photos and files",
        "numbers of identity papers",
        "consents to messages",
        "accounts of our staff",
    ]
    assert breach_words.data_kind("phones", marathi) == "दूरध्वनी क्रमांक"
    assert breach_words.data_kind("voice mail", marathi) == "voice mail"


def test_the_archive_has_a_file_for_each_letter_and_is_the_same_again(
    dpo: Context,
) -> None:
    number = enter(dpo).number

    content = breach_letters.letters_archive(dpo, number)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        english = archive.read("board.en.txt").decode()
    assert len(names) == len(DUTIES) * 3
    assert english == letters(dpo, number)["board", "en"].text
    assert content == breach_letters.letters_archive(dpo, number)
