"""Timing: what a basic block costs on a core, from the core's published tables."""
