"""The options of a script. Scripts import it before any package, so that a missing environment is one message."""

import argparse


def option_parser(doc: str | None) -> argparse.ArgumentParser:
    """Return a parser that knows `--help`, which prints `doc`, and refuses every word that is not added to it."""
    return argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
