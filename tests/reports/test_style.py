"""Colours that can be read: WCAG 2 asks for a contrast of 4.5 to 1."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = (files("reports") / "static" / "report.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS)) | {"white": "#ffffff", "grey": "#f3f5f8"}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        *((ink, paper) for ink in ("ink", "soft", "link") for paper in ("white", "grey")),
        *(("ink", paper) for paper in ("bad-paper", "warn-paper", "info-paper", "good-paper")),
        ("bad", "bad-paper"),
        ("warn", "warn-paper"),
        ("info", "info-paper"),
        ("good", "good-paper"),
    ],
)
def test_every_text_stands_out_from_its_paper(ink: str, paper: str) -> None:
    dark, light = sorted((luminance(COLOURS[ink]), luminance(COLOURS[paper])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5
