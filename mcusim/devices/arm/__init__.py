"""Peripherals that belong to the core (private peripheral bus)."""
