"""Which tests share a worker, because they share what is slow to make."""

from xdist.scheduler import LoadScopeScheduling

_SHARED = ("tests/end_to_end/",)  # a demo is made once by a worker, and takes a minute


class Together(LoadScopeScheduling):
    """Each test goes to a worker that is free, those of a shared folder to one."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in _SHARED if nodeid.startswith(place)), nodeid)
