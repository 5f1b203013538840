"""Settings found by trying: the learning-rate range test."""
