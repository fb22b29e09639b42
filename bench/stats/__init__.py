"""Arithmetic on numbers; each file says what it assumes, when it lies, and its source."""
