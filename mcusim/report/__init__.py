"""Showing a result: text, JSON, HTML, figures, checks. Nothing here runs firmware."""
