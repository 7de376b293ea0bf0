"""Pulumi on this machine: its home, its plugins, its environment, and running stacks with it."""

from sandbox.engine.environment import environment, prepare, program, shell
from sandbox.engine.errors import EngineError, StackInUse
from sandbox.engine.events import Kind, Operation
from sandbox.engine.record import Plugins
from sandbox.engine.stack import Stack

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
