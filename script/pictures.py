"""Makes the pictures of the README from what the demo left: `python -m script.pictures`."""

import sys
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pypdfium2

from script.demo_codes import folder_of

_DEMO: Final = Path("demo-output")
_PICTURES: Final = Path("docs/pictures")
_WIDTHS: Final = {
    "camera.jpg": 640,
    "scanner-green.png": 640,
    "scanner-yellow.png": 640,
    "scanner-refused.png": 640,
    "card.png": 320,
    "paper.png": 480,
}


def main() -> int:
    """Write all pictures; each run has its own dates and certificate numbers."""
    _PICTURES.mkdir(parents=True, exist_ok=True)
    certificate = folder_of(_DEMO / "certificates", "two doses")
    screens = sorted((_DEMO / "scanner-screens").iterdir())
    pictures = {
        "camera.jpg": cv2.imread(str(_DEMO / "camera-frames" / "1-two-doses.jpg")),
        "scanner-green.png": cv2.imread(str(screens[0])),
        "scanner-yellow.png": cv2.imread(str(screens[1])),
        "scanner-refused.png": cv2.imread(str(screens[4])),
        "card.png": cv2.imread(str(certificate / "card.png")),
        "paper.png": _sheet(certificate / "certificate.pdf"),
    }
    for name, picture in pictures.items():
        scale = _WIDTHS[name] / picture.shape[1]
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(_PICTURES / name), small)
    return 0


def _sheet(path: Path) -> Any:
    """Render the paper certificate with a thin rim, so that it shows on a white page."""
    page = pypdfium2.PdfDocument(path)[0]
    rendered = page.render(scale=1.6).to_numpy()[:, :, :3]
    return cv2.copyMakeBorder(
        np.ascontiguousarray(rendered), 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(190, 190, 190)
    )


if __name__ == "__main__":
    sys.exit(main())
