"""Names of pins as firmware's authors write them."""

from __future__ import annotations

import re

_PIN = re.compile(r"^P([0-9A-K])\.?(\d{1,2})$", re.IGNORECASE)


def parse_pin(text: str) -> tuple[str, int] | None:
    """Port and number of a pin ("P0.13", "PA5"); None for what is no pin's name."""
    match = _PIN.match(text)
    return None if match is None else (f"P{match[1].upper()}", int(match[2]))
