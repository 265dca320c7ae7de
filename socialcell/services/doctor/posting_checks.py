"""Checks of what posts in the city's name: accounts, keys, and posts in doubt."""

from collections.abc import Iterator

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.connectors import publisher
from socialcell.connectors.base import ConnectorContext
from socialcell.errors import SocialcellError
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.platforms import PLATFORMS
from socialcell.services.context import Context
from socialcell.services.doctor import settings_checks
from socialcell.services.doctor.finding import Check, failed, ok, warning
from socialcell.services.messaging import messages_in_doubt
from socialcell.services.outbox import election_periods
from socialcell.services.publishing import notice_templates


def accounts(context: Context) -> Iterator[Check]:
    """Where the cell posts, and whether the keys that it needs are there."""
    config = context.workspace.config
    on = publisher.connected(config.publishing)
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
        for setting in getattr(config.publishing, platform):
            secret = getattr(setting[1], "secret", None)
            if secret is not None:
                yield settings_checks.secret(context.workspace, secret, needed)


def doubts(context: Context) -> Iterator[Check]:
    """Posts of which nobody knows whether they are out."""
    with db.reading(context.engine) as session:
        unsure = [
            post.id
            for post in store.uncertain_posts(session, tuple(publisher.PUBLISHERS))
            if (waits := store.message(session, post)) and waits.state == "held"
        ]
    if unsure:
        yield warning(
            "posts in doubt",
            f"nobody knows whether these are out: {', '.join(map(str, unsure))}",
            "Look there, then: socialcell posts publish --confirm ID or --again ID",
        )
    elif publisher.connected(context.workspace.config.publishing):
        yield ok("posts in doubt", "none")


def messages(context: Context) -> Iterator[Check]:
    """Answers, replies and templates of which nobody knows whether they were heard."""
    in_doubt = messages_in_doubt.count_in_doubt(context)
    if in_doubt.count:
        yield warning(
            "messages in doubt",
            "nobody knows whether they were heard: answers in cases "
            f"{in_doubt.answers}, to other messages {in_doubt.replies}, people of "
            f"templates {in_doubt.templates}",
            f"Look at the platform, then: {in_doubt.commands}",
        )


def held(context: Context) -> Iterator[Check]:
    """Approved posts whose time has come to lie within an election."""
    with db.reading(context.engine) as session:
        ids = [
            post.id
            for post in store.unposted(session)
            if post.state == "approved"
            and not _released(store.message(session, post))
            and election_periods.why_held(context, session, post, post.due_at)
        ]
    if ids:
        yield warning(
            "posts in elections",
            f"held when their time comes: {', '.join(map(str, ids))}",
            "Take them back: socialcell posts withdraw ID. What the code of conduct "
            "allows may go when it is held: socialcell outbox list, then socialcell "
            "outbox release NUMBER",
        )
    elif context.workspace.config.planning.elections:
        yield ok("posts in elections", "none")


def _released(waits: Outgoing | None) -> bool:
    return waits is not None and waits.answer == outbox_store.RELEASED


def templates(context: Context) -> Check:
    """Whether the workspace's own templates of notices can be used."""
    catalogue = notice_templates.load_templates(context.workspace)
    place = context.workspace.folder / notice_templates.FOLDER
    if catalogue.faults:
        return failed(
            "notice templates",
            "; ".join(map(str, catalogue.faults.values())),
            "Correct what is named, then: socialcell posts templates lint",
        )
    n = len(catalogue.templates)
    if not catalogue.own:
        return ok("notice templates", f"{n} of the package, none in {place}")
    own = ", ".join(sorted(catalogue.own))
    return ok("notice templates", f"{n}, of them in {place}: {own}")


def answers(context: Context, connector_context: ConnectorContext) -> Iterator[Check]:
    """Whether each account answers, and its keys may write."""
    for platform in publisher.connected(context.workspace.config.publishing):
        name = f"publishing {platform}"
        try:
            health = publisher.build(platform, connector_context).check()
        except SocialcellError as error:
            yield failed(name, str(error), "Do what the message says.")
            continue
        if health.ok:
            yield ok(name, health.message)
        else:
            advice = "docs/publishing.md names the access that it needs."
            yield failed(name, health.message, advice)
