"""A Flask endpoint that does nothing, run by the server and settings of the verifier."""

import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

from flask import Flask, Response

from keys.serving.process import Listening, Loader, end_with_parent, logging_to, run

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def build() -> "WSGIApplication":
    """Build it, in the worker's process."""
    end_with_parent(os.getppid())
    app = Flask(__name__)
    app.add_url_rule(
        "/v1/verify",
        view_func=lambda: Response("{}", content_type="application/json"),
        methods=["POST"],
    )
    return app


def main() -> None:
    """Serve on the port that is named."""
    multiprocessing.set_start_method("spawn", force=True)
    listening = Listening(
        name="empty",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        workers=1,
        threads=32,
        connections=1024,
        client_timeout=10,
        grace=10,
    )
    run(listening, Loader(build), logging_to("logging.NullHandler"))


if __name__ == "__main__":
    main()
