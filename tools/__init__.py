"""What people run on the code itself."""
