"""The parts of a plugin: components, and the protocols of the objects that components build."""
