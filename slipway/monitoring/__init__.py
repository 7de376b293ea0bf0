"""What is served, to look at: Prometheus is asked for the table of panels, and a page shows the answers."""
