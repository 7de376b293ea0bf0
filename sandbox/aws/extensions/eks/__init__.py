"""EKS, of which moto keeps too little to build on: clusters and all that belongs to them are records of our own."""
