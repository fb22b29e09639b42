"""Known truths that the harness must find again, and how often it may miss."""
