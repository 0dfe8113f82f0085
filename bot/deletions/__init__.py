"""The shell around the domain: it asks for decisions and next steps, and acts on them through its ports."""
