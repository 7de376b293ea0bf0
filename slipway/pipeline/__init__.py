"""The steps from a pull request to production, each a command that people can type as well."""
