"""Cassettes: what a provider answered, recorded without secrets, and played again."""
