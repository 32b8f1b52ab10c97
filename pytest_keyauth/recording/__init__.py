"""Cassettes: what clients and providers said to each other, recorded, redacted for certain, and replayed."""
