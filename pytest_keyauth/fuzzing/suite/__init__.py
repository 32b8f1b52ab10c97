"""What ``--keyauth-fuzz`` lets pytest collect: a module a provider, in it a test a phase."""
