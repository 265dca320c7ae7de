"""`socialcell --help` against the bare interpreter, as whole processes.

python -m benchmarks.bench_start [--full]
"""

import argparse
import subprocess
import sys
from collections.abc import Callable

from benchmarks.ratios import Figure, take_turns, tell

HELP = (sys.executable, "-m", "socialcell", "--help")
BARE = (sys.executable, "-c", "pass")
AT_MOST = 12.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    rounds = 31 if parser.parse_args().full else 11
    tell([starting(rounds)])


def starting(rounds: int) -> Figure:
    """How many times as long as doing nothing; both with a warm disk cache."""
    rates = take_turns({"help": _run(HELP), "bare": _run(BARE)}, rounds, warm_up=2)
    each = [
        bare / ours for ours, bare in zip(rates["help"], rates["bare"], strict=True)
    ]
    milliseconds = [
        round(1000 / sorted(rates[who])[rounds // 2], 1) for who in ("help", "bare")
    ]
    return Figure(
        "time of socialcell --help / python -c pass",
        sorted(each)[rounds // 2],
        min(each),
        max(each),
        AT_MOST,
        at_most=True,
        detail={"ms": milliseconds},
    )


def _run(command: tuple[str, ...]) -> Callable[[int], int]:
    def run(_number: int) -> int:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return 1

    return run


if __name__ == "__main__":
    main()
