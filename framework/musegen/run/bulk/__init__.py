"""Drawing of more tunes than a folder should have files: in shards, on this machine's cores or a cluster."""
