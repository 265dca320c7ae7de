"""The workspace's config.yaml: read, validated, frozen; and its secrets.

A workspace is the folder of the config file. config.yaml holds names of secrets, never
their values; a value is looked up in the credential folder that the service manager
gives, in secrets/ beside the config (0700), then in the environment.
"""

import difflib
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import platformdirs
import yaml
from pydantic import (
    BaseModel,
    SecretStr,
    ValidationError,
)
from pydantic_core import ErrorDetails

from socialcell.clock import Clock, FixedClock, SystemClock
from socialcell.errors import ConfigError, MissingSecret, UnreadableValue
from socialcell.files import yaml_limits
from socialcell.message_catalog import Message
from socialcell.redact import redact, remember
from socialcell.settings import Config
from socialcell.settings.section import SecretName

_Model = TypeVar("_Model", bound=BaseModel)
_MOST_BYTES = 1 << 20  # of a file of settings; none of ours has 100,000


class Workspace:
    """A folder with config.yaml, socialcell.db, secrets/ and reports/."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder = folder
        self.config = config

    @property
    def database_url(self) -> str:
        """The database's URL; a relative SQLite path is inside the workspace."""
        url = self.config.database.url
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith(prefix + "/"):
            return prefix + str(self.folder / url.removeprefix(prefix))
        return url

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def clock(self) -> Clock:
        fixed = self.config.clock.fixed
        return FixedClock(fixed) if fixed else SystemClock()

    def secret(self, name: str) -> SecretStr:
        """The value of a secret. MissingSecret names every place looked in."""
        place_and_value = self.find_secret(name)
        if place_and_value is not None:
            return place_and_value[1]
        raise MissingSecret(
            "config.missing_secret",
            name=name,
            places=list(self._secret_places(name)),
            path=self.folder / "secrets" / name,
        )

    def find_secret(self, name: str) -> tuple[str, SecretStr] | None:
        """Where a secret comes from, and its value; None when it is nowhere."""
        for place, secret in self._secret_places(name).items():
            if secret:
                remember(secret)  # no log line of this process shows it
                return place, SecretStr(secret)
        return None

    def _secret_places(self, name: str) -> dict[str, str | None]:
        places: dict[str, str | None] = {}
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if folder:
            places[str(Path(folder) / name)] = _line(Path(folder) / name)
        own = self.folder / "secrets" / name
        places[str(own)] = _line(own)
        variable = "SOCIALCELL_SECRET_" + name.upper().replace("-", "_").replace(
            ".", "_"
        )
        places[f"${variable}"] = os.environ.get(variable)
        return places


def find(path: Path | None = None) -> Path:
    """Where config.yaml is: --config, $SOCIALCELL_CONFIG, here, the user's, /etc."""
    if path is not None:
        return _must_exist(path, "--config")
    named = os.environ.get("SOCIALCELL_CONFIG")
    if named:
        return _must_exist(Path(named), "$SOCIALCELL_CONFIG")
    places = [
        Path("config.yaml"),
        Path(platformdirs.user_config_dir("socialcell")) / "config.yaml",
        Path("/etc/socialcell/config.yaml"),
    ]
    for place in places:
        if place.is_file():
            return place
    raise ConfigError("config.not_found", places=places)


def load(path: Path) -> Workspace:
    """Read and check a config file. ConfigError lists every problem with its line.

    Whatever this process makes from here on is closed to others, as the config says.
    """
    settings = read_as(path, Config)
    close_to_others(settings.workspace.group)
    return Workspace(path.resolve().parent, settings)


def close_to_others(group: str | None = None) -> None:
    """Files of this process are for its user, or for a group of the system too."""
    os.umask(0o077 if group is None else 0o007)


def read_as(path: Path, model: type[_Model]) -> _Model:
    """A YAML file checked by a model. ConfigError lists every problem with its line."""
    try:
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise ConfigError(
                "config.too_large", path=path, size=size >> 20, limit=_MOST_BYTES >> 20
            )
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError("files.not_utf8", path=path, byte=error.start) from None
    except OSError as error:
        raise ConfigError(
            "config.unreadable", path=path, reason=error.strerror
        ) from None
    try:
        if fault := yaml_limits.fault(text):
            line, reason = fault
            raise ConfigError(
                "config.fault_of_line", path=path, line=line, reason=reason
            )
        loader = yaml.SafeLoader(text)
        tree = loader.get_single_node()
        values = None if tree is None else loader.construct_document(tree)
    except yaml.YAMLError as error:
        raise ConfigError("config.not_yaml", path=path, reason=_flat(error)) from None
    except ValueError as error:  # a day that no calendar has
        raise ConfigError("config.unreadable", path=path, reason=str(error)) from None
    if values is None:
        values = {}
    if not isinstance(values, dict):
        example = next(iter(model.model_fields))
        raise ConfigError("config.no_sections", path=path, example=example)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = [_fault(path, tree, problem, model) for problem in error.errors()]
        raise ConfigError("config.faults", lines=lines) from None


def at(moment: datetime) -> str:
    """A moment as config.yaml writes it."""
    return moment.isoformat()


def _must_exist(path: Path, origin: str) -> Path:
    if path.is_dir():
        raise ConfigError("config.names_folder", origin=origin, path=path)
    if not path.is_file():
        raise ConfigError("config.names_no_file", origin=origin, path=path)
    return path


def _line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return None
    except UnicodeDecodeError:
        raise ConfigError("config.secret_not_text", path=path) from None


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())


def _fault(
    path: Path, tree: yaml.Node | None, problem: ErrorDetails, model: type[BaseModel]
) -> Message:
    where = problem["loc"]
    if not where:
        return Message(
            "config.fault_of_line",
            {"path": path, "line": 1, "reason": _reason(problem, model)},
        )
    return Message(
        "config.fault_of_key",
        {
            "path": path,
            "line": _line_of(tree, where),
            "key": ".".join(str(part) for part in where),
            "reason": _reason(problem, model),
        },
    )


def _reason(problem: ErrorDetails, model: type[BaseModel]) -> Message | str:
    """What is wrong: in our words, or in pydantic's."""
    if problem["type"] == "extra_forbidden":
        return _unknown_key(model, problem["loc"])
    if problem["type"] in ("tuple_type", "list_type"):
        return Message("config.no_list")
    if problem["type"] in ("model_type", "dict_type"):
        is_secret = problem.get("ctx", {}).get("class_name") == SecretName.__name__
        return Message("config.no_secret_name" if is_secret else "config.no_section")
    error = problem.get("ctx", {}).get("error")
    if isinstance(error, UnreadableValue):
        return _without_secrets(error.message)
    return redact(problem["msg"].removeprefix("Value error, "))


def _without_secrets(message: Message) -> Message:
    parameters = {
        name: redact(parameter) if isinstance(parameter, str) else parameter
        for name, parameter in message.parameters.items()
    }
    return replace(message, parameters=parameters)


def _line_of(tree: yaml.Node | None, where: tuple[int | str, ...]) -> int:
    node, line = tree, 1
    for part in where:
        if not isinstance(node, yaml.MappingNode):
            break
        for key, child in node.value:
            if key.value == str(part):
                node, line = child, key.start_mark.line + 1
                break
        else:
            break
    return line


def _unknown_key(model: type | None, where: tuple[int | str, ...]) -> Message:
    for part in where[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        model = field.annotation if field else None
    keys = list(getattr(model, "model_fields", {}))
    near = difflib.get_close_matches(str(where[-1]), keys, n=1, cutoff=0.5)
    if near:
        return Message("config.unknown_key_near", {"near": near[0]})
    if keys:
        return Message("config.unknown_key_of", {"keys": sorted(keys)})
    return Message("config.unknown_key")
