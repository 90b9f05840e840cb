"""Files in the wild become canonical rows, each with its origin (file hash, row number)."""

from __future__ import annotations

from sources.errors import SourceError, UnreadableFile
from sources.landing import LandedFile, input_hash, land, land_unsettled, reading_key
from sources.reading import DatasetRead, FileRead, read_dataset, read_datasets
from sources.source_map import SourceFile, SourceMap, load_source_map

__all__ = [
    "DatasetRead",
    "FileRead",
    "LandedFile",
    "SourceError",
    "SourceFile",
    "SourceMap",
    "UnreadableFile",
    "input_hash",
    "land",
    "land_unsettled",
    "load_source_map",
    "read_dataset",
    "read_datasets",
    "reading_key",
]
