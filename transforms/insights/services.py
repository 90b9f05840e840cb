"""Each service against its standard: how long it may take, how long it took, and how often that was within."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.insights.evidence import Evidence
from transforms.insights.places import LEVELS, place_code
from transforms.insights.rounding import SCORE, SHARE, rounded, share


def services(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `services`: one row a unit, agency or the city and service, of whose documents one was closed in P.

    limit_hours and has_standard (without a service standard it is the policy's limit, Permendagri 19/2018 art. 3);
    n_documents, median_hours, p90_hours (nearest rank), n_within (took the limit at most, pauses left out) and its
    share; n_open: documents submitted before P's end that were open then. A document without a service is `none`.
    """
    standards = evidence.frames["service_standards"].select("service_type", has_standard=pl.lit(value=True)).collect()
    end = pl.lit(evidence.span.end_at)
    is_closed = evidence.span.covers("closed_at").fill_null(value=False)
    documents = (
        evidence.requests.filter(pl.col("kind") == "document")
        .select(
            "unit_id",
            "agency",
            "service_type",
            "limit_hours",
            hours=pl.when(is_closed).then("spent_hours"),
            is_closed=is_closed,
            is_open=(pl.col("submitted_at") < end) & ~(pl.col("settled_at") < end).fill_null(value=False),
        )
        .sort("hours", nulls_last=True)  # once for all levels: a group keeps the order of its rows
        .collect()
    )
    nine_in_ten = (9 * pl.col("is_closed").sum().cast(pl.Int64) + 9) // 10 - 1
    found = [
        documents.group_by("service_type", place_id=place_code(level, evidence.policy.city))
        .agg(
            limit_hours=rounded(pl.col("limit_hours").first(), SCORE),
            n_documents=pl.col("is_closed").sum().cast(pl.Int64),
            median_hours=rounded(pl.col("hours").median(), SCORE),
            p90_hours=rounded(pl.col("hours").get(nine_in_ten.clip(lower_bound=0), null_on_oob=True), SCORE),
            n_within=(pl.col("hours") <= pl.col("limit_hours")).sum().cast(pl.Int64),
            n_open=pl.col("is_open").sum().cast(pl.Int64),
        )
        .filter(pl.col("n_documents") > 0)
        .with_columns(level=pl.lit(level))
        for level in LEVELS
    ]
    named = pl.concat(found).with_columns(pl.col("place_id", "service_type").cast(pl.String))
    rows = named.with_columns(pl.col("service_type").fill_null("none")).join(standards, on="service_type", how="left")
    return {
        "services": rows.select(
            "level", "place_id", "service_type", "limit_hours",
            pl.col("has_standard").fill_null(value=False),
            "n_documents", "median_hours", "p90_hours", "n_within",
            rounded(share("n_within", "n_documents"), SHARE).alias("within_share"),
            "n_open",
        ).sort("level", "place_id", "service_type")
    }  # fmt: skip
