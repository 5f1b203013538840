"""What a search may try: its options, the parameters of a space, a space for each network; imports features, models."""
