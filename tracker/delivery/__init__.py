"""Carries messages out of the house. Knows channels and their answers, but no database and no person."""
