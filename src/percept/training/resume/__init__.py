"""Backups of a fit, so that a training that was killed goes on to the same bits; imports model_file."""
