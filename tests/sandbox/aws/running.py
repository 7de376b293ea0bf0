"""A server as a process of its own."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

COMMAND = (sys.executable, "-m", "sandbox.aws")


class Running:
    """A server that serves `data`; as a context it is killed at the end."""

    def __init__(self, data: Path, command: tuple[str, ...] = COMMAND, options: tuple[str, ...] = ()) -> None:
        self.log = data.parent / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", "0", "--data", str(data), *options],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout
        told = self.process.stdout.readline()
        assert told, self.log.read_text()
        self.url = told.split()[-1]

    def client(self, service: str, key: str = "test", **more: Any) -> Any:
        return client(self.url, service, key, **more)

    def kill(self) -> None:
        """End it as a loss of power would, but for the disk."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        if self.process.stdout:
            self.process.stdout.close()


def client(url: str, service: str, key: str = "test", *, attempts: int = 1, region: str = "eu-central-1") -> Any:
    """A client with credentials that moto takes as it takes any; it asks once, unless told otherwise."""
    made: Any = boto3.client  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return made(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="test",  # noqa: S106 (moto takes any)
        config=Config(retries={"total_max_attempts": attempts}, s3={"addressing_style": "path"}, proxies={}),
    )


def control(url: str, method: str, path: str, content: object = None) -> Any:
    """What the server's controls answer."""
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(f"{url}/_sandbox/{path}", data=body, method=method)  # noqa: S310 (of this test)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read())


def refused(data: Path, *options: str) -> str:
    """What a server says that can't begin with `data`."""
    command = [*COMMAND, "--host", "127.0.0.1", "--port", "0", "--data", str(data), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert not done.stdout
    return done.stderr
