"""Which tests share a worker, because they share what is slow to make."""

from xdist.scheduler import LoadScopeScheduling

_SHARED = (
    "tests/end_to_end/",  # a demo takes a minute to make
    "tests/tooling/test_bootstrap.py",  # an environment takes seven seconds to install
    "tests/tooling/test_wheel.py",  # a wheel is built and installed
    "tests/language/test_civic_level.py",  # all labelled posts are read
)


class Together(LoadScopeScheduling):
    """Each test goes to a worker that is free, those of a shared place to one."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in _SHARED if nodeid.startswith(place)), nodeid)
