"""What puts an emulator within a client's reach: an httpx transport, an ASGI application, a server."""
