"""`python -m sandbox.aws --host HOST --port PORT --data FOLDER`: serve until killed, which may be at any moment."""

import argparse
import sys
from pathlib import Path

from sandbox.aws import server
from sandbox.aws.errors import AwsError


def main(arguments: list[str]) -> int:
    """Serve, and return the exit code when that can't begin."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description="AWS on this machine.")
    parser.add_argument("--host", required=True, help="the address to listen at")
    parser.add_argument("--port", required=True, type=int, help="the port; 0 for any, which is told")
    parser.add_argument("--data", required=True, type=Path, help="the folder that keeps the data")
    parser.add_argument("--around", type=Path, help="a file that tells what lies around this AWS")
    parser.add_argument("--controls", action="store_true", help="let tests set faults and see calls")
    wanted = parser.parse_args(arguments)
    try:
        server.serve(wanted.host, wanted.port, wanted.data, controls=wanted.controls, around=wanted.around)
    except AwsError as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
