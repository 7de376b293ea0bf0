"""Where an image and a model come from, and what is in them: part lists, provenance, signatures."""
