"""Checks of what posts in the city's name: accounts, keys, and posts in doubt."""

from collections.abc import Iterator

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.connectors import publisher
from socialcell.connectors.base import Surroundings
from socialcell.errors import SocialcellError
from socialcell.ops import outbox_store as outbox
from socialcell.ops.outbox_model import Outgoing
from socialcell.platforms import PLATFORMS
from socialcell.services.context import Context
from socialcell.services.doctor import settings_checks
from socialcell.services.doctor.finding import Check, failed, ok, warning
from socialcell.services.outbox import election_periods
from socialcell.services.publishing import notice_templates


def accounts(context: Context) -> Iterator[Check]:
    """Where the cell posts, and whether the keys that it needs are there."""
    config = context.workspace.config
    on = _on(context)
    if not on:
        yield ok("publishing", "off: nothing is posted from here")
        return
    yield ok("publishing", f"on: {', '.join(on)}; docs/publishing.md says what each is")
    for platform in on:
        needed = f"publishing.{platform}"
        if PLATFORMS[platform].settings == "meta":
            yield settings_checks.secret(
                context.workspace, config.connectors.meta.token.secret, needed
            )
            continue
        for given in getattr(config.publishing, platform):
            secret = getattr(given[1], "secret", None)
            if secret is not None:
                yield settings_checks.secret(context.workspace, secret, needed)


def doubts(context: Context) -> Iterator[Check]:
    """Posts of which nobody knows whether they are out."""
    with db.reading(context.engine) as session:
        unsure = [
            one.id
            for one in store.uncertain_posts(session, tuple(publisher.PUBLISHERS))
            if (waits := store.message(session, one)) and waits.state == "held"
        ]
    if unsure:
        yield warning(
            "posts in doubt",
            f"nobody knows whether these are out: {', '.join(map(str, unsure))}",
            "Look there, then: socialcell posts publish --confirm ID or --again ID",
        )
    elif _on(context):
        yield ok("posts in doubt", "none")


def held(context: Context) -> Iterator[Check]:
    """Approved posts whose time has come to lie within an election."""
    with db.reading(context.engine) as session:
        caught = [
            one.id
            for one in store.unposted(session)
            if one.state == "approved"
            and not _released(store.message(session, one))
            and election_periods.why_not(context, session, one, one.due_at)
        ]
    if caught:
        yield warning(
            "posts in elections",
            f"held when their time comes: {', '.join(map(str, caught))}",
            "Take them back: socialcell posts withdraw ID. What the code of conduct "
            "allows may go when it is held: socialcell outbox release",
        )
    elif context.workspace.config.planning.elections:
        yield ok("posts in elections", "none")


def _released(waits: Outgoing | None) -> bool:
    return waits is not None and waits.answer == outbox.RELEASED


def templates(context: Context) -> Check:
    """Whether the workspace's own templates of notices can be used."""
    found = notice_templates.known(context.workspace)
    place = context.workspace.folder / notice_templates.FOLDER
    if found.faults:
        return failed(
            "notice templates",
            "; ".join(found.faults.values()),
            "Correct what is named, then: socialcell posts templates lint",
        )
    n = len(found.templates)
    if not found.own:
        return ok("notice templates", f"{n} of the package, none in {place}")
    own = ", ".join(sorted(found.own))
    return ok("notice templates", f"{n}, of them in {place}: {own}")


def answers(context: Context, around: Surroundings) -> Iterator[Check]:
    """Whether each account answers, and its keys may write."""
    for platform in _on(context):
        name = f"publishing {platform}"
        try:
            found = publisher.build(platform, around).check()
        except SocialcellError as error:
            yield failed(name, str(error), "Do what the message says.")
            continue
        if found.ok:
            yield ok(name, found.message)
        else:
            advice = "docs/publishing.md names the access that it needs."
            yield failed(name, found.message, advice)


def _on(context: Context) -> list[str]:
    publishing = context.workspace.config.publishing
    return [
        name for name in publisher.PUBLISHERS if getattr(publishing, name) is not None
    ]
