"""report: what evaluate found -> results/report.html, one page to look at and to send. Never loads TensorFlow.

It reads no parameters: those of the run are among what evaluate found.
"""

import os

from percept.command import option_parser

from percept import paths
from percept.reporting import drawing
from percept.workspace import run_stage, wrote


def main() -> None:
    from percept.reporting.report import report_page  # while Vega starts
    from percept.reporting.run import Run
    from percept.reporting.terminal import result

    with paths.replaced(paths.REPORT) as page_file:
        run = Run.load()
        page_file.write_text(report_page(run), encoding="utf-8")
    print(f"report: {wrote()}")
    if os.environ.get("PERCEPT_SHOW") != "after":  # as `make repro` does
        print(result(run.report, run.findings.beside))


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    with drawing.beside():
        run_stage(main)
