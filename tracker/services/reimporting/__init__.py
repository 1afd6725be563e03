"""Ledgers that went out, were edited and come back: compared with what went out and with what stands there now."""
