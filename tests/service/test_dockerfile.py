"""What can be said of the image without building it: its start, its user, its locked dependencies."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from service.settings import Settings
from tests.service.processes import running

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
PRUNED = {"keras", "libclang", "tensorboard", "grpcio", "wheel"}
"""What TensorFlow needs for training only."""
REQUIREMENTS = (ROOT / "service" / "requirements.txt").read_text()


def instruction(name: str) -> str:
    """The last one of that name."""
    return [line.removeprefix(name).strip() for line in LINES if line.startswith(f"{name} ")][-1]


def locked() -> dict[str, dict[str, Any]]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {package["name"]: package for package in packages}


def requirements() -> dict[str, tuple[str, set[str]]]:
    """Versions and hashes by name."""
    blocks = re.split(r"\n(?=[a-z])", "\n" + REQUIREMENTS)
    found = [(re.match(r"([a-z0-9-]+)==([^\s;]+)", block), block) for block in blocks]
    return {match[1]: (match[2], set(re.findall(r"sha256:[0-9a-f]{64}", block))) for match, block in found if match}


def test_the_service_is_the_first_process_and_hears_signals() -> None:
    assert json.loads(instruction("ENTRYPOINT")) == ["/opt/venv/bin/python", "-m", "service"]
    assert not any(line.startswith("CMD") for line in LINES)


def test_it_takes_requests_at_one_port_and_tells_of_itself_at_another() -> None:
    assert instruction("EXPOSE").split() == ["8000", "8001"]


def test_the_user_is_a_number_that_is_not_root() -> None:
    assert instruction("USER") == "10001:10001"


def test_the_health_check_tells_a_service_that_answers_from_one_that_does_not(settings: Settings) -> None:
    _, _, command = instruction("HEALTHCHECK").partition("CMD")
    program, option, code = json.loads(command)
    assert (program, option) == ("/opt/venv/bin/python", "-c")
    with running("tests.service.fake_service", settings, DRAIN_SECONDS=0) as process:
        address = f"127.0.0.1:{Settings.model_fields['listen_port'].default}"
        assert code.count(address) == 1
        check = [sys.executable, "-c", code.replace(address, f"127.0.0.1:{process.port}")]
        assert subprocess.run(check, check=False).returncode == 0
        process.terminate()
        assert process.exit_code() == 0
    assert subprocess.run(check, check=False, stderr=subprocess.DEVNULL).returncode == 1


def test_the_base_is_the_builders_to_choose_and_has_a_tag() -> None:
    assert re.fullmatch(r"BASE=docker\.io/library/python:3\.\d+-slim-\w+", instruction("ARG"))
    assert [line for line in LINES if line.startswith("FROM")] == ["FROM ${BASE} AS build", "FROM ${BASE}"]


def test_code_comes_after_dependencies() -> None:
    copies = [shlex.split(line)[1:] for line in LINES if line.startswith("COPY")]
    assert copies[:3] == [["service/requirements.txt"] * 2, ["modelstore"] * 2, ["service"] * 2]
    assert copies[-1] == ["--from=build", "/app", "/app"]


def test_nothing_but_the_service_reaches_the_build() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines == ["*", "!modelstore", "!service", "**/__pycache__", "**/*.pyc"]


def test_only_what_the_hashes_name_is_installed() -> None:
    assert any("--require-hashes" in line and "--only-binary :all:" in line for line in LINES)
    for name, (_, hashes) in requirements().items():
        assert hashes, name


def test_the_image_has_the_versions_and_hashes_of_the_lock() -> None:
    packages = locked()
    for name, (version, hashes) in requirements().items():
        package = packages[name]
        files = package.get("wheels", []) + ([package["sdist"]] if "sdist" in package else [])
        assert version == package["version"], f"{name}: make service/requirements.txt anew (its head says how)"
        assert hashes <= {each["hash"] for each in files}, name


def test_the_image_has_what_the_service_needs_and_nothing_that_only_training_does() -> None:
    packages, needed = locked(), set[str]()
    waiting = [each["name"] for each in packages["slipway"]["dev-dependencies"]["service"]]
    while waiting:
        name = waiting.pop()
        if name not in needed | PRUNED:
            needed.add(name)
            waiting += [each["name"] for each in packages[name].get("dependencies", [])]
    assert needed == requirements().keys()


def test_what_is_left_out_stands_in_the_command_that_makes_the_list() -> None:
    assert set(re.findall(r"--prune (\S+)", REQUIREMENTS.splitlines()[1])) == PRUNED
