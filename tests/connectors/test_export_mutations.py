"""However an export is damaged, each row is accounted for or one message says why."""

import gzip
import random
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from socialcell.errors import SocialcellError
from socialcell.ops import store
from socialcell.services.collection import file_import
from tests.connectors.test_exports import (
    ADS,
    DATES,
    META,
    REVIEWS,
    VIDEOS,
    X_POSTS,
    meta,
    review,
)
from tests.connectors.test_files_mutations import LESS_VARIED
from tests.connectors.test_store_files import (
    DETAILED,
    OVERVIEW,
    SALES,
    TRAFFIC,
    download,
    sale,
)

LINK = "https://x.com/PuneCity/status/1991000000000000123"
SAMPLES = [
    [OVERVIEW, "2026-11-20,org.example.care,12,3,4,,11,2,700,13,5,3"],
    [TRAFFIC, '2026-11-20,a.b,Google Play search,Other,,,"1,204",80,0.25'],
    [DETAILED, download(detail=("", "monsoon26", "Main"))],
    [SALES, sale()],
    ["Report", ADS, '2026-11-20,पाणी,11,111-222-3333,INR,"1,234",20,"1,234.50",2.5'],
    DATES,
    [X_POSTS, f'1991000000000000123,"Tue, Nov 24, 2026",Water,{LINK},9,1,1,1,1'],
    [META, meta()],
    [VIDEOS, 'abcDEF12_-9,कचरा,"Nov 20, 2026","1,500",20.5,3'],
    [REVIEWS, review()],
]
ASKED = {"zone": "Asia/Kolkata", "site": "sc-domain:pune.example"}


def said(path: Path, content: bytes, context: Any) -> None:
    """Import it with the settings that its format asks for, if it has one."""
    path.write_bytes(content)
    for names in ((), ("zone",), ("site",)):
        settings = {name: ASKED[name] for name in names}
        try:
            result = file_import.import_file(
                context, path, settings=settings, dry_run=True
            ).result
        except SocialcellError:
            continue
        counts = result.counts
        assert counts["received"] == sum(counts[one] for one in store.OUTCOMES)
        assert all(reject.row and reject.reason for reject in result.rejects)


@given(
    st.sampled_from(SAMPLES),
    st.sampled_from(["utf-8", "utf-16"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
@LESS_VARIED
def test_a_damaged_export_is_accounted_for(
    context: Any,
    tmp_path: Path,
    lines: list[str],
    encoding: str,
    packed: bool,
    noise: random.Random,
) -> None:
    content = bytearray(("\n".join(lines) + "\n").encode(encoding))
    for _ in range(noise.randrange(6)):
        content[noise.randrange(len(content))] = noise.randrange(256)
    whole = gzip.compress(bytes(content)) if packed else bytes(content)
    cut = len(whole) - noise.choice([0, 0, noise.randrange(len(whole))])
    said(tmp_path / "export", whole[:cut], context)
