"""What several tests share: invented tunes, hostile input, other readers, and fixtures of processes."""
