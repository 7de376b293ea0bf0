"""HTTP's side of the service: decode, await, encode."""
