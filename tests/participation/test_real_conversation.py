"""A real conversation, against the groups its own software published."""

import csv

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from socialcell.participation.opinion import OpinionMap, opinion_map
from socialcell.participation.votes import Votes, read_votes
from tests.shared import shared

FOLDER = ("data", "votes", "15-per-hour-seattle")


@pytest.fixture(scope="module")
def votes() -> Votes:
    return read_votes(shared(*FOLDER, "votes.csv"))


@pytest.fixture(scope="module")
def moderated() -> list[str]:
    with shared(*FOLDER, "comments.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row["comment-id"] for row in rows if row["moderated"] == "-1"]


@pytest.fixture(scope="module")
def published() -> dict[str, str]:
    with shared(*FOLDER, "participants-votes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["participant"]: row["group-id"] for row in rows if row["group-id"]}


def groups_of(found: OpinionMap) -> dict[str, int]:
    return {name: group.id for group in found.groups for name in group.members}


def agreement(one: dict, other: dict) -> float:
    both = sorted(one.keys() & other.keys())
    return adjusted_rand_score([one[p] for p in both], [other[p] for p in both])


def test_the_same_people_are_placed_as_were_published(votes, published):
    assert set(opinion_map(votes).placed) == set(published)


def test_the_published_groups_are_found_to_the_last_person(votes, moderated, published):
    found = groups_of(opinion_map(votes, moderated_out=moderated))
    assert agreement(found, published) == 1.0


def test_votes_alone_come_close_to_the_published_groups(votes, published):
    assert agreement(groups_of(opinion_map(votes)), published) > 0.8


def test_leaving_out_a_tenth_of_the_people_changes_the_groups_little(votes, moderated):
    whole = groups_of(opinion_map(votes, moderated_out=moderated))
    random = np.random.default_rng(1)
    likeness = []
    for _ in range(10):
        absent = random.choice(votes.participants, len(votes.participants) // 10, False)
        found = opinion_map(votes.without(absent), moderated_out=moderated)
        likeness.append(agreement(whole, groups_of(found)))
    assert min(likeness) >= 0.8
