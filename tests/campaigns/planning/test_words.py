"""Draft words: the label that discloses, whom they name, and the link."""

from datetime import date

import pytest

from socialcell.campaigns.planning.draft_posts import label, text

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("connection", "paid", "lang", "said"),
    [
        ("paid", True, "en", "#Ad"),
        ("paid", True, "mr", "#जाहिरात #Ad"),
        ("paid", False, "hi", "#विज्ञापन #Ad"),
        ("none", True, "en", "#Ad"),
        (None, False, "en", "#Ad"),
        ("employee", False, "en", "#Employee"),
        ("gift", False, "en", "#FreeGift"),
        ("travel", False, "en", "#Sponsored"),
        ("family", False, "mr", "#सहयोग #Collaboration"),
        ("other", False, "hi", "#भागीदारी #Partnership"),
    ],
)
def test_a_connection_is_disclosed_in_the_language_of_the_post(
    connection: str | None, paid: bool, lang: str, said: str
) -> None:
    found = label(connection, paid, lang, TODAY)

    assert found is not None
    assert found.text == said
    assert "ASCI" in found.source


def test_nothing_is_disclosed_where_somebody_said_that_there_is_nothing() -> None:
    assert label("none", False, "mr", TODAY) is None


def test_the_label_comes_first_and_the_link_last() -> None:
    made = text(
        "खड्डा दिसला? सांगा.", "mr", label("paid", True, "mr", TODAY), ["pmc"], "L"
    )

    assert made == ("#जाहिरात #Ad खड्डा दिसला? सांगा.\nसोबत: @pmc\nअधिक माहिती: L")


def test_nobody_is_named_whose_account_is_not_known() -> None:
    assert text("See it?", "en", None, [], "L") == "See it?\nMore: L"
