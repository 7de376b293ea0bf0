"""The page about the image counts each file for whom it belongs to."""

import io
import tarfile
from collections import Counter
from pathlib import PurePosixPath

import pytest

from tools import image_contents
from tools.image_contents import MIB, Layer


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("opt/venv/lib/python3.11/site-packages/tensorflow/python/x.so", "tensorflow"),
        ("opt/venv/lib/python3.11/site-packages/numpy.libs/libopenblas.so", "numpy"),
        ("opt/venv/lib/python3.11/site-packages/numpy-2.3.5.dist-info/METADATA", "numpy"),
        ("opt/venv/lib/python3.11/site-packages/six.py", "six"),
        ("opt/venv/lib/python3.11/site-packages/_cffi_backend.cpython-311-x86_64-linux-gnu.so", "_cffi_backend"),
        ("opt/venv/bin/python3", "virtual environment"),
        ("app/service/app.py", "Slipway's own code"),
        ("usr/lib/libc.so", "base image"),
        ("usr/local/lib/python3.11/site-packages/README.txt", "base image"),
    ],
)
def test_each_file_belongs_to_somebody(path: str, whose: str) -> None:
    assert image_contents.part(PurePosixPath(path)) == whose


def test_a_layer_is_counted_by_its_files_alone() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, size in (("app/a.py", 3), ("app/b.py", 4), ("etc/hosts", 5), ("app/.wh.c.py", 0)):
            entry = tarfile.TarInfo(name)
            entry.size = size
            archive.addfile(entry, io.BytesIO(bytes(size)))
        link = tarfile.TarInfo("app/d.py")
        link.type, link.linkname = tarfile.SYMTYPE, "a.py"
        archive.addfile(link)
    file.seek(0)
    assert image_contents.parts(file) == {"Slipway's own code": 7, "base image": 5}


def test_the_page_adds_up() -> None:
    found = [
        Layer(10 * MIB, Counter({"base image": 20 * MIB, "etc": 100})),
        Layer(30 * MIB, Counter({"tensorflow": 80 * MIB, "six": 1000})),
        Layer(MIB // 2, Counter({"Slipway's own code": MIB // 4})),
    ]
    page = image_contents.page(found)
    assert "100 MiB in 3 layers, of which a node pulls 40 MiB; a release of our own code alone pulls 0.50." in page
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert rows[0] == "| tensorflow | 80.0 | 79.8% |"
    assert rows[-1].startswith("| 3 others, each less than 1 MiB | 0.3 |")
