"""What the API server is told."""

import json
from pathlib import Path

from sandbox.aws import doors
from sandbox.kubernetes.component import Component


def test_the_api_server_asks_who_holds_a_token_of_eks(described: dict[str, Component], tmp_path: Path) -> None:
    server = described["kube-apiserver"]
    server.write()
    [file] = [one.partition("=")[2] for one in server.arguments if "webhook-config-file" in one]
    assert Path(file).is_relative_to(tmp_path)
    [cluster] = json.loads(Path(file).read_text())["clusters"]
    # The server that this process would reach there has this door.
    url = cluster["cluster"]["server"]
    assert url.endswith(doors.REVIEW.partition(" ")[2])
    host = described["s3"].arguments[described["s3"].arguments.index("--host") + 1]
    assert host in url
