"""MLLP framing: 0x0B, the message, 0x1C 0x0D."""

BEGIN, END = b"\x0b", b"\x1c\r"
HEAD = 8192  # bytes of a message that is too large, kept for the answer


def framed(message):
    """A message in its frame."""
    return BEGIN + message + END


class Framer:
    """Cuts the bytes of a connection into messages, however they were split on their way.

    most: bytes of a message. What comes between two frames is skipped and counted in `junk`, line
    breaks and spaces apart. After a message that is larger, `too_large` holds its first bytes, and
    no more is read.
    """

    def __init__(self, most):
        self.most, self.junk, self.too_large = most, 0, None
        self._bytes, self._is_inside, self._looked = bytearray(), False, 0

    @property
    def is_inside(self):
        """Whether a message has begun and not ended."""
        return self._is_inside

    @property
    def held(self):
        """Bytes that wait for the rest of their message."""
        return len(self._bytes)

    @property
    def head(self):
        """The first bytes of the message that has begun."""
        return bytes(self._bytes[:HEAD])

    def feed(self, more):
        """The messages that are whole now, without their frames."""
        self._bytes += more
        messages, at = [], 0
        while self.too_large is None:
            if not self._is_inside and (at := self._begin(at)) is None:
                break
            end = self._bytes.find(END, max(at, self._looked - 1))
            size = (len(self._bytes) - 1 if end < 0 else end) - at
            if size > self.most:
                self.too_large = bytes(self._bytes[at : at + HEAD])
            elif end < 0:
                break
            else:
                messages.append(bytes(self._bytes[at:end]))
                self._is_inside, at = False, end + len(END)
        del self._bytes[: len(self._bytes) if at is None or self.too_large is not None else at]
        self._looked = len(self._bytes)
        return messages

    def _begin(self, at):
        "Where the next message begins, or None; what is before it is junk"
        begin = self._bytes.find(BEGIN, at)
        between = self._bytes[at:] if begin < 0 else self._bytes[at:begin]
        self.junk += len(between.strip())
        self._is_inside = begin >= 0
        return begin + 1 if begin >= 0 else None
