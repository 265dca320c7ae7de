"""Links as a person makes, changes, imports and exports them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from socialcell import db
from socialcell.campaigns.links import short_codes
from socialcell.campaigns.links import tracked_link as rules
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import links as store
from socialcell.clock import FixedClock
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from tests.builders import NOON
from tests.campaigns.links.link_requests import PLAY, WEB, given, make_link
from tests.inside import socialcell
from tests.operators import acting
from tests.running import answer, inside, said

pytestmark = pytest.mark.swept_on_postgresql


def entries(context: Context) -> list[tuple[str, str, Any]]:
    with db.reading(context.engine) as session:
        found = audit.entries(session, 20)
    return [(one.action, one.object, one.detail) for one in reversed(found)]


def export(context: Context) -> list[dict[str, Any]]:
    return list(tracked_links.export_rows(context))


def write(folder: Path, *rows: dict[str, str], bom: bool = False) -> Path:
    page = io.StringIO()
    heading = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(page, heading)
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "links.csv"
    path.write_text(page.getvalue(), encoding="utf-8-sig" if bom else "utf-8")
    return path


def test_a_link_has_a_code_and_its_values(context: Context) -> None:
    made = tracked_links.create_link(
        context, given(creator="Asha", initiative="Clean lakes")
    )
    link = made.link
    assert made.outcome == "stored"
    assert short_codes.is_code(link.code)
    assert rules.utm_of(link).pairs() == [
        ("utm_source", "instagram"),
        ("utm_medium", "creator"),
        ("utm_campaign", "monsoon26"),
        ("utm_content", "asha"),
    ]
    assert link.initiative == "clean_lakes"


def test_the_same_link_is_not_made_twice(context: Context) -> None:
    first = tracked_links.create_link(context, given(expires="2026-12-31"))
    again = tracked_links.create_link(
        context, given(expires="2026-12-31", campaign="MONSOON26")
    )
    other = tracked_links.create_link(context, given(content="reel07"))
    assert again.outcome == "unchanged"
    assert again.link.code == first.link.code != other.link.code


def test_a_dry_run_makes_nothing(context: Context) -> None:
    assert tracked_links.create_link(context, given(), dry_run=True).outcome == "stored"
    assert tracked_links.list_links(context) == []
    assert entries(context) == []


def test_a_link_ends_with_its_last_day_in_pune(context: Context) -> None:
    link = make_link(context, expires="2026-12-31")
    assert link.expires_at is not None
    assert link.expires_at.isoformat() == "2026-12-31T18:30:00+00:00"
    assert rules.stated_fields(link)["expires"] == "2026-12-31"


def test_a_change_keeps_what_was_said_before(
    context: Context, clock: FixedClock
) -> None:
    context = acting(context, "meera")
    link = make_link(context)
    changed = tracked_links.edit_link(
        context, link.code, {"web": f"{WEB}/new", "ios": ""}, "the page has moved"
    )
    found, versions = tracked_links.find_link(context, link.code.upper())
    assert changed.outcome == "updated"
    assert (found.version, found.web, found.ios) == (2, f"{WEB}/new", None)
    assert found.android == PLAY
    assert [(one.version, one.reason, one.actor) for one in versions] == [
        (1, "made", "meera"),
        (2, "the page has moved", "meera"),
    ]
    assert versions[0].said["web"] == WEB
    assert versions[0].said["ios"] is not None


def test_a_change_to_what_it_says_already_is_none(context: Context) -> None:
    link = make_link(context)
    made = tracked_links.edit_link(
        context, link.code, {"web": WEB, "channel": "Instagram"}, "so"
    )
    assert (made.outcome, made.link.version) == ("unchanged", 1)


def test_making_and_changing_stand_in_the_audit_log(context: Context) -> None:
    link = make_link(context, creator="asha")
    tracked_links.edit_link(
        context, link.code, {"channel": "x", "creator": ""}, "it was theirs"
    )
    assert entries(context) == [
        (
            "link.create",
            link.code,
            {"version": 1, "campaign": "monsoon26", "channel": "instagram"},
        ),
        (
            "link.edit",
            link.code,
            {
                "version": 2,
                "changed": ["channel", "content", "creator", "medium", "source"],
            },
        ),
    ]


def test_an_unknown_code_is_said_so(context: Context) -> None:
    with pytest.raises(SocialcellError, match="No link has the code 'zzzzzzz'"):
        tracked_links.find_link(context, "zzzzzzz")


def test_what_is_exported_is_imported_again_and_changes_nothing(
    context: Context, tmp_path: Path
) -> None:
    make_link(context, post="=1+1", content="+91", expires="2026-12-31")
    make_link(context, campaign="पाणी_२६", ios=None, term="kothrud")
    before = export(context)
    text = inside(
        "links", "export", "--config", context.workspace.folder / "config.yaml"
    )
    path = tmp_path / "links.csv"
    path.write_text(text, encoding="utf-8")

    done = tracked_links.import_links(context, path)

    assert "'=1+1" in text  # no spreadsheet calculates it
    assert dict(done.outcomes) == {"unchanged": 2}
    assert export(context) == before


def test_rows_make_change_and_are_rejected_each_by_itself(
    context: Context, tmp_path: Path
) -> None:
    known = make_link(context)
    path = write(
        tmp_path,
        {"code": "", "campaign": "Diwali 26", "channel": "x", "web": WEB},
        {"code": known.code, "campaign": "monsoon27", "channel": "x", "web": WEB},
        {"code": "", "campaign": "diwali_26", "channel": "radio", "web": WEB},
        {"code": "zzzzzzz", "campaign": "a", "channel": "x", "web": WEB},
        {"code": "", "campaign": "a", "channel": "x", "web": "javascript:alert(1)"},
        bom=True,
    )
    done = tracked_links.import_links(context, path)
    assert dict(done.outcomes) == {"stored": 1, "updated": 1}
    assert done.received == 5
    assert [row for row, _reason in done.rejects] == [4, 5, 6]
    assert dict(tracked_links.import_links(context, path).outcomes) == {"unchanged": 2}
    # What the file has no column for stays as it was.
    assert tracked_links.find_link(context, known.code)[0].android == PLAY


def test_a_damaged_row_does_not_take_the_others_along(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "links.csv"
    path.write_bytes(
        b"campaign;channel;web\n"
        b'"open;x;https://a.example/\n'
        b"\xff;x;https://a.example/\n"
        b"a;x;https://a.example/;more\n"
        b"diwali26;x;https://a.example/\n"
    )
    done = tracked_links.import_links(context, path)
    assert dict(done.outcomes) == {"stored": 1}
    assert [row for row, _reason in done.rejects] == [2, 3, 4]


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ("a,b", "no column of links: 'a'"),
        ("campaign,campaign,web", "there twice"),
        ("channel,web", "no column code or campaign"),
        ("", "no column code or campaign"),
    ],
)
def test_a_file_of_something_else_is_refused(
    context: Context, tmp_path: Path, heading: str, reason: str
) -> None:
    path = tmp_path / "links.csv"
    path.write_text(heading + "\n")
    with pytest.raises(SocialcellError, match=reason):
        tracked_links.import_links(context, path)


def test_a_new_campaign_like_another_is_noticed(context: Context) -> None:
    make_link(context)
    assert (
        tracked_links.create_link(context, given(campaign="monson26")).nearly
        == "monsoon26"
    )


def test_the_commands_make_show_and_change_a_link(context: Context) -> None:
    at = ("--config", context.workspace.folder / "config.yaml")
    arguments = ("--campaign", "monsoon26", "--channel", "whatsapp", "--web", WEB)
    made = json.loads(inside("links", "create", *arguments, "--json", *at))
    code = made["code"]
    inside("links", "edit", code, "--term", "kothrud", "--reason", "an area", *at)
    shown = json.loads(inside("links", "show", code, "--json", *at))
    listed = json.loads(
        inside("links", "list", "--campaign", "monsoon26", "--json", *at)
    )

    assert made["outcome"] == "stored"
    assert made["address"] == f"/r/{code}"
    assert shown["leads_to"]["web"] == (
        f"{WEB}?utm_source=whatsapp&utm_medium=messaging&utm_campaign=monsoon26"
        "&utm_term=kothrud"
    )
    assert [one["version"] for one in shown["history"]] == [1, 2]
    assert [one["code"] for one in listed["links"]] == [code]


def test_a_link_without_an_address_of_the_redirect_server_says_so(
    context: Context,
) -> None:
    config = context.workspace.folder / "config.yaml"
    words = ("--campaign", "monsoon26", "--channel", "x", "--web", WEB)

    without = inside("links", "create", *words, "--config", config)
    with config.open("a") as settings:
        settings.write("links:\n  address: https://link.city.example\n")
    there = inside("links", "create", *words, "--config", config)

    assert "Nobody reaches it yet: set links.address in config.yaml" in without
    assert "Nobody reaches it" not in there


def test_an_import_in_which_all_is_rejected_fails(folder: Path, tmp_path: Path) -> None:
    path = write(tmp_path, {"campaign": "a", "channel": "radio", "web": WEB})
    done = socialcell("links", "import", path, "--config", folder / "config.yaml")
    assert done.returncode == 1
    assert "'radio' is no channel" in said(done)


def test_a_link_without_a_channel_is_a_wrong_call(folder: Path) -> None:
    done = socialcell(
        "links", "create", "--campaign", "a", "--config", folder / "config.yaml"
    )
    assert done.returncode == 2
    assert "A link needs channel" in said(done)


def test_codes_that_are_taken_are_drawn_again(context: Context) -> None:
    drawn = iter(["bbbbbbb", "bbbbbbb", "ccccccc"])
    with db.writing(context.engine) as session:
        for content in ("one", "two"):
            draft = rules.check_draft(given(content=content))
            store.add(session, draft, "meera", NOON, lambda: next(drawn))
    found = {link.content: link.code for link in tracked_links.list_links(context)}
    assert found == {"one": "bbbbbbb", "two": "ccccccc"}


def test_when_every_code_is_taken_it_is_said_so(context: Context) -> None:
    with db.writing(context.engine) as session:
        draft = rules.check_draft(given())
        store.add(session, draft, "meera", NOON, lambda: "bbbbbbb")
        with pytest.raises(SocialcellError, match="No free code"):
            store.add(session, draft, "meera", NOON, lambda: "bbbbbbb")


def test_a_link_is_known_by_all_that_it_says(context: Context) -> None:
    known: TrackedLink = make_link(context, android=None, ios=None)
    assert (
        tracked_links.create_link(context, given(android=None, ios=None)).link.code
        == known.code
    )
    with pytest.raises(UsageError):
        tracked_links.create_link(context, given(channel=""))


def test_a_finished_process_answers_in_json(folder: Path) -> None:
    at = ("--config", folder / "config.yaml")
    assert answer(socialcell("links", "list", "--json", *at)) == {"links": []}
