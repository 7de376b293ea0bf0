"""Pulumi on this machine: its home, its plugins, its environment, and running stacks with it."""

from sandbox.errors import EngineError, StackInUse
from sandbox.pulumi.environment import environment, prepare, program, shell
from sandbox.pulumi.events import Kind, Operation
from sandbox.pulumi.record import Plugins
from sandbox.pulumi.stack import Stack

__all__ = [
    "EngineError",
    "Kind",
    "Operation",
    "Plugins",
    "Stack",
    "StackInUse",
    "environment",
    "prepare",
    "program",
    "shell",
]
