"""Who owns a problem: by topic, place, date and named body; and what is wrong in it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from socialcell.errors import SocialcellError
from socialcell.language import lexicon, read
from socialcell.language.names import places
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_lint import lint_cells, lint_owners
from socialcell.listening.areas.owner_table import (
    COLUMNS,
    EVERY,
    OwnedProblem,
    OwnerFinder,
    OwnerRecord,
    as_owner,
    read_cells,
    read_owners,
)
from socialcell.listening.model import Mention
from socialcell.listening.store.owners import problem_of

DAY = date(2026, 11, 23)
COUNCIL_DAY = date(2024, 9, 11)


def make_owner(
    topic: str, owner: str, scope: str = "", **changes: object
) -> OwnerRecord:
    names = dict.fromkeys(("name_en", "name_mr", "name_hi"), owner)
    texts = {
        "referral_en": "Ask there.",
        "referral_mr": "तेथे विचारा.",
        "source": "tests",
    }
    texts["referral_hi"] = "वहाँ पूछें।"
    return OwnerRecord(topic, owner, scope=scope, **names, **texts, **changes)  # type: ignore[arg-type]


OWNERS = [
    make_owner("roads", "dept:roads"),
    make_owner("roads", "body:nhai", places=("place:*-bypass",)),
    make_owner("electricity", "body:msedcl"),
    make_owner(EVERY, "body:msedcl", "where it is named"),
    make_owner("noise", "body:police", "at night"),
    make_owner("noise", "body:mpcb", "factories"),
    make_owner("fire", "dept:fire", "all fires"),
    make_owner(EVERY, "body:pcmc", places=("place:wakad",)),
    make_owner("transport", "body:new", valid_from=date(2027, 1, 1)),
    make_owner("transport", "body:old", valid_to=date(2027, 1, 1)),
]


@pytest.mark.parametrize(
    ("topics", "named", "owner"),
    [
        (["roads"], [], "dept:roads"),
        (["roads"], ["place:west-bypass"], "body:nhai"),
        (["roads"], ["place:warje", "body:nhai"], "body:nhai"),
        (["roads"], ["body:msedcl"], "body:msedcl"),
        (["roads"], ["body:msedcl", "body:nhai"], "body:nhai"),
        (["electricity"], [], "body:msedcl"),
        (["noise"], [], None),
        (["noise"], ["body:police"], "body:police"),
        (["noise"], ["body:police", "body:mpcb"], None),
        (["fire"], [], None),
        (["fire"], ["dept:fire"], "dept:fire"),
        (["fire", "roads"], [], "dept:roads"),
        (["other", "electricity", "roads"], [], "body:msedcl"),
        (["transport"], [], "body:old"),
        (["roads"], ["place:wakad"], "body:pcmc"),
        (["transport"], ["place:wakad"], "body:old"),
        ([], ["place:wakad"], "body:pcmc"),
        (["other"], ["body:nhai"], None),
        ([], [], None),
    ],
)
def test_a_problem_is_owned_by_whom_its_topic_its_place_and_its_words_say(
    topics: Sequence[str], named: Collection[str], owner: str | None
) -> None:
    found = OwnerFinder(OWNERS).find(OwnedProblem(topics, named, (), DAY))

    assert (found and found.owner) == owner


def test_a_place_outside_the_city_does_not_count_beside_one_in_a_ward() -> None:
    problem = OwnedProblem(["roads"], ["place:wakad"], ["ward:aundh-baner"], DAY)

    found = OwnerFinder(OWNERS).find(problem)

    assert found is not None
    assert found.owner == "dept:roads"


@pytest.mark.parametrize(
    ("topics", "named", "day", "owner"),
    [
        (["electricity"], [], DAY, "body:msedcl"),
        (["transport"], [], DAY, "body:pmpml"),
        (["transport"], ["place:pune-station"], DAY, "body:railways"),
        (["transport"], ["place:camp"], DAY, "body:pmpml"),
        (["transport"], ["service:metro"], DAY, "body:maha-metro"),
        (["roads"], ["service:metro"], DAY, "dept:roads"),
        (["politics", "roads"], [], DAY, "dept:roads"),
        (["politics"], ["body:sec"], DAY, "body:sec"),
        (["waste"], ["place:camp"], DAY, "body:pune-cantonment"),
        (["roads"], ["place:navale-bridge"], DAY, "body:nhai"),
        (["drainage"], ["place:hinjewadi-phase-2"], DAY, "body:pmrda"),
        (["roads"], ["place:phursungi"], DAY, "body:phursungi-council"),
        (["roads"], ["place:phursungi"], date(2024, 9, 10), "dept:roads"),
        (["water"], ["place:phursungi"], DAY, "dept:water"),
        (["flood"], ["place:khadakwasla-dam"], DAY, "dept:disaster"),
    ],
)
def test_the_package_knows_who_owns_what_in_pune(
    topics: Sequence[str], named: Collection[str], day: date, owner: str
) -> None:
    found = OwnerFinder(read_owners()).find(OwnedProblem(topics, named, (), day))

    assert found is not None
    assert found.owner == owner


def test_who_only_speaks_of_politics_is_not_sent_to_the_election_commission() -> None:
    problem = OwnedProblem(["politics"], ["place:hadapsar"], (), DAY)

    assert OwnerFinder(read_owners()).find(problem) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Metro from Swargate was late", "service:metro"),
        ("मेट्रोचे तिकीट महाग झाले", "service:metro"),
        ("When does the Election Commission open its list?", "body:sec"),
        ("निवडणूक आयोगाने यादी दिली", "body:sec"),
    ],
)
def test_a_body_is_known_by_the_name_that_people_give_it(text: str, named: str) -> None:
    (reading,) = read([text])

    assert named in [entity.id for entity in reading.entities]


def test_a_cantonment_board_without_a_place_is_neither_of_the_two() -> None:
    (reading,) = read(["खडकी बाजारात कचरा, कॅन्टोन्मेंट बोर्ड झोपले आहे"])

    assert [entity.id for entity in reading.entities] == ["place:khadki"]


@pytest.mark.parametrize(
    ("topics", "named", "owner"),
    [
        (["parks"], [], "dept:fire"),
        (["building"], [], "dept:fire"),
        (["debris"], [], "dept:fire"),
        (["encroachment"], [], "dept:fire"),
        (["drainage"], [], "dept:fire"),
        (["toilets"], [], "dept:fire"),
        (["projects"], [], "dept:fire"),
        (["transport"], [], "dept:fire"),
        (["transport"], ["body:pmpml"], "dept:fire"),
        (["transport"], ["body:railways", "place:pune-station"], "body:railways"),
        (["roads", "parks"], [], "dept:fire"),
        (["parks"], ["dept:garden"], "dept:fire"),
        (["parks"], ["place:wakad"], "body:pcmc"),
        (["parks"], ["body:railways"], "dept:fire"),
        (["flood"], [], "dept:disaster"),
        (["electricity", "flood"], [], "dept:disaster"),
        (["electricity", "fire"], [], "dept:fire"),
        (["electricity"], [], "body:msedcl"),
        (["roads"], [], "dept:fire"),
        (["education"], [], "dept:fire"),
        (["animals"], [], "dept:disaster"),
        (["water"], [], "dept:disaster"),
        (["waste"], [], "dept:disaster"),
        (["traffic"], [], "dept:disaster"),
        (["traffic"], ["body:pmpml"], "dept:disaster"),
        (["other"], [], "dept:disaster"),
    ],
)
def test_who_rescues_people_owns_what_fell_on_them_before_who_tends_it(
    topics: Sequence[str], named: Collection[str], owner: str
) -> None:
    rescued = (*(f"danger:{topic}" for topic in topics), *topics, "danger")

    found = OwnerFinder(read_owners()).find(OwnedProblem(rescued, named, (), DAY))

    assert found is not None
    assert found.owner == owner


def test_a_body_that_rescues_itself_outweighs_who_rescues_where_it_is_named() -> None:
    railways = make_owner("danger:transport", "body:railways")
    problem = OwnedProblem(
        ["danger:transport", "transport", "danger"], ["body:railways"], (), DAY
    )

    found = OwnerFinder([*read_owners(), railways]).find(problem)

    assert found is not None
    assert found.owner == "body:railways"


@pytest.mark.parametrize(
    ("topics", "owner"),
    [
        (["other", "electricity"], "dept:disaster"),
        (["electricity", "other"], "body:msedcl"),
        (["other", "building"], "dept:fire"),
    ],
)
def test_a_danger_that_no_topic_fits_best_is_of_who_is_there_for_every_danger(
    topics: Sequence[str], owner: str
) -> None:
    critical = Mention(
        authored_at=datetime(2026, 11, 23, tzinfo=UTC),
        intent="complaint",
        urgency="critical",
    )

    found = OwnerFinder(read_owners()).find(problem_of(critical, {"topic": topics}))

    assert found is not None
    assert found.owner == owner


@pytest.mark.parametrize(
    ("text", "topics", "owner"),
    [
        ("He pulled out a knife over the DJ and stabbed him", ["noise"], "body:police"),
        ("हा माझा शेवटचा मेसेज, मी जीव देणार आहे", ["waste"], "body:police"),
        ("They beat him with rods, his shop is on fire", ["fire"], "dept:fire"),
        ("My father is trapped in the lift", ["hospitals"], "dept:fire"),
        ("A child is choking and turns blue", ["parks"], "dept:disaster"),
    ],
)
def test_whose_a_danger_is_follows_from_its_words_where_no_topic_tells_it(
    text: str, topics: Sequence[str], owner: str
) -> None:
    critical = Mention(
        authored_at=datetime(2026, 11, 23, tzinfo=UTC),
        text=text,
        intent="complaint",
        urgency="critical",
    )

    found = OwnerFinder(read_owners()).find(problem_of(critical, {"topic": topics}))

    assert found is not None
    assert found.owner == owner


def test_words_of_violence_change_no_owner_of_what_is_not_critical() -> None:
    high = Mention(
        authored_at=datetime(2026, 11, 23, tzinfo=UTC),
        text="Somebody was stabbed here last year",
        intent="complaint",
        urgency="high",
    )

    found = OwnerFinder(read_owners()).find(problem_of(high, {"topic": ["waste"]}))

    assert found is not None
    assert found.owner == "dept:waste"


def test_the_packages_owners_have_no_fault_and_miss_no_topic() -> None:
    rows = read_cells()

    assert lint_cells(rows) == []
    numbered = [(number, as_owner(cells)) for number, cells in rows]
    assert lint_owners(numbered, (), known_ids()) == []
    unowned = set(lexicon.vocabulary("topic")) - {owner.topic for _, owner in numbered}
    assert unowned == {"other"}


def test_no_referral_promises_what_the_machine_has_not_done() -> None:
    promised = ("we have", "told", "sent", "कळवले आहे", "पाठवली आहे", "बता दिया", "भेज दी")
    for owner in read_owners():
        for sentence in owner.referral().values():
            assert not any(words in sentence for words in promised), sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"topic": "raods"}, "topic: there is no topic 'raods'; the nearest is roads"),
        ({"topic": "danger:park"}, "there is no topic 'danger:park'; the nearest is"),
        ({"topic": "danger:violense"}, "the nearest is danger:violence"),
        ({"owner": "body:msedc"}, "the nearest is body:msedcl"),
        ({"owner": "msedcl"}, "owner: 'msedcl' is neither dept:… nor body:…"),
        ({"places": ("place:wakd",)}, "places: no id is 'place:wakd'; the nearest is"),
        ({"topic": EVERY}, "topic: a row of every topic (*) needs places or a scope"),
        ({"referral_mr": "Ask them."}, "referral_mr: is not written in its language"),
        ({"referral_hi": "तेथे विचारा."}, "is the same sentence in Marathi and in Hindi"),
    ],
)
def test_what_is_wrong_in_a_row_is_said(changes: dict[str, object], words: str) -> None:
    row = replace(make_owner("fire", "body:msedcl"), **changes)  # type: ignore[arg-type]

    (problem,) = lint_owners([(7, row)], (), known_ids())

    assert str(problem).startswith("row 7, ")
    assert words in str(problem)


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        ("dept:disaster", "dept:fire and dept:disaster both own all of fire"),
        ("dept:fire", "dept:fire has the same row of fire at one time"),
    ],
)
def test_two_rows_that_clash_are_refused(owner: str, words: str) -> None:
    held = make_owner("fire", "dept:fire")

    (problem,) = lint_owners([(7, replace(held, owner=owner))], [held], known_ids())

    assert words in str(problem)


def test_rows_of_other_times_do_not_clash() -> None:
    old = make_owner("fire", "dept:fire", valid_to=COUNCIL_DAY)
    new = make_owner("fire", "dept:disaster", valid_from=COUNCIL_DAY)

    assert lint_owners([(2, new)], [old], known_ids()) == []


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"accepts": "tag|pigeon"}, "accepts", "unknown way in pigeon; there are "),
        ({"name_en": ""}, "name_en", "is empty"),
        ({"valid_from": "soon"}, "valid_from", "'soon' is no YYYY-MM-DD"),
        (
            {"valid_from": "2026-11-23", "valid_to": "2026-11-23"},
            "valid_to",
            "is not after valid_from",
        ),
    ],
)
def test_cells_that_make_no_owner_are_named_by_row_and_column(
    changes: dict[str, str], column: str, message: str
) -> None:
    (_, cells), *_ = read_cells()

    (problem,) = lint_cells([(2, cells | changes)])

    assert str(problem).startswith(f"row 2, {column}: {message}")


def test_a_file_of_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "owners.csv"
    path.write_text(",".join(COLUMNS).replace(",places,", ",place,"), "utf-8")

    with pytest.raises(SocialcellError) as refused:
        read_cells(path)

    assert str(refused.value).startswith(f"{path}, row 1: the columns must be topic,")


def known_ids() -> set[str]:
    return {one.id for one in (*places.places(), *read_areas())}
