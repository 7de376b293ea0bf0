"""EC2, where moto lets things go that others still need, and drops some of what it was told."""
