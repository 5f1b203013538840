"""Settings found by trying: whole runs in memory, the learning-rate range test; imports all below."""
