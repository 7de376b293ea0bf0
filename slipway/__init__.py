"""The release tool: `slipway model validate|publish|list|show`."""
