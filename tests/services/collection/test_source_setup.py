"""Sources are tried, and go on when what stopped them is mended."""

from dataclasses import replace
from datetime import timedelta

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.identity.actor import unsigned
from socialcell.ops import audit, store
from socialcell.sandbox import City, serve
from socialcell.services.collection import collector, source_setup
from socialcell.services.context import Context
from tests.builders import make_source
from tests.conftest import MONDAY_MORNING


def test_a_renewed_token_is_picked_up_when_the_source_was_tried(
    context: Context, clock: FixedClock
) -> None:
    city = City(seed=11, end=MONDAY_MORNING, days=9)
    with serve(city, clock, ["x"]) as served:
        (entered,) = (s for s in served.sources if s["name"] == "x.mentions")
        make_source(
            context.engine, "x.mentions", kind="mentions", user_id=entered["user_id"]
        )
        open_context = Context(
            context.workspace, context.engine, clock, served.base_urls
        )
        refused = collector.collect(open_context)[0]
        secret = context.workspace.folder / "secrets" / "x_bearer"
        secret.write_text(served.secrets["x_bearer"])
        waiting = collector.collect(open_context)[0]

        health = source_setup.check_source(open_context, "x.mentions")
        renewed = collector.collect(open_context)[0]

    assert (refused.error_kind, waiting.state) == ("auth", "waiting")
    assert refused.not_before == clock.now() + timedelta(days=1)
    assert health.ok
    assert (renewed.state, renewed.counts["stored"] > 0) == ("ok", True)
    with db.reading(context.engine) as session:
        assert store.source_named(session, "x.mentions").state == "ok"


def test_who_adds_a_feed_adds_its_paper_to_the_registry(context: Context) -> None:
    acting = replace(context, actor=unsigned("asha"))

    source_setup.add_source(
        acting, "paper", "rss", {"url": "https://paper.example/feed.xml"}
    )

    with db.reading(context.engine) as session:
        acts = {(entry.action, entry.actor) for entry in audit.entries(session, 9)}
    assert acts == {("registry.add", "asha"), ("source.add", "asha")}
