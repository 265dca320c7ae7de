"""Lists load no library that reads texts, draws, counts or connects."""

from pathlib import Path

from tests.running import inside
from tests.tooling.test_light_start import after

HEAVY = [
    "spacy",
    "thinc",
    "numpy",
    "scipy",
    "pandas",
    "sklearn",
    "onnxruntime",
    "matplotlib",
    "PIL",
    "requests",
    "httpx2",
    "jinja2",
    "fastapi",
    "google.ads",
]

LISTS = [
    "alerts list",
    "alerts rules list",
    "alerts rumours list",
    "answers list",
    "areas list",
    "audit list",
    "cases list",
    "cases suggestions",
    "commitments list",
    "consent list",
    "daemon status",
    "influencers list",
    "language gazetteer list",
    "language people list",
    "links list",
    "links waiting",
    "macros list",
    "mentions list",
    "mentions search water",
    "messages status",
    "messages waiting",
    "operators list",
    "outbox list",
    "outbox mode",
    "outcomes list",
    "owners list",
    "posts list",
    "privacy tables",
    "referrals list",
    "registry list",
    "routing list",
    "sources credentials",
    "sources list",
    "tokens list",
]


def test_lists_of_a_new_workspace_load_nothing_heavy(tmp_path: Path) -> None:
    inside("init", tmp_path)
    config = ["--config", str(tmp_path / "config.yaml")]
    lines = [[*config, *line.split()] for line in LISTS]
    assert after(*lines, heavy=HEAVY) == [[line, 0, []] for line in lines]
