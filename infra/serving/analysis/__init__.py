"""What a new version is judged by, while both answer."""
