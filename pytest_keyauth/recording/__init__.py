"""Cassettes: HTTP exchanges recorded without their secrets, kept in files, and replayed."""
