"""Which nonces were used: a request that was taken is never taken again."""

from hashlib import sha256
from heapq import heappop, heappush, heapreplace

__all__ = ["MOST_NONCES", "NonceMemory"]

#: How many are remembered, in some 45 MB: more than the traffic of a window at 600 requests a second.
MOST_NONCES = 200_000


class NonceMemory:
    """Remembers the nonces of verified requests, by API key, each with the latest time stamp that it came with.

    Nothing is forgotten because time has passed: a clock that is turned back, or a window that is made wider, would let
    in again what was sent before. What leaves the window is only no longer held against others. Where there are too
    many, those with the oldest time stamps go, and whatever is not newer than these is refused from then on: nobody
    could tell whether it was sent before. Digests are kept, so that long nonces cost no more.

    :param most: how many are remembered.
    """

    def __init__(self, most: int = MOST_NONCES) -> None:
        self._most = most
        self._latest: dict[bytes, int] = {}
        #: One entry for each nonce, with a time stamp that may have become later since.
        self._oldest_first: list[tuple[int, bytes]] = []
        self._forgotten_s = -1

    def __len__(self) -> int:
        return len(self._latest)

    def objection(self, api_key: str, nonce: str, time_stamp: int, since_s: int) -> str | None:
        """Say why a request cannot be taken, if it cannot; its time stamp (Unix seconds) is in the window.

        :param since_s: the oldest time stamp that is good now, in Unix seconds.
        """
        latest_s = self._latest.get(_digest(api_key, nonce))
        if latest_s is not None and latest_s >= since_s:
            return "the nonce was used before"
        if time_stamp <= self._forgotten_s:
            return f"more than {self._most} nonces were used since the time stamp, so that this one cannot be told"
        return None

    def remember(self, api_key: str, nonce: str, time_stamp: int) -> None:
        """Remember the nonce of a request that was taken."""
        digest = _digest(api_key, nonce)
        if digest in self._latest:
            self._latest[digest] = max(time_stamp, self._latest[digest])
            return
        self._latest[digest] = time_stamp
        heappush(self._oldest_first, (time_stamp, digest))
        while len(self._latest) > self._most:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        noted_s, digest = self._oldest_first[0]
        latest_s = self._latest[digest]
        if latest_s > noted_s:
            heapreplace(self._oldest_first, (latest_s, digest))
            return
        heappop(self._oldest_first)
        del self._latest[digest]
        self._forgotten_s = max(self._forgotten_s, latest_s)


def _digest(api_key: str, nonce: str) -> bytes:
    return sha256(f"{api_key}:{nonce}".encode("utf-8", "surrogatepass")).digest()
