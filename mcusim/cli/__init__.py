"""The command line: one small module a command, loaded only when the command is used."""
