"""A process that has imported everything and forks a child for each run.

    python -m tests.fork_server MODULE

`MODULE.prepare()` is called once, `MODULE.run(folder)` in each child. A line on
standard input is the folder of one run; the answers are the child's process id, which
stands still (SIGSTOP) until somebody lets it go on, and its exit code, negative for a
signal.
"""

import importlib
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any


def main(name: str) -> None:
    module = importlib.import_module(name)
    module.prepare()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(module, Path(line.rstrip("\n")))
        os.waitpid(child, os.WUNTRACED)  # until it stands still
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(module: Any, folder: Path) -> None:
    """The child's life: it ends here, whatever happens."""
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
        module.run(folder)
    except BaseException:  # noqa: BLE001 - the parent's loop is not the child's
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
