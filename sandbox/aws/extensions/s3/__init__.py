"""S3, where moto drops what it was told, or takes one operation for another."""
