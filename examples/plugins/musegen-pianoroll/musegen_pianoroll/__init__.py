"""A tune as a picture: pitch upwards, time to the right, row below row."""
