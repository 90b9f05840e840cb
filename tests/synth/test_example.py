"""The shipped example is what the generator makes, and its README says how."""

from __future__ import annotations

from pathlib import Path

from tests.synth.worlds import made

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_shipped_example_is_made_again_byte_for_byte() -> None:
    shipped = {path.name: path.read_bytes() for path in sorted((EXAMPLES / "2026-Q3").iterdir())}
    with made(120, seed=3) as again:
        assert again.files() == shipped
    command = "kinerja synth --employees 120 --period 2026-Q3 --seed 3 --out examples/2026-Q3"
    assert command in (EXAMPLES / "README.md").read_text()
    assert sum(map(len, shipped.values())) < 2_000_000
