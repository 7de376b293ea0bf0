"""The policy pack: one rule per file, all of them mandatory, on both projects."""
