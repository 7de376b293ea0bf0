"""The included model: a simulated fleet, the training, and the card of `maintenance_predictor`."""
