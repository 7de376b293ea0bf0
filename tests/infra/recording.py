"""Runs a program against Pulumi's mocks, and gives what it declared as plain values: no `apply` in tests."""

import asyncio
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, mocks, set_mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import ROOT, get_root_resource

from tests.infra import values
from tests.infra.values import Object

ACCOUNT: Final = "111122223333"

# What providers compute and programs read. A preview knows none of it.
COMPUTED: Mapping[str, Callable[[Object], Object]] = {
    "aws:acm/certificate:Certificate": lambda inputs: {
        "arn": f"arn:aws:acm:eu-central-1:{ACCOUNT}:certificate/issued",
        "domainValidationOptions": [
            {
                "domainName": inputs["domainName"],
                "resourceRecordName": f"_proof.{inputs['domainName']}",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_proof.acm-validations.aws",
            }
        ],
    },
    "aws:cloudwatch/logGroup:LogGroup": lambda inputs: {"arn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:{inputs['name']}"},
    "aws:ecr/repository:Repository": lambda inputs: {
        "arn": f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/{inputs['name']}",
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/{inputs['name']}",
    },
    "aws:eks/cluster:Cluster": lambda inputs: {
        "arn": f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/{inputs['name']}",
        "endpoint": "https://ABCD.gr7.eu-central-1.eks.amazonaws.com",
        "certificateAuthority": {"data": "Y2E="},
        "identities": [{"oidcs": [{"issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/ABCD"}]}],
        "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": "sg-0a1b2c3d"},
    },
    "aws:kms/key:Key": lambda _: {"arn": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1a2b", "keyId": "1a2b"},
    "aws:route53/record:Record": lambda inputs: {"fqdn": inputs["name"]},
    "aws:route53/zone:Zone": lambda _: {"zoneId": "Z0123456789"},
    "aws:s3/bucket:Bucket": lambda inputs: {"arn": f"arn:aws:s3:::{inputs['bucket']}"},
    "aws:sns/topic:Topic": lambda _: {"arn": f"arn:aws:sns:eu-central-1:{ACCOUNT}:watch"},
    # "a token" in base64, as the cluster writes it into the Secret.
    "kubernetes:core/v1:Secret": lambda _: {"data": {"token": "YSB0b2tlbg=="}},
    "kubernetes:core/v1:Service": lambda inputs: (
        {"status": {"loadBalancer": {"ingress": [{"hostname": "gateway.elb.eu-central-1.amazonaws.com"}]}}}
        if inputs["spec"].get("type") == "LoadBalancer"
        else {}
    ),
    "docker-build:index:Image": lambda _: {"digest": f"sha256:{'d' * 64}"},
}


_IAM: Final = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "oidc-provider",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/role:Role": "role",
}
"""What IAM names itself, and how its ARN calls it."""


@dataclass(frozen=True)
class Resource:
    """A resource as the engine would have been asked to make it.

    Attributes:
        inputs: as policies see them: camelCase, and `values.UNKNOWN` for what isn't known.
        request: everything else that was asked for.
    """

    type: str
    name: str
    inputs: Object
    request: Any

    @property
    def provider(self) -> str:
        """The explicit provider's URN and id; empty without one."""
        return str(self.request.provider)

    @property
    def dependencies(self) -> set[str]:
        """What it waits for, like `Deployment traefik`: several kinds may share a name."""
        return {_called(*urn.split("::", 3)[2:]) for urn in self.request.dependencies}

    def waits_for(self, *kinds: str) -> set[str]:
        """What it waits for of these kinds."""
        return {one for one in self.dependencies if one.partition(" ")[0] in kinds}

    def __str__(self) -> str:
        """As others' dependencies call it."""
        return _called(self.type, self.name)


def _called(chain: str, name: str) -> str:
    # In a URN a type stands behind those of its parents.
    return f"{chain.rpartition(':')[2]} {name}"


@dataclass
class Recording:
    """What a program declared and exported.

    Attributes:
        resources: everything but components, in the order of registration.
        components: the components' URNs.
        complete: URNs of what has registered its outputs, which tells the engine that nothing more belongs to it.
        outputs: the stack's outputs.
        secrets: names of the outputs that are secret.
    """

    resources: list[Resource] = field(default_factory=list[Resource])
    components: set[str] = field(default_factory=set[str])
    complete: set[str] = field(default_factory=set[str])
    outputs: Object = field(default_factory=dict[str, Any])
    secrets: set[str] = field(default_factory=set[str])

    def of(self, kind: str) -> list[Resource]:
        """All resources of a kind, like `Deployment`."""
        return [resource for resource in self.resources if resource.type.rpartition(":")[2] == kind]

    def resource(self, kind: str, name: str | None = None) -> Resource:
        """The only resource of a kind, or the one of it with this logical name."""
        (found,) = [one for one in self.of(kind) if name in (None, one.name)]
        return found

    def one(self, kind: str, name: str | None = None) -> Object:
        """The inputs of that resource."""
        return self.resource(kind, name).inputs

    @property
    def kubernetes(self) -> list[Object]:
        """The Kubernetes objects, as an API server would get them."""
        declared = [one for one in self.resources if one.type.startswith("kubernetes:")]
        return [values.whole_numbers(resource.inputs) for resource in declared]


class _World(Mocks):
    def __init__(self, references: Mapping[str, Object], known: Mapping[str, Object], *, preview: bool) -> None:
        self.references = references
        self.known = known
        self.preview = preview

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, Object]:
        inputs = cast("Object", args.inputs)
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {
                **inputs,
                "outputs": self.references[inputs["name"]],
                "secretOutputNames": ["credentials"],
            }
        computed: Object = {} if self.preview else COMPUTED.get(args.typ, lambda _: {})(inputs)
        if args.typ in _IAM and not self.preview:
            computed = {"name": args.name, "arn": f"arn:aws:iam::{ACCOUNT}:{_IAM[args.typ]}/{args.name}"}
        return _called(args.typ, args.name), inputs | computed

    def call(self, args: MockCallArgs) -> tuple[Object, list[tuple[str, str]] | None]:
        assert args.token in self.known, f"the program asks a provider for {args.token}"
        return self.known[args.token][next(iter(cast("Object", args.args).values()))], []


class _Monitor(MockMonitor):
    def __init__(self, world: _World, recording: Recording) -> None:
        super().__init__(world)
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:
        with _thread_loop():
            reply: Any = super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType] - untyped
        if request.custom:
            resource = Resource(request.type, request.name, values.plain(request.object), request)
            self.recording.resources.append(resource)
        else:
            self.recording.components.add(reply.urn)
        return reply

    def RegisterResourceOutputs(self, request: Any) -> Any:
        self.recording.complete.add(request.urn)
        return super().RegisterResourceOutputs(request)  # pyright: ignore[reportUnknownMemberType] - untyped

    def Invoke(self, request: Any) -> Any:
        with _thread_loop():
            return super().Invoke(request)  # pyright: ignore[reportUnknownMemberType] - untyped

    def ReadResource(self, request: Any) -> Any:
        with _thread_loop():
            return super().ReadResource(request)  # pyright: ignore[reportUnknownMemberType] - untyped


def record(
    program: Callable[[], object],
    project: str,
    stack: str,
    config: Mapping[str, object],
    references: Mapping[str, Object],
    *,
    preview: bool,
    known: Mapping[str, Object] | None = None,
) -> Recording:
    """Run `program` and return what it declared.

    Args:
        program: the program.
        project: its name.
        stack: the stack's name.
        config: the stack's configuration, as in its YAML.
        references: outputs of the stacks that the program refers to, by name.
        preview: leave what providers compute unknown.
        known: what providers' functions answer: by the function's token, and by the only thing that it is asked for.
    """
    recording = Recording()
    world = _World(references, known or {}, preview=preview)

    async def collect(exported: Mapping[str, Any]) -> None:
        for name, value in exported.items():
            output = pulumi.Output.from_input(value)
            recording.outputs[name] = await output.future()
            if await output.is_secret():
                recording.secrets.add(name)

    def run() -> pulumi.Output[None]:
        program()
        root: Any = get_root_resource()
        return pulumi.Output.from_input(collect(cast("Object", root.outputs)))

    in_mocks = cast("Callable[[Callable[[], object]], Callable[[], None]]", mocks.test)
    with _event_loop():
        ROOT.set(None)  # the stack resource of a recording that failed may wait for ever
        set_mocks(world, project=project, stack=stack, preview=preview, monitor=_Monitor(world, recording))
        set_all_config(strings(config))
        in_mocks(run)()
    return recording


@contextmanager
def _event_loop() -> Generator[None]:
    # Pulumi takes the thread's event loop, and its mocks run in threads that have none. One that another test has left,
    # closed or taken away (as `asyncio.run` does) would decide whether ours works.
    with asyncio.Runner() as runner:
        # Of a program that fails, futures are left that nobody has asked. Its failure is raised; to tell of each of
        # them too, in the middle of whatever runs when it is collected, takes a traceback, and that takes `ast.parse`:
        # within another `ast.parse`, Python before 3.11.8 fails (cpython issue 106905).
        runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        yield


@contextmanager
def _thread_loop() -> Generator[None]:
    # Without a Runner, whose end looks through the tasks of all loops: hundreds of times in a recording, among the
    # thousands that earlier ones have left to the garbage collector.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def strings(config: Mapping[str, object]) -> dict[str, str]:
    """A stack's configuration as programs get it: objects as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
