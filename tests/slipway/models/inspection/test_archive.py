import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from slipway.errors import Refused
from slipway.models.inspection import archive
from slipway.models.inspection.archive import MEMBERS, check_archive


def repacked(source: Path, target: Path, *, drop: str = "", **members: bytes) -> Path:
    """A copy with members replaced or added; `__` in a name stands for a dot."""
    with zipfile.ZipFile(source) as old:
        contents = {name: old.read(name) for name in old.namelist() if name != drop}
    with zipfile.ZipFile(target, "w") as new:
        for name, content in (contents | {name.replace("__", "."): c for name, c in members.items()}).items():
            new.writestr(name, content)
    return target


@pytest.mark.parametrize("name", ["sequential", "functional", "nested", "compiled"])
def test_plain_layers_pass(name: str, zoo: Path) -> None:
    check_archive(zoo / f"{name}.keras")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("lambda", r"the class keras\.layers\.Lambda, which is not allowed"),
        ("nested_lambda", r"the class keras\.layers\.Lambda, which is not allowed"),
        ("calls_a_function", r"the class os\.system, which is not allowed"),
        ("loads_another_model", r"the class keras\.layers\.TFSMLayer, which is not allowed"),
        ("compiles_an_inner_model_with_another", r"the class keras\.layers\.TFSMLayer, which is not allowed"),
        ("hides_it_in_an_initializer", r"the class builtins\.eval, which is not allowed"),
        ("names_a_custom_class", r"registers 'attack>Dense', and custom classes are not allowed"),
    ],
)
def test_what_could_run_code_is_refused(name: str, reason: str, zoo: Path) -> None:
    with pytest.raises(Refused, match=reason):
        check_archive(zoo / f"{name}.keras")
    assert not (zoo / "proof").exists()


@pytest.mark.parametrize("class_name", [None, 1, [], {}, ["Dense"]])
def test_a_class_that_is_no_name_is_refused(class_name: object, zoo: Path, tmp_path: Path) -> None:
    config = json.dumps({"module": "keras.layers", "class_name": class_name}).encode()
    with pytest.raises(Refused):
        check_archive(repacked(zoo / "sequential.keras", tmp_path / "m.keras", config__json=config))


def test_other_members_are_refused(zoo: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"it must have config\.json, metadata\.json, model\.weights\.h5"):
        check_archive(repacked(zoo / "sequential.keras", tmp_path / "m.keras", run__py=b""))
    with pytest.raises(Refused, match="it must have"):
        check_archive(repacked(zoo / "sequential.keras", tmp_path / "n.keras", drop="metadata.json"))


def test_a_member_twice_is_refused(zoo: Path, tmp_path: Path) -> None:
    path = repacked(zoo / "sequential.keras", tmp_path / "m.keras")
    with zipfile.ZipFile(path, "a") as new, pytest.warns(UserWarning, match="Duplicate name"):
        new.writestr("config.json", b"{}")
    with pytest.raises(Refused, match=r"config\.json, config\.json"):
        check_archive(path)


def test_a_bomb_is_refused_by_what_it_says_of_its_size(
    zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_CONFIG", 1000)
    with pytest.raises(Refused, match="unpacks to"):
        check_archive(zoo / "sequential.keras")


def weights(build: Any) -> bytes:
    import h5py as untyped_h5py

    h5py: Any = untyped_h5py
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        build(h5py, file)
    return content.getvalue()


def links_outside(h5py: Any, file: Any) -> None:
    file["layers"] = h5py.ExternalLink("/etc/passwd", "/")


def links_inside(h5py: Any, file: Any) -> None:
    file["layers"] = h5py.SoftLink("/elsewhere")


def is_virtual(h5py: Any, file: Any) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", shape=(4,))  # noqa: S108 never opened
    file.create_group("layers").create_virtual_dataset("x", layout)


def is_external(_: Any, file: Any) -> None:
    file.create_dataset("x", shape=(4,), dtype="f4", external=[("/etc/passwd", 0, 16)])


def claims_petabytes(_: Any, file: Any) -> None:
    file.create_dataset("x", shape=(1 << 50,), dtype="f4", chunks=(1024,))


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (links_outside, "have a link at //layers"),
        (links_inside, "have a link at //layers"),
        (is_virtual, "at /layers/x are not a plain array in this file"),
        (is_external, "at /x are not a plain array in this file"),
        (claims_petabytes, "at /x claim 4503599627370496 bytes"),
    ],
)
def test_weights_are_arrays_of_the_file_itself(build: Any, reason: str, zoo: Path, tmp_path: Path) -> None:
    path = repacked(zoo / "sequential.keras", tmp_path / "m.keras", model__weights__h5=weights(build))
    with pytest.raises(Refused, match=reason):
        check_archive(path)


@pytest.mark.parametrize("member", MEMBERS)
def test_a_flipped_byte_is_noticed(member: str, zoo: Path, tmp_path: Path) -> None:
    content = bytearray((zoo / "sequential.keras").read_bytes())
    with zipfile.ZipFile(zoo / "sequential.keras") as file:
        info = file.getinfo(member)
        content[info.header_offset + 30 + len(member) + info.compress_size // 2] ^= 1
    (tmp_path / "m.keras").write_bytes(content)
    with pytest.raises(Refused, match=r"m\.keras is damaged"):
        check_archive(tmp_path / "m.keras")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(content)
    with pytest.raises(Refused, match=r"m\.keras is damaged: File is not a zip file"):
        check_archive(tmp_path / "m.keras")
