"""The floor: what the same I/O costs if a program does nothing else."""
