"""Realistic, invented inputs for all datasets: any size, any period, the same bytes for the same seed.

One module a subject: `agencies` and `people` say who there is, most others what they did, `defects` what is wrong.
"""

from sources.synth.defects import DEFECTS, Defect
from sources.synth.generation import SynthReport, generate

__all__ = ["DEFECTS", "Defect", "SynthReport", "generate"]
