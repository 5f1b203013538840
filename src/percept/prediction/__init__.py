"""New rows and pictures with the shipped file alone; imports model_file, files and prepared."""
