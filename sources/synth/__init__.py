"""Realistic, invented inputs for all datasets: any size, any period, the same bytes for the same seed.

One module a subject: `agencies` and `people` say who there is, most others what they did, `defects` what is wrong,
`plants` what is to be found.
"""

from sources.synth.defects import DEFECTS, Defect
from sources.synth.generation import MANIFEST, SynthReport, generate
from sources.synth.plants import PLANTS, Plant

__all__ = ["DEFECTS", "MANIFEST", "PLANTS", "Defect", "Plant", "SynthReport", "generate"]
