"""What a deletion is and what may happen to it: pure values and functions, no I/O, no clock, no framework."""
