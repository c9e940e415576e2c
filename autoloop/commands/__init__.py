"""The commands: each is its options, one trigger or one look, and its payload."""
