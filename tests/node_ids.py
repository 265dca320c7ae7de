"""Reports name a test of a group by its plain node id.

With `--dist loadgroup`, xdist appends `@GROUP` to the node id of each test that is
marked `xdist_group`. Nothing else knows the test by that name: neither the record of
faults, nor a second run, nor `pytest --last-failed`.
"""

import pytest


def configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # workers and xdist need the whole name
        config.pluginmanager.register(_PlainNames(), "plain node ids")


class _PlainNames:
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        report.nodeid = plain(report.nodeid)


def plain(node_id: str) -> str:
    """The node id without the group; an `@` within parameters stays."""
    name, _, group = node_id.rpartition("@")
    return name if name and "]" not in group else node_id
