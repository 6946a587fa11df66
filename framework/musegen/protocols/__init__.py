"""What plugins are made of: components, and the protocols of what components build."""
