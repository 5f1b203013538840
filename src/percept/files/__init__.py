"""Bytes to cells or pixels: text, CSV, Parquet, pictures, containers, class folders; imports dataset."""
