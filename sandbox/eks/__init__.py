"""What EKS in Auto Mode does in a cluster: load balancers for Services that ask for one, volumes for claims.

Stand-ins: a load balancer is an address from which kube-proxy leads to the pods, a volume is a folder of the node.
"""
