"""One request to DLI: signed, sent, repeated, refused in words."""
