"""`python -m sandbox`: the environment in which the stacks run on one machine."""

from sandbox.cli import main

main()
