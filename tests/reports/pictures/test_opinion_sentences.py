"""The sentences of an opinion map and its page beside the votes."""

import re
from dataclasses import replace

import numpy as np
import pytest

from socialcell.i18n import language
from socialcell.participation.opinion import opinion_map
from socialcell.participation.votes import Votes
from socialcell.reports.pictures import opinion_map as opinion_drawing
from socialcell.reports.pictures.opinion_map import DrawnConversation
from socialcell.reports.pictures.picture import Picture
from tests.reports.pictures.artists import texts

ENGLISH = language("en")


def shown(picture: Picture) -> str:
    """All words of a picture, in one line."""
    return " ".join(" ".join(text.words for text in texts(picture.figure)).split())


def conversation(*camps: tuple[int, list[int]]) -> DrawnConversation:
    """Camps of so many people, who all vote on the statements in one way."""
    rows = [votes for people, votes in camps for _ in range(people)]
    votes = Votes(
        tuple(f"p{n}" for n in range(len(rows))),
        tuple("1234567"[: len(rows[0])]),
        np.array(rows, dtype=float),
    )
    words = {"1": "Warn by loudspeakers", "2": "No parking on the bank"}
    return DrawnConversation(opinion_map(votes), words)


def page(drawn: DrawnConversation) -> str:
    """What the page of a conversation says beside its picture."""
    html = re.sub(
        r"(?s)<svg.*?</svg>|<style.*?</style>", "", opinion_drawing.html(drawn, "en")
    )
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


FORTY_AND_TWENTY = (
    (40, [1, 1, 1, 1, -1, -1, -1]),
    (20, [1, -1, -1, -1, 1, 1, -1]),
)


def test_an_opinion_map_counts_people_groups_and_what_they_share() -> None:
    drawn = conversation(*FORTY_AND_TWENTY)

    picture = opinion_drawing.draw(drawn, ENGLISH, 640)

    # All agree with the first statement and disagree with the last.
    assert picture.caption.title == "2 groups, who agree on 2 statements"
    assert picture.caption.drawn == (
        "One mark a person; who stands near another voted alike. 60 of 60 people are "
        "placed, by their votes on 7 statements."
    )
    assert picture.caption.source == (
        "Source: the votes in the file. Who voted little is not placed; nobody is "
        "shown by name. Those who did not vote are not part of it."
    )
    assert "Group A: 40 people" in shown(picture)
    assert "Agree (100%): Warn by loudspeakers. Disagree (100%): 7." in picture.alt


def test_the_page_of_an_opinion_map_says_what_sets_each_group_apart() -> None:
    words = page(conversation(*FORTY_AND_TWENTY))

    assert "60 people voted on 7 statements." in words
    assert "Not to be published" not in words
    first, second = words.split("Group A: 40 people")[1].split("Group B: 20 people")[:2]
    assert first.startswith(" 67% of those who are placed ")
    assert "Agrees (100%): No parking on the bank" in first
    assert "Disagrees (100%): 5" in first
    assert second.startswith(" 33% of those who are placed ")
    assert "Disagrees (100%): No parking on the bank" in second
    assert "Agrees (100%): 5" in second
    assert "Share of the votes that agree; of fewer than 20 votes, how many." in words


def test_no_group_is_said_to_disagree_with_what_all_of_it_agrees_with() -> None:
    words = page(conversation(*FORTY_AND_TWENTY))

    assert "(0%)" not in words.partition("What most of each group say")[0]


@pytest.mark.parametrize(
    ("camps", "reasons"),
    [
        (
            [(30, [1, 1, 1, -1, -1, -1]), (5, [-1, -1, -1, 1, 1, 1])],
            "35 people are placed; 50 are needed. "
            "Group B: 5 people; 10 are needed in each group.",
        ),
        ([(60, [1, 1, 1])], "There are not two groups with different opinions."),
        ([(5, [0, 0, 0])], ""),
    ],
)
def test_the_page_says_why_a_map_may_not_be_published(
    camps: list[tuple[int, list[int]]], reasons: str
) -> None:
    words = page(conversation(*camps))

    assert f"Not to be published {reasons}" in words


def test_a_conversation_of_one_opinion_has_no_group_and_no_shared_statement() -> None:
    words = page(conversation((60, [0, 0, 0])))

    assert "There is no statement on which most of each group agree." in words


def test_groups_that_overlap_are_not_published() -> None:
    drawn = conversation(*FORTY_AND_TWENTY)
    near = replace(
        drawn.opinions, people_silhouette=0.123, reasons=("the groups overlap",)
    )

    words = page(replace(drawn, opinions=near))

    assert "The groups overlap: silhouette 0.12, 0.25 is needed." in words


def test_a_group_that_nothing_sets_apart_says_so() -> None:
    drawn = conversation(*FORTY_AND_TWENTY)
    groups = tuple(replace(group, representative=()) for group in drawn.opinions.groups)

    words = page(replace(drawn, opinions=replace(drawn.opinions, groups=groups)))

    assert words.count("No statement sets this group apart.") == 2


def test_without_votes_there_is_no_map_to_publish() -> None:
    drawn = conversation(*FORTY_AND_TWENTY)
    nobody = replace(
        drawn.opinions, placed=(), groups=(), reasons=("there are no votes",)
    )

    words = page(replace(drawn, opinions=nobody))

    assert "Not to be published There are no votes." in words
