"""One bit for each byte of a block, 64 to a word: a block is judged in a few operations per word.

The idea of finding what is quoted by the parity of the quotes before it is that of simdjson:
https://arxiv.org/abs/1902.08318 (3.1.1).
"""

import numpy as np

WORD = 64
_ONE = np.uint64(1)
_LAST = np.uint64(WORD - 1)


def packed(mask):
    """A boolean array, its length a multiple of 64, as words; the first byte is the lowest bit."""
    return np.packbits(mask, bitorder="little").view(np.uint64)


def after(bits):
    """The bytes that follow a byte of the set."""
    moved = bits << _ONE
    moved[1:] |= bits[:-1] >> _LAST
    return moved


def before(bits):
    """The bytes that a byte of the set follows."""
    moved = bits >> _ONE
    moved[:-1] |= bits[1:] << _LAST
    return moved


def parity(bits):
    """The bytes up to which, themselves included, the set has an odd number of members."""
    for step in (1, 2, 4, 8, 16, 32):
        bits = bits ^ (bits << np.uint64(step))
    is_odd = np.bitwise_xor.accumulate(bits >> _LAST).astype(bool)
    bits[1:][is_odd[:-1]] ^= ~np.uint64(0)
    return bits


def are_in(bits, places):
    """Whether the bytes at these places belong to the set."""
    return (bits[places >> 6] >> (places & 63).astype(np.uint64) & _ONE).astype(bool)


def is_in(bits, place):
    """Whether one byte belongs to the set."""
    return bool(int(bits[place >> 6]) >> (place & 63) & 1)


def places_of(bits):
    """The places of the bytes of the set, in order."""
    if not bits.any():
        return np.empty(0, np.int64)
    return np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little"))


def counts_before(bits, places):
    """How many bytes of the set stand before each of these places."""
    up_to = np.zeros(len(bits) + 1, np.int64)
    np.cumsum(np.bitwise_count(bits), out=up_to[1:])
    words = places >> 6
    lower = (_ONE << (places & 63).astype(np.uint64)) - _ONE
    return up_to[words] + np.bitwise_count(bits[words] & lower)
