import os
import stat
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from sandbox.pulumi import EngineError, Plugins, environment, prepare, program, shell
from sandbox.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A state directory with something that is called pulumi."""
    state = State(tmp_path / "state")
    state.bin.mkdir(parents=True)
    (state.bin / "pulumi").touch(mode=0o755)
    return state


def files(state: State) -> dict[Path, tuple[int, bytes]]:
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in state.root.rglob("*") if path.is_file()}


def test_every_plugin_is_installed_under_the_version_of_its_sdk(state: State) -> None:
    prepare(state)

    plugins = state.pulumi / "home/plugins"
    assert sorted(str(path.relative_to(plugins)) for path in plugins.glob("*/*")) == [
        f"resource-aws-v{version('pulumi-aws')}/pulumi-resource-aws",
        f"resource-docker-build-v{version('pulumi-docker-build')}/pulumi-resource-docker-build",
        f"resource-kubernetes-v{version('pulumi-kubernetes')}/pulumi-resource-kubernetes",
    ]
    assert (state.bin / "pulumi-language-python").stat().st_mode & stat.S_IXUSR


def test_a_launcher_becomes_the_plugin_and_stays_the_engines_child(state: State) -> None:
    prepare(state)

    launcher = [state.bin / "pulumi-language-python", "127.0.0.1:1"]
    with subprocess.Popen(launcher, stdout=subprocess.PIPE, text=True, cwd=state.root) as host:
        assert host.stdout is not None
        port = host.stdout.readline()
        command = Path(f"/proc/{host.pid}/cmdline").read_text().split("\0")
        host.terminate()

    assert int(port) > 0
    assert host.returncode == 0
    assert command[:5] == [sys.executable, "-P", "-m", "sandbox.pulumi.plugins", "sandbox.pulumi.plugins.language"]


def test_preparing_again_changes_nothing(state: State) -> None:
    prepare(state)
    before = files(state)

    prepare(state)

    assert files(state) == before


def test_the_cli_writes_no_debug_log(state: State) -> None:
    earlier = state.pulumi / "home/logs/earlier.log"
    earlier.parent.mkdir(parents=True)
    earlier.touch()

    prepare(state)

    assert (state.pulumi / "home/logs").is_file()


def test_a_launcher_of_another_checkout_is_replaced(state: State) -> None:
    prepare(state)
    launcher = state.bin / "pulumi-language-python"
    launcher.write_text("#!/bin/sh\nexit 1\n")

    prepare(state)

    assert "sandbox.pulumi.plugins.language" in launcher.read_text()


def test_other_plugins_than_the_recorded_ones_are_refused(state: State) -> None:
    prepare(state)

    with pytest.raises(EngineError, match="was made with the built plugins, and the official ones cannot"):
        prepare(state, Plugins.OFFICIAL)


def test_the_recorded_plugins_stay_without_being_named_again(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = state.root / "theirs" / "pulumi"
    theirs.parent.mkdir()
    theirs.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{state.bin}:{theirs.parent}")
    prepare(state, Plugins.OFFICIAL)

    prepare(state)

    assert program(state) == theirs
    assert "PULUMI_HOME" not in environment(state)
    assert not (state.pulumi / "home").exists()


def test_official_plugins_without_a_pulumi_of_the_user_are_refused(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(state.bin))

    with pytest.raises(EngineError, match="no `pulumi` on PATH"):
        prepare(state, Plugins.OFFICIAL)


def test_stacks_of_the_former_stand_in_are_refused_with_the_way_out(state: State) -> None:
    prepare(state)
    (state.pulumi / "engine.json").write_text('{"plugins": "standin"}')
    before = files(state)

    with pytest.raises(EngineError, match=r"made with a stand-in for the kubernetes plugin.*`make down`"):
        prepare(state)

    assert files(state) == before


def test_an_unreadable_record_is_refused_by_its_path(state: State) -> None:
    prepare(state)
    (state.pulumi / "engine.json").write_text('{"plugins": "other"}')

    with pytest.raises(EngineError, match=r"engine\.json is unreadable"):
        prepare(state)


def test_a_missing_cli_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no Pulumi CLI at .*: run `make up`"):
        prepare(State(tmp_path))


def test_the_passphrase_is_random_and_for_its_owner_only(state: State, tmp_path: Path) -> None:
    path = Path(environment(state)["PULUMI_CONFIG_PASSPHRASE_FILE"])
    other = Path(environment(State(tmp_path / "other"))["PULUMI_CONFIG_PASSPHRASE_FILE"])

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text()) >= 40
    assert path.read_text() != other.read_text()
    assert environment(state)["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(path)


def test_a_shell_gets_the_flags_that_a_plain_up_needs_and_programs_do_not(state: State) -> None:
    config = state.pulumi / "stacks/serving.local.yaml"
    assert "PULUMI_OPTION_CONFIG_FILE" not in shell(state)
    config.parent.mkdir(parents=True)
    config.touch()

    assert shell(state)["PULUMI_OPTION_CONFIG_FILE"] == str(config)
    assert not [name for name in environment(state) if name.startswith("PULUMI_OPTION")]


def cli(state: State, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SLIPWAY_STATE": str(state.root), **variables}
    command = [sys.executable, "-m", "sandbox.pulumi"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_shell_chooses_the_plugins_once_by_a_variable(state: State) -> None:
    theirs = state.root / "theirs"
    theirs.mkdir()
    (theirs / "pulumi").touch(mode=0o755)

    refused = cli(state, SLIPWAY_PLUGINS="mine")
    first = cli(state, SLIPWAY_PLUGINS="official", PATH=str(theirs))
    changed = cli(state, SLIPWAY_PLUGINS="built")

    assert refused.stderr == (
        "error: SLIPWAY_PLUGINS: there are no 'mine' plugins; set it to built or official, or unset it\n"
    )
    assert "PULUMI_BACKEND_URL" in first.stdout
    assert "PULUMI_HOME" not in first.stdout
    assert "was made with the official plugins" in changed.stderr
    assert {refused.returncode, changed.returncode} == {1}
