"""Node ids that people can read: without groups, and short.

A parameter of a hundred thousand characters would stand whole in the id of its test,
and in each report of it.

With `--dist loadgroup`, xdist appends `@GROUP` to the node id of each test that is
marked `xdist_group`. Reports name it by its plain node id, since nothing else knows
the test by the other: neither the record of faults, nor a second run, nor
`pytest --last-failed`.
"""

import pytest

_LONGEST = 60  # characters of a parameter in a node id


def shortened(value: object) -> str | None:
    """The id of a long text or of long bytes; None where the usual one will do."""
    if not isinstance(value, str | bytes) or len(value) <= _LONGEST:
        return None
    start = value[: _LONGEST // 2]
    text = (
        start if isinstance(start, str) else start.decode("ascii", "backslashreplace")
    )
    return f"{text}~{len(value)}"


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
