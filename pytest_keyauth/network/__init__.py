"""The way to the emulators for any client: while it is open, connections to the providers' hosts end at them."""
