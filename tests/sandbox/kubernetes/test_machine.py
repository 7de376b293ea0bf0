"""What was changed on the machine is put back."""

import subprocess
from pathlib import Path

import pytest

from sandbox.kubernetes import machine
from sandbox.kubernetes.layout import Layout

BEFORE = {
    "kernel/panic": "1",
    "kernel/random/boot_id": "boot-1",
    "net/bridge/bridge-nf-call-ip6tables": "0",
    "net/bridge/bridge-nf-call-iptables": "0",
    "net/ipv4/conf/all/accept_redirects": "1",
    "net/ipv4/conf/all/send_redirects": "1",
    "net/ipv4/ip_forward": "0",
    "vm/overcommit_memory": "0",
}


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "proc-sys"
    for name, value in BEFORE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(value)
    monkeypatch.setattr(machine, "_ROOT", root)
    return root


def settings(root: Path) -> dict[str, str]:
    return {name: (root / name).read_text() for name in BEFORE}


def test_settings_are_made_as_needed(kernel: Path, layout: Layout) -> None:
    machine.prepare(layout, [])

    assert settings(kernel)["net/ipv4/ip_forward"] == "1"
    assert settings(kernel)["net/bridge/bridge-nf-call-iptables"] == "1"
    assert settings(kernel)["net/bridge/bridge-nf-call-ip6tables"] == "1"


def test_everything_is_put_back_also_what_kubernetes_changed(kernel: Path, layout: Layout) -> None:
    machine.prepare(layout, [])
    (kernel / "vm/overcommit_memory").write_text("1")
    machine.prepare(layout, [])  # a second `up` must not take our changes for the machine's own

    machine.restore(layout)

    assert settings(kernel) == BEFORE


def test_what_the_kernel_changes_along_is_put_back_last(
    kernel: Path, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = machine._write  # pyright: ignore[reportPrivateUsage] - as the kernel would

    def written(name: str, value: str) -> None:
        write(name, value)
        if name == "net/ipv4/ip_forward":
            write("net/ipv4/conf/all/accept_redirects", str(1 - int(value)))

    (kernel / "net/ipv4/conf/all/accept_redirects").write_text("0")
    before = settings(kernel)
    monkeypatch.setattr(machine, "_write", written)
    machine.prepare(layout, [])
    machine.restore(layout)
    assert settings(kernel) == before


def test_after_a_reboot_the_machine_is_looked_at_anew(kernel: Path, layout: Layout) -> None:
    machine.prepare(layout, [])
    for name, value in {**BEFORE, "kernel/random/boot_id": "boot-2", "kernel/panic": "7"}.items():
        (kernel / name).write_text(value)

    machine.restore(layout)
    assert settings(kernel)["kernel/panic"] == "7"

    machine.prepare(layout, [])
    (kernel / "kernel/panic").write_text("10")
    machine.restore(layout)
    assert settings(kernel)["kernel/panic"] == "7"


def test_only_folders_that_were_made_go_and_only_when_empty(kernel: Path, layout: Layout, tmp_path: Path) -> None:
    there, made, used = tmp_path / "there", tmp_path / "made", tmp_path / "used"
    there.mkdir()
    machine.prepare(layout, [there, made, used])
    (used / "file").touch()

    machine.restore(layout)

    assert there.exists()
    assert not made.exists()
    assert used.exists()


def test_a_folder_stays_that_another_sandbox_mounts_on(kernel: Path, layout: Layout, tmp_path: Path) -> None:
    made = tmp_path / "made"
    machine.prepare(layout, [made])
    script = 'mount --bind "$1" "$1" && echo mounted && read _'
    command = ["unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh", str(made)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"mounted\n"

        machine.restore(layout)

        assert made.exists()
        other.communicate(b"\n")
    machine.restore(layout)
    assert not made.exists()


def test_nothing_is_put_back_where_nothing_was_changed(kernel: Path, layout: Layout) -> None:
    machine.restore(layout)

    assert settings(kernel) == BEFORE
