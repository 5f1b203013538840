"""What a run that was killed leaves behind, and how it is put in order; imports errors, paths."""
