"""Models with all they need: training data, losses, and new tunes."""
