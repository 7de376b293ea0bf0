"""The foundation on AWS: a network, an EKS cluster in Auto Mode, a registry, a store of models, and who may do what."""
