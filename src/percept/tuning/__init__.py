"""Settings found by trying: the learning-rate range test; imports training and prepared."""
