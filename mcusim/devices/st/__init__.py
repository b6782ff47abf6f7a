"""Peripherals of the STM32 series."""
