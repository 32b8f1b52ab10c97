"""Emulators of the providers: plain ``Request -> Response`` values, no input or output of their own.

An emulator owns its state, its clock and its random source; adapters (``pytest_keyauth.adapters``) put it behind an
httpx transport or behind a socket. Nothing in here knows the OpenAPI documents, the clients or the typists: an
emulator is one of the three independent writings of what a provider answers.
"""
