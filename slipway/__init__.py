"""The release tool: models are published, released, watched and taken back."""
