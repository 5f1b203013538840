"""Predict new rows and pictures with the shipped file alone."""
