"""What stands before the period begins: schedules, calendar, service standards, competency standards."""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.synth.agencies import COMPETENCIES, NIGHT, positions
from sources.synth.world import World

LIMIT_HOURS = {
    "ktp_el": 24,
    "kartu_keluarga": 24,
    "akta_kelahiran": 24,
    "akta_kematian": 24,
    "surat_rujukan": 4,
    "surat_keterangan_sehat": 4,
    "legalisir_ijazah": 24,
    "mutasi_siswa": 48,
    "izin_usaha": 72,
    "persetujuan_bangunan": 672,
    "surat_keterangan_domisili": 8,
    "surat_pengantar": 8,
    "dispensasi_nikah": 24,
}
"""Hours by service; what an agency issues and is not named here has no standard (the policy's default)."""
DEFAULT_LIMIT_HOURS = 24


def schedules() -> pl.DataFrame:
    """The dataset `schedules`."""
    week: dict[str, dict[int, tuple[str, str, str | None]]] = {
        "KANTOR": {day: ("07:30", "16:30" if day == 5 else "16:00", None) for day in range(1, 6)},
        "SEKOLAH": {day: ("07:00", "11:30" if day == 5 else "14:00", None) for day in range(1, 7)},
        "PKM-PAGI": {day: ("07:30", "11:30" if day == 5 else "14:30", None) for day in range(1, 7)},
        "PKM-SIANG": dict.fromkeys((1, 2, 3, 5, 6), ("13:30", "20:30", None)),
        NIGHT: dict.fromkeys((1, 2, 3, 4, 7), ("20:30", "07:00", "12:00")),
    }
    return pl.DataFrame(
        [
            {"schedule_id": name, "weekday": day, "start_time": start, "end_time": end, "day_starts_at": opens}
            for name, days in week.items()
            for day, (start, end, opens) in days.items()
        ],
        schema_overrides={"weekday": pl.Int64, "day_starts_at": pl.String},
    )


def calendar(world: World) -> pl.DataFrame:
    """The dataset `calendar`: every day off of the years the period touches."""
    years = {world.start.year, (world.end - dt.timedelta(days=1)).year}
    rows = sorted((day.isoformat(), kind) for day, kind in world.days_off.items() if day.year in years)
    return pl.DataFrame(rows, schema={"date": pl.String, "kind": pl.String}, orient="row")


def service_standards() -> pl.DataFrame:
    """The dataset `service_standards`."""
    return pl.DataFrame({"service_type": list(LIMIT_HOURS), "limit_hours": [str(h) for h in LIMIT_HOURS.values()]})


def competency_standards() -> pl.DataFrame:
    """The dataset `competency_standards`; clerks have none."""
    rows = [
        (position.id, competency, level)
        for position in positions()
        for competency, level in zip(COMPETENCIES, position.required, strict=False)
    ]
    return pl.DataFrame(rows, schema=["position_id", "competency", "required_level"], orient="row")
