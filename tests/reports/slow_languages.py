"""The languages of a test that takes seconds for each.

`make test` tries Marathi, whose texts are the longest, `make test-faults` the others.
"""

import pytest

from socialcell.i18n import CODES

SLOW_CODES = [
    pytest.param(code, marks=() if code == "mr" else pytest.mark.faults)
    for code in CODES
]
