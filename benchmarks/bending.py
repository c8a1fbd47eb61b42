"""Bends a flat sheet around a standing cylinder, as a hand bends paper."""

import cv2
import numpy as np

from benchmarks.optics import FOCAL, Picture, levels_of

__all__ = ["bent"]


def bent(flat: Picture, curve: float) -> Picture:
    """Show a picture wound around a cylinder by `curve` radians to either side of its middle.

    The sides turn away from the camera: they get narrower, lower and darker. Twice the frame's
    focal length is meant, since pictures are bent at twice its size.
    """
    height, width = flat.shape[:2]
    radius = width / 2 / np.sin(curve)
    across = np.arange(width, dtype=np.float32) - (width - 1) / 2
    angle = np.arcsin(np.clip(across / radius, -1, 1))
    from_x = angle / curve * (width - 1) / 2 + (width - 1) / 2
    away = radius * (1 - np.cos(angle)) / (2 * FOCAL)
    down = np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2
    from_y = down * (1 + away)[None, :] + (height - 1) / 2
    map_x = np.broadcast_to(from_x, (height, width)).astype(np.float32)
    wound = cv2.remap(flat, map_x, from_y.astype(np.float32), cv2.INTER_LINEAR)
    if flat.ndim == 2:
        return levels_of(wound)
    return levels_of(wound * np.cos(0.7 * angle).astype(np.float32)[None, :, None])
