"""The main job on one machine: from an empty state directory to predictions out of pods, and back."""
