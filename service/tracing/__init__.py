"""The one room that knows OpenTelemetry; it is entered only where a collector of traces is named."""
