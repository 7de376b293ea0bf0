"""The command line: what it refuses, and what machines read."""

import json
from pathlib import Path
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from sandbox import cli, driver, lifecycle, shell
from sandbox.driver import Access, DriverName, Part
from sandbox.errors import SandboxError
from sandbox.journey import account
from sandbox.progress import console
from sandbox.state import State


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    return State(tmp_path)


def access(state: State) -> Access:
    return Access(
        driver=DriverName.EMBEDDED,
        kubeconfig=state.kubeconfig,
        identifier="u",
        registry="127.0.0.1:5050",
        store="http://10.244.0.1:4566",
        gateway="http://127.0.0.1:30080",
    )


def refused(*arguments: str) -> tuple[int, str]:
    """The exit code of a command, and what it tells people."""
    with console.capture() as said:
        code, _, _ = invoke(*arguments)
    return code, said.get()


def invoke(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli.app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:9000",
        "s3://models",
        "http://",
        "http://h:x",
        "http://h:0",
        "http://h:99999",
        "http://[::1",
        "http://h/models",
        "http://h?region=x",
        "http://user@h",
    ],
)
@pytest.mark.parametrize("option", ["--s3", "--gateway"])
def test_what_is_no_servers_url_is_refused(state: State, option: str, url: str) -> None:
    given = {"--kubeconfig": "k", "--registry": "r", "--s3": "http://h", option: url}
    code, said = refused("up", "--driver", "kubeconfig", *(word for pair in given.items() for word in pair))

    assert code == 1
    assert " ".join(said.split()).startswith(f"error: {option} {url.rstrip('/')} is no server's URL: give scheme, host")
    assert not list(state.root.iterdir())


@pytest.mark.parametrize("url", ["http://h", "https://s3.test:9000/", "http://[fd00::9]:9000"])
def test_a_servers_url_is_taken_without_a_slash_at_its_end(
    state: State, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    up = Mock(return_value=access(state))
    monkeypatch.setattr(lifecycle, "up", up)
    invoke("up", "--driver", "kubeconfig", "--kubeconfig", "k", "--registry", "r", "--s3", url, "--gateway", url)

    existing = up.call_args.args[2]
    assert (existing.s3, existing.gateway) == (url.rstrip("/"), url.rstrip("/"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--registry", "r"], "--registry is for an existing cluster: add `--driver kubeconfig`"),
        (["--driver", "kubeconfig"], "--driver kubeconfig needs --kubeconfig"),
        (["--driver", "kubeconfig", "--kubeconfig", "k", "--registry", "r"], "--driver kubeconfig needs --s3"),
    ],
)
def test_options_that_do_not_fit_are_refused(state: State, arguments: list[str], message: str) -> None:
    code, said = refused("up", *arguments)

    assert code == 1
    assert said.startswith(f"error: {message}")
    assert not list(state.root.iterdir())


def test_the_shell_needs_a_sandbox(state: State) -> None:
    assert refused("env") == (1, f"error: no sandbox in {state.root}: run `python -m sandbox up`\n")


def test_the_shell_needs_a_pulumi(state: State) -> None:
    driver.record(state, access(state))

    code, said = refused("env")

    assert code == 1
    assert said.startswith(f"error: no Pulumi CLI at {state.bin}/pulumi: run `make up`")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (SandboxError("no: do this", "why"), 1, "why\nerror: no: do this\n"),
        (OSError(28, "No space left on device", "/x"), 1, "error: /x: No space left on device: free some disk\n"),
        (KeyboardInterrupt(), 130, "error: interrupted: run the same again, and it goes on from what is complete\n"),
    ],
)
def test_what_goes_wrong_ends_in_one_line(
    state: State, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, line: str
) -> None:
    monkeypatch.setattr(lifecycle, "up", Mock(side_effect=error))

    assert refused("up") == (code, line)


def test_status_is_json_for_machines_and_fails_when_a_part_does(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def status(self) -> list[Part]:
            return [Part(name="etcd", trouble=None, pid=7), Part(name="s3", trouble="not running")]

    monkeypatch.setattr(lifecycle, "current", Mock(return_value=Broken()))

    code, out, _ = invoke("status", "--json")

    assert code == 1
    assert [(part["name"], part["trouble"]) for part in json.loads(out)] == [("etcd", None), ("s3", "not running")]


def test_env_gives_what_kubectl_pulumi_and_slipway_need(state: State) -> None:
    driver.record(state, access(state))
    state.bin.mkdir()
    (state.bin / "pulumi").touch()

    code, out, _ = invoke("env", "--json")
    values = json.loads(out)

    assert code == 0
    assert values["KUBECONFIG"] == str(state.kubeconfig)
    assert values["AWS_ENDPOINT_URL"] == "http://10.244.0.1:4566"
    assert values["PATH"].startswith(f"{state.bin}:")
    assert values["PULUMI_BACKEND_URL"].startswith("file://")
    assert Path(values["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text()
    assert list(Path(values["PULUMI_HOME"]).glob("plugins/resource-kubernetes-*/pulumi-resource-kubernetes"))
    assert "PULUMI_OPTION_CONFIG_FILE" not in values  # which names what the first `make up` writes
    assert "SLIPWAY_SANDBOX" not in values  # the mark of the sandbox's own processes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["production"], "there is no environment 'production': take local, staging or prod"),
        (["local", "--platform"], "local's platform needs no sign-in"),
    ],
)
def test_a_shell_of_what_there_is_not_is_refused(state: State, arguments: list[str], message: str) -> None:
    driver.record(state, access(state))
    state.bin.mkdir()
    (state.bin / "pulumi").touch()
    code, said = refused("env", *arguments)
    assert code == 1
    assert said.startswith(f"error: {message}")


def test_a_shell_of_an_environment_on_aws_is_signed_in_there(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.record(state, access(state))
    state.bin.mkdir()
    (state.bin / "pulumi").touch()
    monkeypatch.setattr(account, "signed_in", Mock(return_value={"AWS_ACCESS_KEY_ID": "ASIA"}))

    code, out, _ = invoke("env", "staging", "--json")
    values = json.loads(out)

    assert code == 0
    assert values["AWS_ACCESS_KEY_ID"] == "ASIA"
    assert values["PULUMI_OPTION_CONFIG_FILE"].endswith("/serving.staging.yaml")
    assert values["KUBECONFIG"] == str(state.kubeconfig)


def test_a_shell_reads_values_as_they_are() -> None:
    assert shell.exports({"A": "it's $HOME; rm"}) == "export A='it'\"'\"'s $HOME; rm'"


def test_our_folders_are_on_the_path_once(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("PATH", shell.search_path(state))

    assert shell.search_path(state).split(":").count(str(state.bin)) == 1


@pytest.mark.parametrize("command", ["up", "down", "status", "env", "logs"])
def test_every_command_explains_itself(command: str) -> None:
    code, out, _ = invoke(command, "--help")

    assert code == 0
    assert "Usage: " in out
