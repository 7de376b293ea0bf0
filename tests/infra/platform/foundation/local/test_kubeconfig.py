import base64
from pathlib import Path

import pulumi
import pytest
import yaml

from infra.platform.foundation.local import kubeconfig
from tests.infra.values import Object

CLUSTER: Object = {"server": "https://10.244.0.1:6443", "certificate-authority-data": "Y2E="}


def written(folder: Path, cluster: Object, context: str = "here") -> Path:
    path = folder / "kubeconfig"
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": context,
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
                "clusters": [{"name": "other", "cluster": {}}, {"name": "c", "cluster": cluster}],
                "users": [{"name": "u", "user": {"token": "an administrator's"}}],
            }
        )
    )
    return path


def refused(path: Path) -> str:
    with pytest.raises(pulumi.RunError) as error:
        kubeconfig.read(path, "the:key")
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_clusters_address_and_authority_are_those_of_the_current_context(tmp_path: Path) -> None:
    path = written(tmp_path, CLUSTER)
    found = kubeconfig.read(path, "the:key")
    assert (found.server, found.certificate_authority) == ("https://10.244.0.1:6443", "Y2E=")
    assert found.content == path.read_text()
    assert "an administrator's" not in repr(found)


def test_an_authority_in_a_file_of_its_own_is_read_from_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("a certificate")
    path = written(tmp_path, {"server": "https://a", "certificate-authority": "ca.crt"})
    assert base64.b64decode(kubeconfig.read(path, "the:key").certificate_authority) == b"a certificate"


def test_a_missing_file_is_named_with_its_key_and_the_remedy(tmp_path: Path) -> None:
    said = refused(tmp_path / "absent")
    assert said.startswith(f"the:key = '{tmp_path}/absent' can't be read (No such file or directory): `make up`")


@pytest.mark.parametrize("content", ["", "a: [", "current-context: here", "[]"])
def test_what_is_no_kubeconfig_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content)
    assert "has no current context with a cluster: `kubectl config use-context` sets one" in refused(path)


def test_a_context_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "has no current context with a cluster" in refused(written(tmp_path, CLUSTER, context="there"))


@pytest.mark.parametrize("authority", [{}, {"insecure-skip-tls-verify": True}, {"certificate-authority": "none.crt"}])
def test_a_cluster_that_nobody_vouches_for_is_refused(tmp_path: Path, authority: Object) -> None:
    said = refused(written(tmp_path, {"server": "https://a", **authority}))
    assert "has no certificate authority for https://a" in said
