"""The wheel, in an environment of its own and run from an empty folder, is the whole product."""

from __future__ import annotations

import ast
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hatch_build import compile_catalogues
from tests.conftest import ROOT

# Folder in the checkout → folder in the wheel.
PARTS = {"templates": "tracker/templates", "migrations": "tracker/migrations", "tracker": "tracker"}
START_SECONDS = 120


@dataclass(frozen=True)
class Installation:
    """An environment with the wheel in it, and the folder the commands are run from."""

    programs: Path
    folder: Path

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment variables of a user who has set only where the data goes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "PYTHON"))}
        return kept | {"TRACKER_DATA_DIR": str(self.folder / "data")}

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            [self.programs / words[0], *words[1:]],
            cwd=self.folder,
            env=self.surroundings | variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in a new environment; its dependencies are borrowed from ours, its own code is not."""
    home = tmp_path_factory.mktemp("installation")
    venv.create(home / "venv", with_pip=False)
    python = home / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True)  # noqa: S603
    site = next((home / "venv" / "lib").glob("python*/site-packages"))
    # A path line names packages only: the editable installation beside them is a path line itself, and not read.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (home / "empty").mkdir()
    return Installation(home / "venv" / "bin", home / "empty")


def test_the_wheel_holds_everything(wheel: Path) -> None:
    compile_catalogues(ROOT)
    expected = {
        f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, inside in PARTS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } | {"tracker/config.py"}
    assert expected - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_speaks_english(wheel: Path) -> None:
    assert "tracker/translations/en/LC_MESSAGES/messages.mo" in zipfile.ZipFile(wheel).namelist()


def test_what_runs_comes_from_the_wheel(installation: Installation) -> None:
    question = "import tracker.paths as p; print(*map(p.resource, ('templates', 'migrations', 'config.py')), sep='\\n')"
    answer = installation.run("python", "-c", question)
    assert answer.returncode == 0, answer.stderr
    places = [Path(line) for line in answer.stdout.split()]
    assert [place.name for place in places] == ["templates", "migrations", "config.py"]
    assert all(place.is_relative_to(installation.programs.parent) for place in places)


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


def test_data_go_where_the_user_said(installation: Installation) -> None:
    before = _files(installation.programs.parent)
    for words in (("db", "upgrade"), ("db", "check")):
        answer = installation.run("tracker", *words)
        assert answer.returncode == 0, answer.stdout + answer.stderr
    assert list((installation.folder / "data").glob("*.sqlite3"))
    assert _files(installation.programs.parent) == before


def test_doctor_says_what_to_do_and_is_content_when_it_is_done(installation: Installation) -> None:
    data = installation.folder / "doctor"
    ill = installation.run("tracker", "doctor", TRACKER_DATA_DIR=str(data))
    assert ill.returncode == 1
    assert "tracker db upgrade" in ill.stdout
    installation.run("tracker", "db", "upgrade", TRACKER_DATA_DIR=str(data))
    well = installation.run("tracker", "doctor", TRACKER_DATA_DIR=str(data))
    assert well.returncode == 0, well.stdout + well.stderr


def test_the_demo_county_is_in_the_wheel(installation: Installation) -> None:
    answer = installation.run("tracker", "demo", "--no-serve", "--issues", "12")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (installation.folder / "demo-data").is_dir()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(installation: Installation) -> Iterator[str]:
    """The address of ``tracker serve``, running until the test is over."""
    port = _free_port()
    log = installation.folder / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(  # noqa: S603
            [installation.programs / "tracker", "serve", "--port", str(port)],
            cwd=installation.folder,
            env=installation.surroundings,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _await(f"http://127.0.0.1:{port}/", server, log)
        yield f"http://127.0.0.1:{port}/"
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # our own address
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("tracker serve did not answer:\n" + log.read_text(encoding="utf-8", errors="replace"))


def test_serve_answers_in_chinese_with_its_style(served: str) -> None:
    with urllib.request.urlopen(served, timeout=20) as page:  # noqa: S310  # our own address
        text = page.read().decode("utf-8")
    assert 'lang="zh' in text
    style = next(part for part in text.split('"') if part.split("?")[0].endswith(".css"))
    with urllib.request.urlopen(served.rstrip("/") + style, timeout=20) as sheet:  # noqa: S310
        assert sheet.headers.get_content_type() == "text/css"


def _imported() -> set[str]:
    """Return the top-level names that the product imports."""
    names: set[str] = set()
    for folder in ("tracker", "workflows"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"tracker", "workflows"}


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}


def test_what_is_imported_is_declared() -> None:
    """Flask's own parts come with it, as its core comes with pydantic."""
    known = packages_distributions()
    imported = {canonicalize_name(name) for module in _imported() for name in known.get(module, [module])}
    assert (
        imported - _declared() - {"werkzeug", "jinja2", "markupsafe", "itsdangerous", "pydantic-core", "duban-tracker"}
        == set()
    )


@pytest.mark.parametrize("name", ["run", "dev"])
def test_the_lock_names_hashes_and_no_index(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if "==" in line and not line.startswith(" ")]
    assert all(line.endswith("\\") for line in pinned)
    assert not [line for line in lines if line.startswith("-") or "://" in line]
    locked = {canonicalize_name(Requirement(line.rstrip(" \\")).name) for line in pinned}
    assert locked >= _declared()
