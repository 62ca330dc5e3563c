"""RSA keys that others can break: what a modulus tells of how it was made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

SMALL = 2_000  # every prime below it is tried; a damaged modulus nearly always has one
ROUNDS = 100  # of primes made apart from each other none is found in as many
_SQUARE_OF = 64 * 63
_SQUARES = frozenset(number * number % _SQUARE_OF for number in range(_SQUARE_OF))  # one number in twenty
_ROCA = 167  # the last prime all ROCA keys are made with, whatever their size
_BASE = 65537


def small_factor(modulus: int) -> int:
    """The smallest prime below `SMALL` that divides *modulus*, or 0.

    A key's primes have hundreds of digits, and every second number that a lost or changed character leaves
    in its place is even.
    """
    common = math.gcd(modulus, _primorial())
    return next((prime for prime in primes(SMALL) if common % prime == 0), 0) if common > 1 else 0


def is_roca(modulus: int) -> bool:
    """True where *modulus* is a power of 65537 modulo the product of the first primes (CVE-2017-15361).

    Its two primes are then such powers, as a library in chips made them. Of other keys not one in 2^100 is.
    """
    power, period = 0, 1  # modulus ≡ 65537^power, which repeats after period, for the primes so far
    for prime in primes(_ROCA + 1)[1:]:
        logarithms = _logarithms(prime)
        if (here := logarithms.get(modulus % prime)) is None:
            return False
        every = len(logarithms)
        common = math.gcd(period, every)
        if (here - power) % common:
            return False
        step = (here - power) // common * pow(period // common, -1, every // common) % (every // common)
        power, period = power + period * step, math.lcm(period, every)
    return True


def are_close(modulus: int) -> bool:
    """True where *modulus* is a product of two numbers that `ROUNDS` of Fermat's method find."""
    middle = math.isqrt(modulus - 1) + 1
    rest = middle * middle - modulus
    for _ in range(ROUNDS):
        if rest % _SQUARE_OF in _SQUARES and math.isqrt(rest) ** 2 == rest:
            return True
        rest += 2 * middle + 1
        middle += 1
    return False


class Common(NamedTuple):
    """Two moduli with a common factor greater than 1."""

    first: int
    second: int


def common_factors(moduli: Sequence[int]) -> tuple[Common, ...]:
    """The pairs of *moduli*, all different, that share a factor.

    Products are compared half against half, so that a fleet without such a pair takes few large divisions.
    """
    return tuple(_below(moduli)[1])


def _below(moduli: Sequence[int]) -> tuple[int, list[Common]]:
    """The product of *moduli*, and the pairs among them."""
    if len(moduli) < 2:
        return math.prod(moduli), []
    half = len(moduli) // 2
    (left, found), (right, more) = _below(moduli[:half]), _below(moduli[half:])
    found += more
    if (common := math.gcd(left, right)) > 1:
        lefts, rights = (
            [n for n in side if math.gcd(n, common) > 1] for side in (moduli[:half], moduli[half:])
        )
        found += (Common(one, other) for one in lefts for other in rights if math.gcd(one, other) > 1)
    return left * right, found


@cache
def primes(limit: int) -> tuple[int, ...]:
    """The primes below *limit*."""
    return tuple(_sieved(limit))


def _sieved(limit: int) -> Iterator[int]:
    left = bytearray([1]) * limit
    for number in range(2, limit):
        if left[number]:
            yield number
            left[number * number :: number] = bytes(len(range(number * number, limit, number)))


@cache
def _primorial() -> int:
    return math.prod(primes(SMALL))


@cache
def _logarithms(prime: int) -> dict[int, int]:
    """The powers of 65537 modulo *prime*, each with its exponent."""
    found: dict[int, int] = {}
    value = 1
    while value not in found:
        found[value] = len(found)
        value = value * _BASE % prime
    return found
