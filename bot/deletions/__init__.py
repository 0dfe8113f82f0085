"""The shell around the domain: asks it for decisions and next steps, and carries them out through its ports."""
