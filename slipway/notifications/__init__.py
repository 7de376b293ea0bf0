"""People are told of releases, aborts and rollbacks, wherever these were made."""
