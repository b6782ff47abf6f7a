"""Cores: which model executes, how its stops are told apart."""
