"""Contracts of the KeyTrac API, one module per operation."""
