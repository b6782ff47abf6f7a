"""Whether an STM32U5 has TrustZone on (RM0456, FLASH_OPTR)."""

from __future__ import annotations

from mcusim.devices.device import Host

TZEN = 1 << 31


def is_secured(host: Host) -> bool:
    """Whether the option bit TZEN is set."""
    return bool((host.option_bytes("optr") or 0) & TZEN)
