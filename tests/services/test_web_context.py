"""A server opens its workspace with connections for its threads, and common commits."""

from pathlib import Path

from sqlalchemy.pool import QueuePool

from socialcell.services.context import WEB_BUSY_SECONDS, open_context


def test_a_server_has_the_threads_that_config_yaml_says(folder: Path) -> None:
    config = folder / "config.yaml"
    config.write_text(config.read_text() + "web: {threads: 3}\n")

    server = open_context(config, for_web=True).engine
    command = open_context(config).engine

    options = server.get_execution_options()
    assert isinstance(server.pool, QueuePool)
    assert server.pool.size() == 3
    assert options["socialcell_busy"] == WEB_BUSY_SECONDS
    assert command.get_execution_options()["socialcell_busy"] == 30
    assert command.get_execution_options().get("socialcell_commits") is None
    if server.dialect.name == "sqlite":
        assert options["socialcell_commits"] is not None
    server.dispose()
    command.dispose()
