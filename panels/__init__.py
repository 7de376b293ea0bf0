"""What there is to see of a served model: one table of panels, which the page and Grafana's dashboards are made of."""
