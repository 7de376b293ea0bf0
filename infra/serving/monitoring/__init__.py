"""What is known of a served model: how it is scraped, what is recorded of it, and when somebody is told."""
