"""The agencies (OPD) of a city, their units, positions, schedules and services.

People stand in blocks of 100: one unit of each kind below a block. A unit's id is its agency's, a dot and the block.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import polars as pl

from sources.synth.names import PLACES
from sources.synth.world import World

BLOCK: Final = 100
NIGHT: Final = "PKM-MALAM"


@dataclass(frozen=True, slots=True)
class Position:
    """A position; `required` are the levels of its competencies, empty where no standard was issued."""

    id: str
    name: str
    group: str
    required: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnitKind:
    """Units of one kind: head first, deputy second (where the unit has one), staff in turn."""

    agency: str
    name: str
    sector: str
    size: int
    audience: str
    head: Position
    deputy: Position | None
    staff: tuple[Position, ...]
    schedules: tuple[str, ...]
    """Of the staff, in turn; empty text is the default hours."""
    services: tuple[str, ...]
    """Documents it issues."""


CLERK: Final = Position("UMUM-ADM", "Pengadministrasi Perkantoran", "pelaksana", ())
COMPETENCIES: Final = (
    "Integritas",
    "Kerja Sama",
    "Komunikasi",
    "Orientasi pada Hasil",
    "Pelayanan Publik",
    "Pengembangan Diri dan Orang Lain",
    "Mengelola Perubahan",
    "Pengambilan Keputusan",
    "Perekat Bangsa",
)
_STAFF = (2, 2, 2, 2, 3)
_EXPERT = (3, 3, 2, 3, 3, 2)
_HEAD = (4, 3, 3, 3, 4, 3, 3, 3)
OFFICE: Final = ("KANTOR", "KANTOR", "", "KANTOR")

UNIT_KINDS: Final = (
    UnitKind(
        "DKCS", "UPTD Dinas Kependudukan dan Pencatatan Sipil", "civil_registry", 14, "citizen",
        Position("DKCS-KA", "Kepala UPTD Kependudukan dan Pencatatan Sipil", "JA", _HEAD),
        Position("DKCS-SUB", "Kepala Subbagian Tata Usaha", "JA", _EXPERT),
        (
            Position("DKCS-ADB", "Administrator Database Kependudukan", "JF", _EXPERT),
            Position("DKCS-OPR", "Operator Layanan Kependudukan", "pelaksana", _STAFF),
            Position("DKCS-VER", "Pengelola Dokumen Kependudukan", "pelaksana", _STAFF),
            Position("DKCS-ADB", "Administrator Database Kependudukan", "JF", _EXPERT),
            CLERK,
        ),
        OFFICE, ("ktp_el", "kartu_keluarga", "akta_kelahiran", "akta_kematian", "kartu_identitas_anak"),
    ),
    UnitKind(
        "DINKES", "Puskesmas", "health", 22, "patient",
        Position("PKM-KA", "Kepala Puskesmas", "JF", _HEAD),
        Position("PKM-TU", "Kepala Subbagian Tata Usaha", "JA", _EXPERT),
        (
            Position("PKM-PRW", "Perawat Ahli Pertama", "JF", _EXPERT),
            Position("PKM-BDN", "Bidan Terampil", "JF", _EXPERT),
            Position("PKM-DOK", "Dokter Ahli Pertama", "JF", _HEAD),
            Position("PKM-SAN", "Tenaga Sanitasi Lingkungan", "JF", _STAFF),
            Position("PKM-APT", "Apoteker Ahli Pertama", "JF", _EXPERT),
            CLERK,
        ),
        ("PKM-PAGI", NIGHT, "PKM-PAGI", "PKM-SIANG", NIGHT), ("surat_rujukan", "surat_keterangan_sehat"),
    ),
    UnitKind(
        "DIKBUD-SD", "SD Negeri", "education", 14, "student",
        Position("SD-KS", "Kepala Sekolah", "JF", _HEAD),
        None,
        (
            Position("SD-GK", "Guru Kelas Ahli Pertama", "JF", _EXPERT),
            Position("SD-GM", "Guru Mata Pelajaran Ahli Pertama", "JF", _EXPERT),
            Position("SD-GK", "Guru Kelas Ahli Pertama", "JF", _EXPERT),
            Position("SD-TAS", "Tenaga Administrasi Sekolah", "pelaksana", _STAFF),
        ),
        ("SEKOLAH",), ("legalisir_ijazah", "mutasi_siswa"),
    ),
    UnitKind(
        "DPMPTSP", "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "general", 12, "citizen",
        Position("PTSP-KA", "Kepala Dinas Penanaman Modal dan PTSP", "JPT", _HEAD),
        Position("PTSP-SEK", "Sekretaris Dinas", "JA", _HEAD),
        (
            Position("PTSP-PP", "Penata Perizinan Ahli Muda", "JF", _EXPERT),
            Position("PTSP-LO", "Petugas Loket Pelayanan", "pelaksana", _STAFF),
            Position("PTSP-PDT", "Pengelola Data Perizinan", "pelaksana", _STAFF),
            CLERK,
        ),
        OFFICE, ("izin_usaha", "persetujuan_bangunan", "izin_reklame"),
    ),
    UnitKind(
        "KEC", "Kecamatan", "general", 14, "citizen",
        Position("KEC-CAMAT", "Camat", "JA", _HEAD),
        Position("KEC-SEKCAM", "Sekretaris Kecamatan", "JA", _EXPERT),
        (
            Position("KEC-PEL", "Pengelola Pelayanan Umum", "pelaksana", _STAFF),
            Position("KEC-ANK", "Analis Kebijakan Ahli Pertama", "JF", _EXPERT),
            CLERK,
        ),
        ("", "KANTOR"), ("surat_keterangan_domisili", "surat_pengantar", "dispensasi_nikah"),
    ),
    UnitKind(
        "DIKBUD-SMP", "SMP Negeri", "education", 22, "student",
        Position("SMP-KS", "Kepala Sekolah", "JF", _HEAD),
        Position("SMP-TU", "Kepala Tata Usaha Sekolah", "pelaksana", _STAFF),
        (
            Position("SMP-GM", "Guru Mata Pelajaran Ahli Pertama", "JF", _EXPERT),
            Position("SMP-GMD", "Guru Mata Pelajaran Ahli Muda", "JF", _EXPERT),
            Position("SMP-BK", "Guru Bimbingan dan Konseling", "JF", _EXPERT),
            Position("SMP-TAS", "Tenaga Administrasi Sekolah", "pelaksana", _STAFF),
        ),
        ("SEKOLAH",), ("legalisir_ijazah", "mutasi_siswa"),
    ),
    UnitKind(
        "POS", "Pos Pelayanan Kelurahan", "general", 2, "citizen",
        Position("POS-KO", "Koordinator Pos Pelayanan", "pelaksana", _STAFF),
        None,
        (Position("POS-PEL", "Petugas Pos Pelayanan", "pelaksana", _STAFF),),
        ("KANTOR",), ("surat_pengantar",),
    ),
)  # fmt: skip

FIRST_SLOT: Final = tuple(itertools.accumulate((kind.size for kind in UNIT_KINDS), initial=0))[:-1]
"""Slot of each kind's head within the block."""
LEAD_SLOTS: Final = tuple(
    first + place
    for first, kind in zip(FIRST_SLOT, UNIT_KINDS, strict=True)
    for place in range(2 if kind.deputy else 1)
    if kind.agency != "POS"
)
"""Slots of heads and deputies, who stay the whole period; of an outpost's two people neither is one."""
SUBDISTRICT: Final = 4
"""Number of the kind whose head the POS units report to."""
OUTPOST: Final = 6


def positions() -> tuple[Position, ...]:
    """Every position once."""
    found = [
        position
        for kind in UNIT_KINDS
        for position in (kind.head, *((kind.deputy,) if kind.deputy else ()), *kind.staff)
    ]
    return tuple({position.id: position for position in found}.values())


def slots() -> pl.DataFrame:
    """What each of the 100 slots of a block is: unit kind, place in the unit, position, schedule, supervisor's slot."""
    rows = []
    for number, kind in enumerate(UNIT_KINDS):
        first = FIRST_SLOT[number]
        staff_from = 2 if kind.deputy else 1
        for place in range(kind.size):
            if place == 0:
                position, schedule = kind.head, kind.schedules[0]
            elif place == 1 and kind.deputy:
                position, schedule = kind.deputy, kind.schedules[0]
            else:
                turn = place - staff_from
                position = kind.staff[turn % len(kind.staff)]
                schedule = kind.schedules[turn % len(kind.schedules)]
            under_deputy = kind.deputy is not None and place >= 2 and place % 2 == 1
            rows.append(
                {
                    "slot": first + place,
                    "kind": number,
                    "place": place,
                    "first_slot": first,
                    "unit_size": kind.size,
                    "is_lead": first + place in LEAD_SLOTS,
                    "boss_slot": first + 1 if under_deputy else first,
                    "position_id": position.id,
                    "position_name": position.name,
                    "position_group": position.group,
                    "n_required": len(position.required),
                    "schedule_id": schedule or None,
                }
            )
    return pl.DataFrame(rows)


def unit_id(kind: pl.Expr, block: pl.Expr) -> pl.Expr:
    """Id of the unit of that kind in that block."""
    agency = kind.replace_strict(
        list(range(len(UNIT_KINDS))), [each.agency for each in UNIT_KINDS], return_dtype=pl.String
    )
    return pl.format("{}.{}", agency, (block + 1).cast(pl.String).str.zfill(4))


def _unit_name(kind: pl.Expr, block: pl.Expr) -> pl.Expr:
    name = kind.replace_strict(list(range(len(UNIT_KINDS))), [each.name for each in UNIT_KINDS], return_dtype=pl.String)
    place = (block % len(PLACES)).replace_strict(list(range(len(PLACES))), list(PLACES), return_dtype=pl.String)
    cycle = block // len(PLACES)
    suffix = pl.when(cycle == 0).then(pl.lit("")).otherwise(pl.format(" {}", cycle + 1))
    return pl.format("{} {}{}", name, place, suffix)


def units(world: World) -> pl.DataFrame:
    """One row a unit: its name, quality (0-1, stratified by tens of units), surveys, device and days without it."""
    chance, key = world.chance, pl.col("unit_no")
    n_blocks = -(-world.employees // BLOCK)
    last_block_slots = world.employees - (n_blocks - 1) * BLOCK
    n_units = (n_blocks - 1) * len(UNIT_KINDS) + sum(first < last_block_slots for first in FIRST_SLOT)
    padded = -(-n_units // 10) * 10
    frame = pl.DataFrame({"unit_no": pl.int_range(padded, eager=True)}).with_columns(
        kind=pl.col("unit_no") % len(UNIT_KINDS), block=pl.col("unit_no") // len(UNIT_KINDS)
    )
    tens = pl.col("unit_no") // 10
    rank = chance.bits("unit rank", key).rank("ordinal").over(tens).cast(pl.Int64) - 1
    silent_rank = chance.bits("silent unit", key).rank("ordinal").over(tens).cast(pl.Int64)
    outpost = pl.col("kind") == OUTPOST
    lost = pl.when(outpost & (pl.col("block") % 2 == 0)).then(world.days * 13 // 20)
    days_down = (
        lost.when(chance.happens("device down", key, 0.4)).then(1 + chance.whole("days down", key, 4)).otherwise(0)
    )
    return (
        frame.with_columns(
            quality=(rank + chance.unit("unit quality", key)) / 10,
            has_surveys=(silent_rank != 1) & ~(outpost & (pl.col("block") % 3 == 0)),
            days_down=days_down,
            knows_direction=chance.happens("direction known", key, 0.75),
            writes_offset=chance.happens("offset written", key, 0.2),
            by_unit=pl.col("block") % 2 == 1,
        )
        .with_columns(
            down_from=(chance.unit("down from", key) * (world.days - pl.col("days_down"))).cast(pl.Int64),
            unit_id=unit_id(pl.col("kind"), pl.col("block")),
            unit_name=_unit_name(pl.col("kind"), pl.col("block")),
            sector=pl.col("kind").replace_strict(
                list(range(len(UNIT_KINDS))), [each.sector for each in UNIT_KINDS], return_dtype=pl.String
            ),
        )
        .head(n_units)
    )
