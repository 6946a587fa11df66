"""Everything around models: training data, losses, and new tunes."""
