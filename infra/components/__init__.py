"""Components that both programs use."""
