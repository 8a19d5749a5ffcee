"""The provider's hand in OBS: objects, jars, and local files by their content."""
