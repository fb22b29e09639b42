"""Django, Flask and FastAPI on trial: the harness."""
