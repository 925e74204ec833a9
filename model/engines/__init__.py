"""Engines: what spreads extraction over many machines. Each is imported only when it is asked for."""
