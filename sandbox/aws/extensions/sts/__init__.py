"""STS, where moto lets anybody take any role."""
