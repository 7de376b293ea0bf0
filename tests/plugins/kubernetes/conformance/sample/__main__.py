"""The sample stack: blocks that share nothing, each in a namespace of its own.

The environment says which (`SAMPLE`, JSON): `{"image": …, "prefix": …, "blocks": {name: [changes]}}`. A resource is
named `<block>.<recorded name>`, so that one stack holds many recorded cases beside each other.
"""

import json
import os

import pulumi
import pulumi_kubernetes as k8s
from blocks import Block
from catalogue import declare

wanted = json.loads(os.environ["SAMPLE"])
cluster = k8s.Provider("kube", kubeconfig=os.environ["SAMPLE_KUBECONFIG"], cluster_identifier=wanted["prefix"])
for name, changes in wanted["blocks"].items():
    block = Block(name, frozenset(changes), wanted["image"], f"{wanted['prefix']}-{name}", cluster)
    pulumi.export(name, declare(block))
