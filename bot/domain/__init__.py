"""What a deletion is and what may happen to it: pure values and functions, without I/O, clock or framework."""
