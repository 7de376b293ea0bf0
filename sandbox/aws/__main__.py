"""`python -m sandbox.aws --host HOST --port PORT --data FOLDER`: serve until killed, which may be at any moment.

With `--also HOST:PORT` at further addresses, and with `--tls HOST:PORT CERTIFICATE KEY` at one over TLS.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from sandbox.aws import server
from sandbox.aws.errors import AwsError
from sandbox.aws.server import Place


def main(arguments: list[str]) -> int:
    """Serve, and return the exit code when that can't begin."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description="AWS on this machine.")
    parser.add_argument("--host", required=True, help="the address to listen at")
    parser.add_argument("--port", required=True, type=int, help="the port; 0 for any, which is told")
    parser.add_argument("--also", action="append", default=[], metavar="HOST:PORT", help="a further address")
    parser.add_argument("--tls", nargs=3, metavar=("HOST:PORT", "CERTIFICATE", "KEY"), help="an address over TLS")
    parser.add_argument("--data", required=True, type=Path, help="the folder that keeps the data")
    parser.add_argument("--around", type=Path, help="a file that tells what lies around this AWS")
    parser.add_argument("--controls", action="store_true", help="let tests set faults and see calls")
    wanted = parser.parse_args(arguments)
    places = [Place(wanted.host, wanted.port), *map(_place, wanted.also)]
    if wanted.tls:
        address, certificate, key = wanted.tls
        places.append(replace(_place(address), certificate=(Path(certificate), Path(key))))
    try:
        server.serve(places, wanted.data, controls=wanted.controls, around=wanted.around)
    except AwsError as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _place(address: str) -> Place:
    host, _, port = address.rpartition(":")
    return Place(host, int(port))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
