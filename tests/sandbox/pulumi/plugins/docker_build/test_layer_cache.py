"""Cached layers are trusted unless an argument is used where buildah doesn't look at its value."""

from typing import Any

import pytest

from sandbox.pulumi.plugins.docker_build.layer_cache import misleads


@pytest.mark.parametrize(
    "dockerfile",
    [
        "ARG BASE\nFROM ${BASE}\nCOPY a b\n",
        "FROM x\nARG V=1\nRUN echo $V\n",
        "FROM x\nENV A=1\nLABEL a=$A\n",
        "FROM x\nARG V\n# LABEL v=$V\nCOPY a b\n",
        'FROM x\nARG V\nRUN one \\\n  two $V\nCMD ["x"]\n',
    ],
)
def test_arguments_in_from_and_run_are_heeded(dockerfile: Any) -> None:
    assert not misleads(dockerfile)


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM x\nARG V\nLABEL v=${V}\n",
        "FROM x\narg V=1\nenv v=$V\n",
        "FROM x\nARG A B=2\nCOPY $B /\n",
        "FROM x\nARG V\nLABEL a=b \\\n  v=${V:-none}\n",
    ],
)
def test_arguments_elsewhere_are_not(dockerfile: Any) -> None:
    assert misleads(dockerfile)
