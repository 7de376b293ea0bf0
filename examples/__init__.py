"""Models to begin with: `maintenance_predictor`, which `make up` serves, and one that knows nothing of Slipway."""
