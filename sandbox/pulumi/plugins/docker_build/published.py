"""Brings an image into its repositories, builds it only if none has it, and takes it away again.

A build is found by its key: every build is also tagged with it, so the registry itself remembers what was built.
"""

from typing import Final

from sandbox.pulumi.plugins.docker_build import ecr, registry
from sandbox.pulumi.plugins.docker_build.builder import Builder, Say
from sandbox.pulumi.plugins.docker_build.image import build_key
from sandbox.pulumi.plugins.docker_build.reference import Reference, Repository
from sandbox.pulumi.plugins.wire import Properties

PREFIX: Final = "build-"


def repositories(tags: list[str]) -> dict[Repository, list[str]]:
    """The tags by repository, in the order in which they are declared."""
    found: dict[Repository, list[str]] = {}
    for text in tags:
        reference = Reference.parse(text)
        found.setdefault(reference.repository, []).append(reference.tag)
    return found


def known_digest(inputs: Properties, context_hash: str) -> str | None:
    """The digest that publishing would give, if every repository has this very build already."""
    if inputs["noCache"] or inputs["pull"]:
        return None
    key = _tag(inputs, context_hash)
    digests = {registry.digest(repository, key) for repository in repositories(inputs["tags"])}
    return digests.pop() if len(digests) == 1 else None


def publish(inputs: Properties, context_hash: str, builder: Builder, say: Say) -> str:
    """Build the image unless it is known, push it where it is missing, and set its tags.

    Returns:
        The digest of its manifest.

    Raises:
        BuildError: it can't be built or pushed, or nobody who is signed in may do so.
    """
    for repository in repositories(inputs["tags"]):
        ecr.log_in(repository)
    digest = known_digest(inputs, context_hash)
    if digest is None:
        digest = _built(inputs, _tag(inputs, context_hash), builder, say)
    else:
        say(f"unchanged: in the registry as {digest}", False)
    for repository, tags in repositories(inputs["tags"]).items():
        registry.tag(repository, digest, tags)
    return digest


def _built(inputs: Properties, key: str, builder: Builder, say: Say) -> str:
    first, *others = repositories(inputs["tags"])
    registry.tags(first)  # a registry that doesn't answer shows before minutes of building
    image = builder.build(inputs, first, say)
    digest = builder.push(image, first, key, say)
    for repository in others:
        builder.push(image, repository, key, say)
    say(f"pushed {first}@{digest}", False)
    return digest


def kept_tags(tags: list[str], digest: str) -> list[str]:
    """Those of `tags` whose repository still has the digest."""
    places = {repository: registry.digest(repository, digest) for repository in repositories(tags)}
    return [text for text in tags if places[Reference.parse(text).repository]]


def withdraw(tags: list[str], digest: str, say: Say) -> None:
    """Delete the image from its repositories, except where somebody else's tag names it too."""
    for repository, own in repositories(tags).items():
        others = [tag for tag in registry.tags(repository) if tag not in own and not tag.startswith(PREFIX)]
        users = [tag for tag in others if registry.digest(repository, tag) == digest]
        if users:
            say(f"{repository}@{digest} stays: {', '.join(users)} is the same image", False)
        else:
            registry.delete(repository, digest)


def _tag(inputs: Properties, context_hash: str) -> str:
    return PREFIX + build_key(inputs, context_hash)
