"""The numbers the insights go by. None is law unless it says so: each is the platform's default, in one place."""

from __future__ import annotations

from typing import Final

SMALL_GROUP: Final = 10
"""Fewer people or answers are not shown to the public: one of them could be told from the rest."""
ENOUGH_EVENTS: Final = 30
"""Fewer answers or requests say nothing about a unit."""
GOOD_RATINGS: Final = ("Sangat Baik", "Baik")
ALL_MEANS: Final = 5
"""Rated people from which "all people of a unit" means something."""
POOR_UNIT_RATINGS: Final = ("Butuh Perbaikan", "Kurang", "Sangat Kurang")
POOR_GRADES: Final = ("C", "D")
POOR_ON_TIME: Final = 0.8
GOOD_ON_TIME: Final = 0.9
SCORE_STEP: Final = 1.0
"""Points by which a mean score or an index must move before it is called a change."""
SHARE_STEP: Final = 0.02
"""The same for a share."""
OPINION_INDICATORS: Final = ("behaviour", "competency_match", "satisfaction")
"""Indicators made of what somebody thinks; the others are made of what was recorded."""
