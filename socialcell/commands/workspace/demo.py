"""The command `demo`: the product's main job against a sandbox city on loopback."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from socialcell.clock import IST, FixedClock
from socialcell.commands import output
from socialcell.commands.options import Json
from socialcell.commands.progress import progress

if TYPE_CHECKING:
    from socialcell.sandbox import Sandbox
    from socialcell.sandbox.city import City
    from socialcell.sandbox.clicks.audience import Audience
    from socialcell.sandbox.clicks.click_traffic import ClickTraffic
    from socialcell.services.context import Context
    from socialcell.services.rehearsal import rehearsal_run, rehearsal_workspace
    from socialcell.services.rehearsal.desk_rehearsal import RehearsedCases
    from socialcell.services.rehearsal.plan_rehearsal import RehearsedPlan

END = datetime(2026, 11, 23, 9, 0, tzinfo=IST)  # a Monday: the last week is complete


def demo(
    dir: Annotated[Path, typer.Option(help="The workspace to make.")] = Path("demo"),
    days: Annotated[int, typer.Option(min=7, max=60, help="Simulated days.")] = 28,
    seed: Annotated[int, typer.Option(min=0, help="Which world.")] = 7,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Rebuild a demo that is there.")
    ] = False,
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Leave it running, with the console, at the end."),
    ] = False,
    lang: Annotated[
        str, typer.Option(help="The report's language: en, mr, hi.")
    ] = "en",
    json: Json = False,
) -> None:
    """Listen to a sandbox city for four simulated weeks and write its weekly report.

    The real client libraries pull over loopback from servers that speak the platforms'
    protocols. Interrupt it and run it again: it goes on where it was. Finished and run
    again it changes nothing.

    Example: socialcell demo --dir demo --days 28 --seed 7
    """
    from socialcell import sandbox
    from socialcell.listening.people import visibility
    from socialcell.sandbox.city import City
    from socialcell.sandbox.clicks import click_traffic
    from socialcell.sandbox.clicks.audience import Audience
    from socialcell.sandbox.world.app_world import PACKAGE
    from socialcell.services.rehearsal import rehearsal_run, rehearsal_workspace
    from socialcell.services.rehearsal.desk_rehearsal import RehearsedDesk

    started = time.monotonic()
    if fresh:
        _remove(dir)
    state = rehearsal_workspace.RehearsalState(
        seed=seed, days=days, end=END.isoformat()
    )
    earlier_state = rehearsal_workspace.read_state(dir)
    city = City(seed=seed, end=END, days=days)
    clock = FixedClock(END)
    with sandbox.serve(city, clock) as running, contextlib.ExitStack() as servers:
        state = rehearsal_workspace.prepare(
            dir,
            state,
            {
                **running.secrets,
                click_traffic.SECRET: click_traffic.KEY,
                # Estimates of audiences depend on it: same city, same plan.
                visibility.SECRET_NAME: f"a key of the sandbox city {seed}",
            },
            watched(running),
            named(running),
            apps=(PACKAGE,),
        )
        _keep_truth(dir, city)
        moments = rehearsal_run.rehearsal_moments(
            city.start, city.end, city.crisis_start
        )
        if earlier_state and not json:
            output.note(f"Going on in {dir}.")
        with _simulation_progress(len(moments)) as show:
            context = rehearsal_run.run_rehearsal(
                dir,
                state,
                moments,
                clock,
                running.base_urls,
                desk=RehearsedDesk(END),
                push=_webhook_pusher(running, servers),
                meanwhile=_click_sender(
                    Audience(seed, city.start, city.end), clock, servers
                ),
                progress=show,
            )
        with progress("campaign, plan and weekly report"):
            campaign = _campaign(context, dir, seed)
            plan = _plan(context, dir, seed)
            _draw_wards(context, dir)
            counts = rehearsal_run.summary(context)
            summary = counts | {"campaign": campaign, "plan": plan}
            summary["report"] = rehearsal_run.weekly(context, lang)
        summary["seconds"] = round(time.monotonic() - started, 1)
        if json:
            output.as_json(summary)
        else:
            _print(summary)
        if serve:
            _serve(context, dir, running.base_urls)


def _remove(folder: Path) -> None:
    from socialcell.errors import UsageError
    from socialcell.services.rehearsal import rehearsal_workspace

    if not folder.exists():
        return
    if rehearsal_workspace.read_state(folder) is None and any(folder.iterdir()):
        raise UsageError("commands.no_rehearsal", path=folder)
    shutil.rmtree(folder)


def watched(running: "Sandbox") -> "list[rehearsal_workspace.RehearsedSource]":
    """The sandbox's sources as a cell would enter them."""
    from socialcell import connectors
    from socialcell.services.rehearsal import rehearsal_workspace

    return [
        rehearsal_workspace.RehearsedSource(
            source["name"],
            source["connector"],
            connectors.settings_in(source["connector"], source),
        )
        for source in running.sources
    ]


def named(running: "Sandbox") -> "list[rehearsal_workspace.RegisteredAccount]":
    """The city's own account and the papers: shown by name."""
    from socialcell import connectors
    from socialcell.services.rehearsal import rehearsal_workspace

    workspaces = []
    for source in running.sources:
        if "handle" in source:
            handle, platform = (
                source["handle"],
                connectors.platform(source["connector"]),
            )
            workspaces.append(
                rehearsal_workspace.RegisteredAccount(
                    platform, handle, handle, "public_office"
                )
            )
        for key in ("user_id", "channel_id"):
            if key in source:
                platform = connectors.platform(source["connector"])
                workspaces.append(
                    rehearsal_workspace.RegisteredAccount(
                        platform, source[key], "the sandbox city", "public_office"
                    )
                )
        if "title" in source:
            paper = urlsplit(source["url"]).netloc
            workspaces.append(
                rehearsal_workspace.RegisteredAccount(
                    "news", paper, source["title"], "media"
                )
            )
    return workspaces


def _webhook_pusher(
    running: "Sandbox", servers: contextlib.ExitStack
) -> "Callable[[Context], None]":
    """A function that lets the sandbox's platforms push to a webhook server, which is
    started by its first call."""
    opened: list[str] = []

    def push(context: "Context") -> None:
        from socialcell.errors import SocialcellError
        from socialcell.sandbox.meta.webhook_platform import WebhookPlatform
        from socialcell.web import webhook_server

        if not opened:
            opened.append(
                servers.enter_context(
                    webhook_server.serving(context, with_worker=False)
                )
            )
        for name, platform in running.platforms.items():
            if isinstance(platform, WebhookPlatform):
                refused = set(platform.send_pushes(opened[0])) - {200}
                if refused:
                    raise SocialcellError(
                        "commands.pushes_refused",
                        platform=name,
                        statuses=sorted(refused),
                    )

    return push


def _click_sender(
    audience: "Audience", clock: FixedClock, servers: contextlib.ExitStack
) -> "rehearsal_run.Meanwhile":
    """A context manager that sends the city's clicks to a redirect server, which is
    started by the first of them; the app's server then reports installs."""
    opened: list[ClickTraffic] = []

    @contextlib.contextmanager
    def clicking(
        context: "Context", before: datetime | None, moment: datetime
    ) -> Iterator[None]:
        from socialcell.sandbox.clicks import tracked_links
        from socialcell.sandbox.clicks.audience import moments
        from socialcell.sandbox.clicks.click_traffic import ClickTraffic
        from socialcell.services.rehearsal import click_rehearsal
        from socialcell.web import redirect_server

        if not (visits := audience.between(before, moment)):
            yield
            return
        if not opened:
            codes = click_rehearsal.link_codes(
                context, tracked_links.link_forms(audience.campaign)
            )
            address = servers.enter_context(redirect_server.serving(context))
            opened.append(ClickTraffic(address, codes, clock))
        seconds = moments(visits)
        installs = [visit.install.key for visit in visits if visit.install]
        click_rehearsal.delete_rehearsed(context, seconds, installs)
        opened[0].send(visits)
        yield
        click_rehearsal.wait_for_clicks(context, seconds)
        opened[0].report_installs(visits)

    return clicking


def _campaign(context: "Context", folder: Path, seed: int) -> dict[str, Any]:
    """The city's campaign, measured on the outcomes that the app's team exports."""
    from socialcell.sandbox.world.campaign_world import CampaignWorld
    from socialcell.services.rehearsal import campaign_rehearsal

    world = CampaignWorld(seed, END)
    file = folder / "outcomes.csv"
    file.write_bytes(world.file())
    campaign = world.campaign
    planned = campaign_rehearsal.RehearsedCampaign(
        campaign.name,
        campaign.initiative,
        campaign.wards,
        campaign.start,
        campaign.end,
        campaign.budget * 1_000_000,
    )
    return campaign_rehearsal.run_campaign(context, planned, file)


def _plan(context: "Context", folder: Path, seed: int) -> "RehearsedPlan":
    """A plan of the coming weeks, with creators and comments on their posts."""
    from socialcell.sandbox.world.creator_world import PLAN, CreatorWorld
    from socialcell.services.rehearsal import plan_rehearsal

    world = CreatorWorld(seed, END)
    place = folder / "plan"
    place.mkdir(exist_ok=True)
    files = plan_rehearsal.PlanFiles(
        registry=place / "creators.csv",
        accounts=[creator.account for creator in world.creators],
        comments=place / "comments.csv",
        mapping=place / "comments.toml",
        initiative=place / f"{PLAN}.yaml",
    )
    files.registry.write_bytes(world.registry())
    files.comments.write_bytes(world.comments())
    files.mapping.write_text(world.mapping(), encoding="utf-8")
    files.initiative.write_text(world.initiative(), encoding="utf-8")
    return plan_rehearsal.run_plan(context, PLAN, files)


def _draw_wards(context: "Context", folder: Path) -> None:
    """A sketch of the ward offices' outlines, for maps."""
    from socialcell.sandbox import ward_sketch
    from socialcell.services import area_shapes

    place = folder / "wards.geojson"
    place.write_text(ward_sketch.geojson(), encoding="utf-8")
    area_shapes.import_shapes(context, place)


def _keep_truth(folder: Path, city: "City") -> None:
    from socialcell.sandbox.truth import write_truth

    place = folder / "truth.json"
    if not place.exists():
        write_truth(city, place)


@contextlib.contextmanager
def _simulation_progress(
    total: int,
) -> Iterator[Callable[[int, int, datetime], None]]:
    """Shows the simulated time, and how many of its steps are done."""
    with progress("the sample city", total) as advance:

        def show(number: int, _total: int, moment: datetime) -> None:
            advance(f"{moment.astimezone(IST):%a %d %b %H:%M} IST", number)

        yield show


def _print(summary: dict[str, Any]) -> None:
    output.say(f"{summary['mentions']} mentions in {summary['workspace']}")
    output.table(
        ("source", "received", "stored", "updated", "unchanged", "state"),
        [
            (
                source["name"],
                source["received"],
                source["stored"],
                source["updated"],
                source["unchanged"],
                source["state"],
            )
            for source in summary["sources"]
        ],
    )
    languages = ", ".join(f"{name} {n}" for name, n in summary["languages"].items())
    output.say(f"Languages: {languages}")
    output.say(f"Places, departments and services named: {summary['entities']}")
    _print_campaign(summary["campaign"])
    _print_plan(summary["plan"])
    _print_cases(summary["cases"])
    output.say(f"Weekly letter: {summary['report']['letter']}")
    output.say(f"Weekly report: {summary['report']['html']}")
    output.say(f"               {summary['report']['text']}")
    output.say(f"Seconds: {summary['seconds']}")
    output.say("Look around:")
    ours = f"socialcell --config {summary['workspace']}/config.yaml"
    output.say(f'  {ours} mentions search "पाणी OR pani OR water"')
    output.say(f"  {ours} sources list")
    output.say(f"  {ours} campaigns show {summary['plan']['campaign']}")
    output.say(f"  {ours} cases list")


def _print_campaign(document: dict[str, Any]) -> None:
    direct, gained = document["direct"], document["incremental"]
    requests = direct["requests"]
    programs = sum(requests[kind] for kind in ("preview", "scanner", "crawler", "tool"))
    output.say(
        f"Links of {document['campaign']}: {requests['human']} clicks of people, "
        f"{requests['duplicate']} second clicks, {programs} requests of programs"
    )
    output.say(
        f"Campaign {document['campaign']}: installs attributed {direct['installs']}, "
        f"of {direct['unattributed']} nothing is known"
    )
    if gained is not None:
        low, high = gained["interval"]
        output.say(
            f"  it added {gained['value']:.0f} {gained['outcome']} "
            f"(95 %: {low:.0f} to {high:.0f})"
        )


def _print_plan(document: "RehearsedPlan") -> None:
    cost = document["cost"]
    output.say(
        f"Plan {document['campaign']}: {document['tags']} tags of "
        f"{len(document['creators'])} creators for "
        f"{cost['amount_micros'] / 1_000_000:,.0f} {cost['currency']}, "
        f"at least {document['reach']:.0f} people expected to see one"
    )
    output.say(f"  approved by {document['approved_by']}; the first creator is asked")


def _print_cases(counts: "RehearsedCases") -> None:
    states = counts["states"]
    output.say(
        f"Cases: {sum(states.values())}, of these "
        f"{states.get('closed_confirmed', 0)} confirmed by the citizen, "
        f"{counts['overdue']} overdue, {counts['reopened']} reopened"
    )


def _serve(context: "Context", folder: Path, base_urls: dict[str, str]) -> None:
    from socialcell.services.rehearsal import sample_operators
    from socialcell.web.console import console_server

    for origin, base in sorted(base_urls.items()):
        output.note(f"{origin} is played by {base}")
    with console_server.serving(context) as address:
        output.say(f"The console: {address}")
        for name, password in sample_operators.passwords(context).items():
            output.say(f"Sign in as {name} with the password {password}")
        output.note(f"The sandbox of {folder} runs. Stop it with Ctrl-C.")
        output.flush()
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
    output.note("Stopped.")
