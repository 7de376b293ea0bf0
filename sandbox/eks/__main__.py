"""`python -m sandbox.eks --kubeconfig FILE --balancer ADDRESS --volumes FOLDER --node NAME --listen HOST:PORT`."""

import argparse
import sys
from pathlib import Path

from sandbox.eks import health
from sandbox.eks.api import Api
from sandbox.eks.balancers import Balancers
from sandbox.eks.following import Following
from sandbox.eks.volumes import Volumes


def main(arguments: list[str]) -> None:
    """Work until killed."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.eks", description="EKS' Auto Mode on this machine.")
    parser.add_argument("--kubeconfig", required=True, type=Path, help="the API server, and who we are, in JSON")
    parser.add_argument("--balancer", required=True, help="the address of load balancers")
    parser.add_argument("--volumes", required=True, type=Path, help="the folder that volumes lie in")
    parser.add_argument("--node", required=True, help="the node whose folder it is")
    parser.add_argument("--listen", required=True, metavar="HOST:PORT", help="where /readyz answers")
    wanted = parser.parse_args(arguments)
    api = Api.of(wanted.kubeconfig)
    balancers, volumes = Balancers(api, wanted.balancer), Volumes(api, wanted.volumes, wanted.node)
    following = [
        Following(api, "/api/v1/services", balancers.settle),
        Following(api, "/api/v1/persistentvolumeclaims", volumes.provide),
        Following(api, "/api/v1/persistentvolumes", volumes.reclaim),
    ]
    for one in following:
        one.start()
    host, _, port = wanted.listen.rpartition(":")
    health.serve(host, int(port), following)


if __name__ == "__main__":
    main(sys.argv[1:])
