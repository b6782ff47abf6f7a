"""STM32 global TrustZone controller (RM0456, GTZC): TZSC, TZIC and MPCBB."""

from __future__ import annotations

from mcusim.devices.st.words import WordDevice


class Stm32Gtzc(WordDevice):
    """Keeps what Secure code gives away; that Non-secure code stays out of the rest isn't checked.

    The SAU, and which of its two addresses a block of memory is reached by, are.
    """
