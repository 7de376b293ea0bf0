"""Stand-ins for Pulumi's language host and resource plugins, where the official ones can't be had."""
