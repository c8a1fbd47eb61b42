"""The checkpoint scanner: pictures or lines of text in, verdicts on a screen or as text out."""

import os

# OpenCV reads this limit once, when it is loaded: a picture of more pixels, as a few kilobytes of
# file may unpack to, is refused. 128 million are more than the pictures of phones have.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(128_000_000))
