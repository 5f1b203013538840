"""What leaves the house: the stamped file, the SavedModel; imports model_file and features."""
