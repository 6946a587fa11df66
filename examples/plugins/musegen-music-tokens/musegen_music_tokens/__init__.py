"""Notes, bar signs and fields as tokens, in folk-rnn's manner."""
