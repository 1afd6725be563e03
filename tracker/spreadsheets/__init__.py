"""Reads spreadsheets of strangers; runs in a child process and knows nothing of the rest of the house."""
