"""A chip with its Security Extension switched on or off by an option bit."""

from __future__ import annotations

import msgspec

from mcusim.boards.schema import Attribution, Chip, SecureAlias


def is_on(chip: Chip) -> bool:
    """Whether the core has the Security Extension in this chip as it is programmed."""
    return chip.core_options is not None and chip.core_options.security


def switched(chip: Chip, on: bool) -> Chip:
    """The chip with its Security Extension on or off: addresses of Secure code come and go."""
    zone, options = chip.trustzone, chip.core_options
    if zone is None or options is None:
        return chip
    return msgspec.structs.replace(
        chip,
        core_options=msgspec.structs.replace(options, security=on),
        memory=[
            msgspec.structs.replace(m, aliases=_aliases(zone.alias, m.base, m.aliases, on))
            for m in chip.memory
        ],
        device=[
            msgspec.structs.replace(d, aliases=_aliases(zone.alias, d.base, d.aliases, on))
            for d in chip.device
        ],
    )


def reset_vector_table(chip: Chip) -> int:
    """Where the core starts."""
    zone = chip.trustzone
    if zone is None or zone.vector_table is None or not is_on(chip):
        return chip.vector_table
    return zone.vector_table


def attributed(chip: Chip) -> list[tuple[int, int, str]]:
    """Base, size in bytes and security of what the chip itself makes Secure or callable."""
    zone = chip.trustzone
    if zone is None or not is_on(chip):
        return []
    return [(a.secure_base, a.size_bytes, "non-secure-callable") for a in zone.alias] + [
        _range_of(a) for a in zone.attribution
    ]


def _range_of(attribution: Attribution) -> tuple[int, int, str]:
    return attribution.base, attribution.size_bytes, attribution.security


def _aliases(pairs: list[SecureAlias], base: int, aliases: list[int], on: bool) -> list[int]:
    secure = [
        base - pair.base + pair.secure_base
        for pair in pairs
        if pair.base <= base < pair.base + pair.size_bytes
    ]
    return [a for a in aliases if a not in secure] + (secure if on else [])
