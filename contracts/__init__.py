"""Contracts: tests that provoke one outcome of a provider each and assert it literally."""
