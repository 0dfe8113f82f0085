"""Logs and health: what an operator sees of a running bot."""
