"""Indonesian public holidays, for years without a calendar file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

COUNTRY = "ID"


def public_holidays(years: Iterable[int]) -> dict[dt.date, str]:
    """Days and names by the `holidays` library: public holidays only, joint leave (cuti bersama) is decreed yearly."""
    import holidays

    return dict(sorted(holidays.country_holidays(COUNTRY, years=list(years)).items()))
