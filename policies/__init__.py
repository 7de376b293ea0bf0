"""The policy pack: one rule per file, held to as strictly as `levels` says, on both projects."""
