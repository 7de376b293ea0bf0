"""Layers of images, as builders make them."""

import gzip
import io
import tarfile
from collections.abc import Mapping

STATUS = """\
Package: libc6
Status: install ok installed
Version: 2.36-9+deb12u13
Architecture: amd64

Package: gone
Status: deinstall ok config-files
Version: 1
Architecture: amd64
"""
RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\nVERSION_ID="12"\n'


def metadata(name: str, version: str, licence: str = "") -> str:
    more = f"License-Expression: {licence}\n" if licence else ""
    return f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{more}\nA description\n\nVersion: 9\n"


def layer(files: Mapping[str, str], *, compress: bool = True) -> bytes:
    """A layer with these files; an empty one is a file too."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(buffer.getvalue(), mtime=0) if compress else buffer.getvalue()


SITE = "opt/venv/lib/python3.11/site-packages"
BASE = layer(
    {
        "var/lib/dpkg/status": STATUS,
        "usr/lib/os-release": RELEASE,
        f"usr/{SITE}/pip-24.0.dist-info/METADATA": metadata("pip", "24.0"),
    }
)
SERVICE = layer(
    {
        f"{SITE}/FastAPI_x-0.121.3.dist-info/METADATA": metadata("FastAPI_x", "0.121.3", "MIT"),
        f"{SITE}/fastapi_x/__init__.py": "",
        f"usr/{SITE}/.wh.pip-24.0.dist-info": "",
    },
    compress=False,
)
