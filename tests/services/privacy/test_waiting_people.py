"""Who waits to be shown by name is found, given their data, and taken out."""

from pathlib import Path
from typing import Any

import pytest

from socialcell import db
from socialcell.language.names import public_people as entries
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import public_people
from socialcell.services.privacy import account_registry, data_requests
from socialcell.services.privacy.data_requests import ErasureResult
from socialcell.services.privacy.erasure_replay import ReplayResult, replay_erasures
from tests.builders import make_author, make_record, store_records
from tests.operators import acting, officer

HOLDER = {
    "id": "person:sample-holder",
    "kind": "office_holder",
    "name_en": "Namuna Udaharane",
    "name_mr": "नमुना उदाहरणे",
    "name_hi": "नमूना उदाहरणे",
    "aliases": "Namuna Bhau Udaharane",
    "handles": "x:Namuna_Pune|facebook:namuna.udaharane",
    "valid_from": "2026-02-06",
    "valid_to": "",
    "source": "an invented order",
    "evidence": "https://www.city.example/orders/12",
}
OTHER = HOLDER | {
    "id": "person:other-holder",
    "name_en": "Chachni Pariksha",
    "name_mr": "चाचणी परीक्षा",
    "name_hi": "चाचणी परीक्षा",
    "aliases": "",
    "handles": "chachni_pune",
}
PAPER = HOLDER | {
    "id": "media:sample-paper",
    "kind": "media",
    "name_en": "Namuna Paper",
    "name_mr": "नमुना पेपर",
    "name_hi": "नमूना पेपर",
    "aliases": "",
    "handles": "x:namuna_paper",
    "valid_from": "",
}


def propose(context: Context, folder: Path, *rows: dict[str, str]) -> int:
    file = folder / "holders.csv"
    lines = [",".join(entries.COLUMNS), *(",".join(row.values()) for row in rows)]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    batch = public_people.propose_people(acting(context, "asha"), file).batch
    assert batch is not None
    return batch


def waiting_ids(context: Context) -> list[list[str]]:
    """The ids of entries that wait, by batch."""
    return [
        [entry.id for entry in batch.entries]
        for batch in public_people.list_waiting(context)
    ]


def erase(context: Context, platform: str, handle: str, **how: Any) -> ErasureResult:
    return data_requests.erase_account(officer(context), platform, None, handle, **how)


def post_as(context: Context, handle: str, name: str) -> None:
    author = make_author(f"of {handle}", handle=handle, name=name)
    store_records(context.engine, make_record(f"by-{handle}", author=author))


def test_an_erasure_takes_the_entry_with_the_handle_and_leaves_the_others(
    context: Context, tmp_path: Path
) -> None:
    batch = propose(context, tmp_path, HOLDER, OTHER)

    result = erase(context, "x", "@namuna_pune")

    assert result.waiting == 1
    assert not result.is_nobody
    assert waiting_ids(context) == [[OTHER["id"]]]
    approver = acting(context, "meera", Role.APPROVER)
    approved = public_people.approve_people(approver, batch)
    assert approved.added == (OTHER["id"],)
    assert "Udaharane" not in approved.text
    with db.reading(context.engine) as session:
        erasure = next(
            entry
            for entry in audit.entries(session, 9)
            if entry.action == "privacy.erase"
        )
    assert erasure.detail["waiting"] == 1


def test_a_file_of_which_nothing_is_left_waits_no_more(
    context: Context, tmp_path: Path
) -> None:
    propose(context, tmp_path, HOLDER)
    propose(context, tmp_path, OTHER)

    erase(context, "facebook", "Namuna.Udaharane")

    assert waiting_ids(context) == [[OTHER["id"]]]


def test_a_handle_is_compared_with_its_platform_where_the_file_names_one(
    context: Context, tmp_path: Path
) -> None:
    propose(context, tmp_path, HOLDER, OTHER)

    elsewhere = erase(context, "reddit", "namuna_pune")
    of_no_platform = erase(context, "reddit", "chachni_pune")

    assert (elsewhere.waiting, of_no_platform.waiting) == (0, 1)
    assert waiting_ids(context) == [[HOLDER["id"]]]


@pytest.mark.parametrize(
    "name", ["namuna  udaharane", "नमुना उदाहरणे", "Namuna Bhau Udaharane"]
)
def test_a_person_is_found_by_the_whole_name_that_the_account_shows(
    context: Context, tmp_path: Path, name: str
) -> None:
    propose(context, tmp_path, HOLDER, OTHER)
    post_as(context, "quite_another", name)

    assert erase(context, "x", "quite_another").waiting == 1
    assert waiting_ids(context) == [[OTHER["id"]]]


def test_a_first_name_or_the_name_of_a_paper_takes_nobody_out(
    context: Context, tmp_path: Path
) -> None:
    propose(context, tmp_path, HOLDER, PAPER)
    post_as(context, "first", "Namuna")
    post_as(context, "reader", "Namuna Paper")

    assert erase(context, "x", "first").waiting == 0
    assert erase(context, "x", "reader").waiting == 0
    assert waiting_ids(context) == [[PAPER["id"], HOLDER["id"]]]


def test_a_dry_run_counts_them_and_takes_none(context: Context, tmp_path: Path) -> None:
    propose(context, tmp_path, HOLDER)

    result = erase(context, "x", "namuna_pune", dry_run=True)

    assert (result.waiting, result.is_nobody) == (1, False)
    assert waiting_ids(context) == [[HOLDER["id"]]]


def test_the_person_is_given_what_waits_of_them(
    context: Context, tmp_path: Path
) -> None:
    propose(context, tmp_path, HOLDER, OTHER)
    account_registry.propose_account(
        acting(context, "asha"),
        "x",
        "namuna_pune",
        name="Namuna Udaharane",
        person_class="public_office",
        evidence="https://www.city.example/orders/12",
    )

    document = data_requests.export_account(officer(context), "x", None, "@Namuna_Pune")

    now = context.clock.now()
    assert document["waiting"] == [
        {
            "since": now,
            "handle": "namuna_pune",
            "name": "Namuna Udaharane",
            "class": "public_office",
            "evidence": "https://www.city.example/orders/12",
        },
        {"since": now, "file": "holders.csv", **HOLDER},
    ]


def test_an_older_database_is_cleared_of_who_was_erased_since(
    context: Context, tmp_path: Path
) -> None:
    erase(context, "x", "namuna_pune")
    erase(context, "reddit", "chachni_pune")
    # As in a copy from before, which is put back with the list of who is kept out.
    propose(context, tmp_path, HOLDER, OTHER, PAPER)
    account_registry.propose_account(
        acting(context, "asha"),
        "x",
        "namuna_pune",
        name="Namuna Udaharane",
        person_class="public_office",
        evidence="https://www.city.example/orders/12",
    )

    assert replay_erasures(context) == ReplayResult(0, 0, waiting=3)
    assert replay_erasures(context) == ReplayResult(0, 0)

    assert waiting_ids(context) == [[PAPER["id"]]]
    assert account_registry.list_waiting(context) == []
