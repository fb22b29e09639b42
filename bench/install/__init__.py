"""Makes Python environments with uv and pip, whatever the user's shell and files say."""
