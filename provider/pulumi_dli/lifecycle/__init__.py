"""Brings the live job to the wish, one verified step after the other."""
