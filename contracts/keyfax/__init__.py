"""Contracts of the Keyfax Web API, one module per operation."""
