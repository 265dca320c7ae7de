import os
from pathlib import Path

import pytest

from socialcell import config
from socialcell.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert caught.value.exit_code == 78
    return str(caught.value)


def test_the_shipped_config_is_complete_and_holds_the_defaults() -> None:
    shipped = Path(config.__file__).parent / "config.yaml"

    assert config.load(shipped).config == config.Config()


@pytest.mark.fault("F29")
def test_an_unknown_key_is_named_with_file_line_and_the_nearest_known_key(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, "database:\n  url: sqlite:///a.db\n  ulr: x\n")

    said = complaint(path)

    assert said == f"{path}:3: database.ulr: unknown key; did you mean 'url'?"


@pytest.mark.fault("F29")
def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "databse: {}\nclock:\n  fixed: yesterday\n")

    lines = complaint(path).splitlines()

    assert len(lines) == 2
    assert "databse" in lines[1] + lines[0]
    assert f"{path}:3: clock.fixed" in lines[0] + lines[1]


def powers_of_ten(levels: int) -> str:
    """A list of ten words, then lists of ten aliases for the list before."""
    lines = ["k0: &k0 [a, a, a, a, a, a, a, a, a, a]"]
    for n in range(1, levels):
        aliases = ", ".join([f"*k{n - 1}"] * 10)
        lines.append(f"k{n}: &k{n} [{aliases}]")
    return "\n".join(lines)


@pytest.mark.fault("F29")
@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("log: {}\nalerts: " + "[" * 50_000, 2, "nested deeper than 20 levels"),
        ("log: {}\nx: " + "[" * 20 + "]" * 20, 2, "nested deeper than 20 levels"),
        ("\n".join(" " * n + "a:" for n in range(1000)), 21, "nested deeper"),
        # Six levels of lists, each of ten of those before, are a million words.
        (powers_of_ten(6), 5, "more than 100000 values"),
        ("log: {}\nalerts: &a [*a]", 2, "*a stands within what it stands for"),
        ("a: &a [[[[[[[[[[1]]]]]]]]]]\nb: [[[[[[[[[[*a]]]]]]]]]]", 2, "nested deeper"),
    ],
    ids=["never closed", "closed", "by indents", "powers", "itself", "by an alias"],
)
def test_a_config_that_nests_or_unfolds_without_end_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int, expected: str
) -> None:
    path = write(tmp_path, text)

    said = complaint(path)

    assert said.startswith(f"{path}:{line}: ")
    assert expected in said


def test_a_fault_of_the_whole_file_names_no_key(tmp_path: Path) -> None:
    step = "{function: cell_lead, who: [lead@city.example]}"
    path = write(tmp_path, f"desk: {{escalation: [{step}]}}")

    said = complaint(path)

    assert "lead@city.example" in said
    assert said.startswith(f"{path}:1: ")
    assert ": : " not in said


def test_twenty_levels_and_an_alias_are_read(tmp_path: Path) -> None:
    deep = "[" * 19 + "]" * 19
    path = write(tmp_path, f"report: {{recipients: &a {{}}, brief_to: *a}}\nx: {deep}")

    assert complaint(path).startswith(f"{path}:2: x: unknown key")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clock: {fixed: 2026-13-45}", "month must be in 1..12"),
        ("a: [1", "not YAML"),
        ("alerts: {phone: {a: {command: /bin/call}}}", "command: write a list, such"),
        ("mail: {password: smtp}", "password: write the name of a secret, such as {s"),
        ("alerts: {recipients: a@b.example}", "recipients: write keys with their"),
        ("- a\n- b\n", "expected sections"),
        ("clock: {fixed: 2026-11-23T09:00:00}", "timezone"),
        ("connectors: {x: {bearer: {secret: 'a/b'}}}", "bearer.secret"),
        (
            "sandbox: {base_urls: {'https://api.x.com': 'https://evil.example'}}",
            "loopback",
        ),
    ],
)
def test_a_wrong_value_is_explained(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in complaint(write(tmp_path, text))


def test_a_config_that_is_not_utf_8_is_refused_with_the_position(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"# \xff\n")

    assert "not UTF-8 at byte 2" in complaint(path)


def test_an_empty_config_is_all_defaults(tmp_path: Path) -> None:
    assert config.load(write(tmp_path, "")).config == config.Config()


def test_a_relative_database_is_inside_the_workspace(tmp_path: Path) -> None:
    workspace = config.load(write(tmp_path, ""))

    assert workspace.database_url == f"sqlite:///{tmp_path}/socialcell.db"


def test_a_secret_comes_from_the_credential_folder_before_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = config.load(write(tmp_path, ""))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "x_bearer").write_text("from the workspace\n")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "x_bearer").write_text("from the manager\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))

    assert workspace.secret("x_bearer").get_secret_value() == "from the manager"


def test_a_secret_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALCELL_SECRET_X_BEARER", "from the environment")

    found = config.load(write(tmp_path, "")).secret("x_bearer")

    assert found.get_secret_value() == "from the environment"


def test_a_missing_secret_says_where_it_was_looked_for(tmp_path: Path) -> None:
    workspace = config.load(write(tmp_path, ""))

    with pytest.raises(ConfigError, match="x_bearer") as caught:
        workspace.secret("x_bearer")

    assert str(tmp_path / "secrets" / "x_bearer") in str(caught.value)
    assert "$SOCIALCELL_SECRET_X_BEARER" in str(caught.value)


def test_the_config_is_found_here_when_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOCIALCELL_CONFIG", raising=False)

    assert config.find().resolve() == tmp_path / "config.yaml"


def test_a_config_that_is_named_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCELL_CONFIG", os.devnull + "/none")

    with pytest.raises(ConfigError, match="SOCIALCELL_CONFIG"):
        config.find()
