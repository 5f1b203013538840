"""What killed runs leave, runs that wait in the queue, experiments that may go; imports errors, paths, names."""
