"""A backfill of 100,000 posts and a post of a megabyte fit into a small machine."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.hostile.conftest import sqlite_url
from tests.running import command, environment

# Address space, not memory in use: libraries that are mapped count whole.
LIMITED = ("prlimit", f"--as={1_200 << 20}")
WORDS = ("पाणी", "रस्ता", "kachra", "water", "road", "दिवे", "बंद", "नाही", "Baner")


def backfill(path: Path, posts: int) -> None:
    """Posts that differ, and one of a megabyte in the middle of them."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(posts):
            said = " ".join(WORDS[(n >> k) % len(WORDS)] for k in range(12))
            row = {
                "id": f"p{n}",
                "text": f"{said} {n}",
                "author": f"person {n % 5000}",
                "created_at": f"2026-11-{1 + n % 20:02}T05:{n % 60:02}:00Z",
            }
            if n == posts // 2:
                row["text"] = "पाणी नाही " * 42_000 + "शेवट"
                assert len(row["text"].encode()) > 1 << 20
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """SQLite only: it lives in the same process, a server has memory of its own."""
    return sqlite_url(tmp_path, empty_database)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.fault("F27")
@pytest.mark.parametrize(
    "posts", [25_000, pytest.param(100_000, marks=pytest.mark.long)]
)
def test_a_large_backfill_is_imported_within_the_limit(
    folder: Path, posts: int, tried: Callable[..., None]
) -> None:
    path = folder / "backfill.jsonl"
    backfill(path, posts)
    # A small machine reads without the encoder: at 80 posts a second it takes too long.
    settings = "language: {semantic: false, english_names: false}\n"
    (folder / "config.yaml").write_text(settings)
    arguments = ("import", path, "--format", "generic", "--json")

    done = subprocess.run(
        [*LIMITED, *command(*arguments, "--config", folder / "config.yaml")],
        capture_output=True,
        text=True,
        env=environment(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1"),
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (counts,) = json.loads(done.stdout)["sources"]
    assert (counts["received"], counts["stored"]) == (posts, posts)
    tried(1, f"A backfill of {posts:,} posts")


@pytest.mark.faults
@pytest.mark.timeout(1200)
@pytest.mark.fault("F27")
def test_a_post_of_a_megabyte_is_read_within_the_limit(
    tmp_path: Path,
) -> None:
    path = tmp_path / "one.jsonl"
    text = "कोथरूडमध्ये पाणी नाही " * 45_000
    assert len(text) > 900_000
    path.write_text(json.dumps({"id": "1", "text": text}) + "\n")

    done = subprocess.run(
        [*LIMITED, *command("tag", path, "--jsonl")],
        capture_output=True,
        text=True,
        env=environment(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1"),
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    row = json.loads(done.stdout)
    assert (row["text"], row["language"]) == (text, "mr")
