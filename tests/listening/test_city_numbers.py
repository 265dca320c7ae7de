"""Numbers that the city publishes are shown; not those that nobody has looked up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.config import Workspace
from socialcell.listening import city_numbers
from socialcell.listening.model import Mention
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.doctor import settings_checks
from socialcell.settings.privacy import CityNumber, Privacy
from tests.builders import make_record, store_records

SWITCHBOARD = {
    "number": "020 2550 1000",
    "name": "switchboard",
    "source": "https://www.city.example/contact",
    "checked": date(2026, 11, 2),
}
FORMS = ("020-25501000", "फोन 2550 1000", "+91 20 2550 1000", "०२० २५५० १०००")


def configured(context: Context, **settings: object) -> Context:
    privacy = Privacy.model_validate(settings)
    changed = context.workspace.config.model_copy(update={"privacy": privacy})
    return replace(context, workspace=Workspace(context.workspace.folder, changed))


def shown(context: Context, text: str) -> str:
    return pseudonyms.load_people(context).masked("x", text)


@pytest.mark.parametrize("form", FORMS)
def test_a_number_of_the_package_is_masked_until_the_workspace_confirms_it(
    context: Context, form: str
) -> None:
    assert "•••" in shown(context, f"{form} उचलत नाहीत")

    confirmed = configured(context, city_numbers=[SWITCHBOARD])

    assert shown(confirmed, f"{form} उचलत नाहीत") == f"{form} उचलत नाहीत"
    assert "•••" in shown(
        confirmed, form.replace("1000", "1001").replace("१०००", "१००१")
    )


def test_a_number_without_the_day_it_was_looked_up_stays_masked(
    context: Context,
) -> None:
    unchecked = configured(context, city_numbers=[SWITCHBOARD | {"checked": None}])

    assert shown(unchecked, "020 2550 1000") == "•••"


def test_a_workspace_adds_a_number_and_masks_one_of_the_package(
    context: Context,
) -> None:
    helpline = SWITCHBOARD | {"number": "+91 88882 51001", "name": "helpline"}
    certain = "18001030222"
    before = city_numbers.certain_numbers()
    assert certain in before

    own = configured(context, city_numbers=[helpline], hidden_numbers=["1800 1030 222"])

    for form in ("8888251001", "+91 88882 51001", "088882-51001"):
        assert shown(own, f"call {form}") == f"call {form}"
        assert "•••" in shown(context, f"call {form}")
    settings = own.workspace.config.privacy
    in_force = city_numbers.numbers_in_force(
        settings.city_numbers, settings.hidden_numbers
    )
    assert certain not in in_force
    assert before - in_force == {certain}


def test_a_number_that_only_a_workspace_confirms_is_shown_and_not_searched(
    context: Context,
) -> None:
    confirmed = configured(context, city_numbers=[SWITCHBOARD])
    words = "020 2550 1000 rings, 1800 1030 222 too"
    store_records(confirmed.engine, make_record("1", text=words))

    with db.reading(confirmed.engine) as session:
        (indexed,) = session.scalars(select(Mention.folded))

    assert shown(confirmed, words) == words
    assert indexed == "rings 1800 1030 222 too"


def test_what_a_workspace_hides_and_the_index_has_would_be_masked_nowhere(
    context: Context,
) -> None:
    certain = city_numbers.certain_numbers()
    hidden = configured(context, hidden_numbers=sorted(certain))

    assert all(shown(hidden, f"call {number}").endswith(number) for number in certain)


def test_short_and_toll_free_numbers_are_nobody_s(context: Context) -> None:
    text = "100, 101, 108, 112 आणि 1800 1030 222 वर फोन करा"

    assert shown(context, text) == text


def test_the_doctor_names_what_nobody_has_looked_up(context: Context) -> None:
    check = settings_checks.published_numbers(context.workspace)
    assert check.state == "warning"
    assert "020 2550 1000 (switchboard of the main building; from memory)" in (
        check.finding
    )
    assert check.finding.count("from memory") == 3

    others = ["020 2550 1269", "+91 20 2550 6800"]  # in another spelling, too
    settled = configured(context, city_numbers=[SWITCHBOARD], hidden_numbers=others)
    assert settings_checks.published_numbers(settled.workspace).state == "ok"

    unchecked = configured(
        context,
        city_numbers=[SWITCHBOARD | {"checked": None}],
        hidden_numbers=others,
    )
    check = settings_checks.published_numbers(unchecked.workspace)
    assert (check.state, check.finding.count("020 2550 1000")) == ("warning", 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": "call us"}, "'call us' is no telephone number"),
        ({"number": "12"}, "'12' is no telephone number"),
        ({"number": "1" * 14}, "is no telephone number"),
        ({"source": ""}, "source"),
        ({"name": ""}, "name"),
        ({"checked": "in spring"}, "checked"),
    ],
)
def test_a_wrong_number_is_refused_with_its_reason(
    changes: Mapping[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Privacy.model_validate({"city_numbers": [SWITCHBOARD | changes]})


def test_a_number_stands_once() -> None:
    twice = [SWITCHBOARD, SWITCHBOARD | {"number": "020-25501000"}]

    with pytest.raises(ValueError, match="stands twice"):
        Privacy.model_validate({"city_numbers": twice})


def test_every_number_of_the_package_says_where_it_is_from() -> None:
    rows = city_numbers.package_numbers()

    assert all(isinstance(row, CityNumber) and row.source for row in rows)
    assert not [row.number for row in rows if row.checked and "memory" in row.source]
