"""What is released: the shipped file with scores and card, the SavedModel; imports model_file and features."""
