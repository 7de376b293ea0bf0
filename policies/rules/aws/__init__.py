"""What AWS resources must be, with what stands beside them."""
