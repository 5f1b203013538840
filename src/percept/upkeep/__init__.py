"""Whether a clone is in order, what killed runs left, runs that wait, experiments that may go; imports params, paths."""
