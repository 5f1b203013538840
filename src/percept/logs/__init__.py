"""Runs as TensorBoard shows them, written without TensorFlow: folders, event files, curves; imports params."""
