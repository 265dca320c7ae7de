"""What the doctor says of where links lead."""

from dataclasses import replace

import pytest

from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check
from socialcell.services.doctor.link_checks import destinations
from socialcell.settings import Config
from tests.campaigns.links.link_requests import make_link


def check(context: Context, domains: list[str] | None) -> Check:
    config = Config.model_validate({"links": {"domains": domains}})
    workspace = type(context.workspace)(context.workspace.folder, config)
    (finding,) = destinations(replace(context, workspace=workspace))
    return finding


@pytest.mark.parametrize("domains", [None, ["pune.example"]])
def test_without_links_all_is_well(context: Context, domains: list[str] | None) -> None:
    assert check(context, domains).state == "ok"


def test_links_without_a_list_of_domains_are_a_warning_with_their_hosts(
    context: Context,
) -> None:
    make_link(context)
    finding = check(context, None)
    assert finding.state == "warning"
    assert "care.pune.example" in finding.finding
    assert "links.domains" in (finding.advice or "")


def test_a_link_that_leads_outside_the_list_is_named(context: Context) -> None:
    link = make_link(context)
    assert check(context, ["pune.example"]).state == "ok"
    finding = check(context, ["city.example"])
    assert finding.state == "warning"
    assert f"{link.code} to care.pune.example" in finding.finding
