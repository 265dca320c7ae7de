"""Research data is found beside the repository, or its tests are skipped aloud."""

import pytest

from tests.shared import REPOSITORY, shared


def test_the_environment_says_where_it_is(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("SOCIALCELL_SHARED", str(tmp_path))
    assert shared("data") == tmp_path / "data"


def test_without_a_word_it_is_beside_the_repository(monkeypatch):
    monkeypatch.delenv("SOCIALCELL_SHARED", raising=False)
    if (REPOSITORY.parent / "shared").exists():
        assert shared() == REPOSITORY.parent / "shared"
    else:
        with pytest.raises(pytest.skip.Exception, match="shared"):
            shared()


def test_what_is_absent_skips_and_names_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("SOCIALCELL_SHARED", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match="no-such-file"):
        shared("no-such-file")
