"""Which nonces were used, for as long as a request with them could be sent again."""

from hashlib import sha256
from heapq import heappop, heappush

__all__ = ["NonceMemory"]


class NonceMemory:
    """Remembers the nonces of verified requests, by API key.

    A nonce is forgotten once its time stamp has left the time window, since its request is refused from then on for
    being stale: what is kept is bounded by the traffic of one window. Digests are kept, so long nonces cost no more.
    """

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._ends: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        return len(self._known)

    def knows(self, api_key: str, nonce: str) -> bool:
        """Whether this key has used the nonce."""
        return _digest(api_key, nonce) in self._known

    def remember(self, api_key: str, nonce: str, good_until_s: int, now_s: int) -> None:
        """Remember a nonce up to the last second (Unix) in which its request would be accepted."""
        while self._ends and self._ends[0][0] < now_s:
            self._known.discard(heappop(self._ends)[1])
        digest = _digest(api_key, nonce)
        if digest not in self._known:
            self._known.add(digest)
            heappush(self._ends, (good_until_s, digest))


def _digest(api_key: str, nonce: str) -> bytes:
    return sha256(f"{api_key}:{nonce}".encode("utf-8", "surrogatepass")).digest()
