"""The two Pulumi programs, `platform` and `serving`, and what they share."""
