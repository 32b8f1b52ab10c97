"""A real server: who may be asked how often, what a run makes there and removes again, and what it is like."""
