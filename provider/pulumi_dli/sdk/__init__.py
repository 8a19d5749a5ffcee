"""The only room that leans on private parts of Pulumi's SDK."""
