"""Every word of the pages, in both languages.

Keys are the same for both; a term the field uses in English stands beside the Indonesian one. Terms of domain.md's
glossary are not translated anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reports.figures import Lang

Labels = Mapping[str, str]

# key: (Indonesian, English)
_LABELS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Laporan validasi data", "Data validation report"),
    "skip": ("Langsung ke isi laporan", "Skip to the report"),
    "contents": ("Daftar isi", "Contents"),
    "what_this_is": (
        (
            "Laporan ini mencatat apa yang dituntut dari data masukan sebelum kinerja pegawai dinilai, apa yang "
            "ditemukan, dan apa yang dilakukan. Ia tidak memuat satu nilai pun dari data: hanya hitungan "
            "dan rujukan ke baris."
        ),
        (
            "This report records what was expected of the input data before the performance of employees is scored, "
            "what was found, and what was done. It holds no value of the data: only counts and references to rows."
        ),
    ),
    "city": ("Kota", "City"),
    "period": ("Periode", "Period"),
    "known_as_of": ("Keadaan per", "Known as of"),
    "whole_period": ("seluruh periode", "the whole period"),
    "run": ("Proses (run)", "Run"),
    "validated_at": ("Divalidasi pada", "Validated at"),
    "outcome": ("Hasil", "Outcome"),
    "outcome_passed": ("Lolos", "Passed"),
    "outcome_passed_with_warnings": ("Lolos dengan peringatan", "Passed with warnings"),
    "outcome_stopped": ("Dihentikan", "Stopped"),
    "sentence_passed": (
        "Data memenuhi syarat dan boleh dinilai.",
        "The data meet the requirements and may be scored.",
    ),
    "sentence_passed_with_warnings": (
        "Data boleh dinilai, tetapi baca dahulu peringatan di bawah ini.",
        "The data may be scored, but read the warnings below first.",
    ),
    "sentence_stopped": (
        "Data tidak memenuhi syarat: tidak ada skor yang dihitung atau dimuat dari data ini.",
        "The data do not meet the requirements: no score was computed or loaded from them.",
    ),
    "rows_sentence": (
        "Baris masuk {n_rows} = sah {n_valid} + dikarantina {n_quarantined}{share}",
        "Rows in {n_rows} = valid {n_valid} + quarantined {n_quarantined}{share}",
    ),
    "all_accounted": ("setiap baris terhitung", "every row is accounted for"),
    "not_accounted": (
        "HITUNGAN TIDAK COCOK: ada baris yang tidak terhitung",
        "DOES NOT BALANCE: there are rows that are not accounted for",
    ),
    "stops": ("Yang menghentikan proses", "What stopped the run"),
    "warnings": ("Peringatan", "Warnings"),
    "reconciliation": ("Rekonsiliasi berkas", "Reconciliation of files"),
    "reconciliation_caption": (
        "Setiap berkas masukan: baris masuk harus sama dengan baris sah ditambah baris yang dikarantina",
        "Each input file: rows in must equal valid rows plus quarantined rows",
    ),
    "file": ("Berkas dan SHA-256", "File and SHA-256"),
    "bytes": ("Ukuran (byte)", "Size (bytes)"),
    "records": ("Rekaman di berkas", "Records in file"),
    "rows_in": ("Baris masuk", "Rows in"),
    "valid": ("Sah", "Valid"),
    "quarantined": ("Dikarantina", "Quarantined"),
    "balance": ("Cocok?", "Balances?"),
    "balances": ("cocok", "balances"),
    "does_not_balance": ("TIDAK COCOK", "DOES NOT BALANCE"),
    "total": ("Jumlah", "Total"),
    "total_of_all": ("Jumlah seluruh berkas", "Total of all files"),
    "no_file": ("tanpa berkas", "no file"),
    "unknown": ("tidak dicatat", "not recorded"),
    "how_to_check": (
        (
            "Untuk memeriksa berkas yang disimpan, jalankan perintah di bawah ini di folder kerja (di Windows: "
            "Get-FileHash -Algorithm SHA256): hasilnya harus sama dengan SHA-256 di tabel, huruf demi huruf. Nomor "
            "baris dalam laporan ini adalah nomor rekaman di berkas itu; baris judul, bila ada, bernomor 1."
        ),
        (
            "To check a stored file, run the command below in the home folder (on Windows: Get-FileHash -Algorithm "
            "SHA256): its answer must equal the SHA-256 in the table, letter for letter. A row number in this report "
            "is the number of the record in that file; a header, where there is one, is number 1."
        ),
    ),
    "delivery": ("Pengiriman secara keseluruhan", "The delivery as a whole"),
    "delivery_meaning": (
        "Apakah yang dikirim lengkap: berkas yang diperlukan ada dan berisi, mencakup pegawai dan periodenya.",
        "Whether what was delivered is complete: the files needed are there and filled, and cover roster and period.",
    ),
    "dataset": ("Himpunan data", "Dataset"),
    "datasets": ("Himpunan data", "Datasets"),
    "files": ("Berkas", "Files"),
    "notes": ("Catatan", "Notes"),
    "n_met": ("{n} ketentuan terpenuhi", "{n} met"),
    "n_failed": ("{n} ketentuan tidak terpenuhi", "{n} not met"),
    "failed": ("Ketentuan yang tidak terpenuhi", "Expectations not met"),
    "met": ("Ketentuan yang terpenuhi ({n})", "Expectations met ({n})"),
    "no_expectations": ("Tidak ada ketentuan yang diperiksa.", "No expectation was checked."),
    "expected": ("Ketentuan (expectation)", "Expectation"),
    "why": ("Mengapa", "Why"),
    "severity": ("Tingkat (severity)", "Severity"),
    "severity_critical": ("Kritis (critical)", "Critical"),
    "severity_warning": ("Peringatan (warning)", "Warning"),
    "severity_info": ("Informasi (info)", "Info"),
    "action": ("Tindakan", "What was done"),
    "action_passed": ("Terpenuhi", "Met"),
    "action_counted": ("Dihitung saja, tidak ada baris yang ditolak", "Counted only, no row refused"),
    "action_quarantined": ("Baris dikarantina", "Rows quarantined"),
    "action_warned": ("Diperingatkan, tidak menghentikan proses", "Warned, did not stop the run"),
    "action_stopped": ("Proses dihentikan", "Run stopped"),
    "counts": ("Hitungan", "Counts"),
    "unexpected_of": ("{n} dari {of} baris tidak memenuhi ({share})", "{n} of {of} rows do not meet it ({share})"),
    "unexpected": ("{n} baris tidak memenuhi", "Rows that do not meet it: {n}"),
    "checked": ("{of} diperiksa", "{of} checked"),
    "checked_head": ("Baris tidak memenuhi", "Rows not meeting it"),
    "nothing_checked": ("tidak ada yang diperiksa", "nothing checked"),
    "not_about_rows": ("bukan tentang baris", "not about rows"),
    "of": ("{n} dari {of}", "{n} of {of}"),
    "column": ("Kolom", "Columns"),
    "protects": ("Melindungi indikator", "Protects indicators"),
    "code": ("Kode", "Code"),
    "failing_rows": ("Baris (berkas: nomor)", "Rows (file: number)"),
    "shown_all": ("semua {n}", "all {n}"),
    "shown_some": ("{n} dari {of}", "{n} of {of}"),
    "in_quarantine": ("semuanya ada di tabel karantina", "all of them are in the quarantine table"),
    "show_rows": ("Tampilkan {n} rujukan baris", "Show {n} row references"),
    "trend": ("Tren", "Trend"),
    "trend_words": (
        "Bagian baris yang tidak memenuhi dalam {n} proses terakhir, yang terbaru paling akhir: {shares}",
        "Share of rows not meeting it over the last {n} runs, this run last: {shares}",
    ),
    "trend_never": ("{n} proses terakhir: tidak pernah gagal", "last {n} runs: never failed"),
    "provenance": ("Asal-usul", "Provenance"),
    "provenance_meaning": (
        "Masukan, kebijakan, dan kode yang sama menghasilkan laporan dan skor yang sama.",
        "Equal inputs, policy and code give equal findings and equal scores.",
    ),
    "code_version": ("Versi kode", "Code version"),
    "input_hash": ("Hash masukan (input_hash)", "Input hash (input_hash)"),
    "policy_hash": ("Hash kebijakan (policy_hash)", "Policy hash (policy_hash)"),
    "also": (
        "Dokumen yang sama untuk dibaca mesin: validation.json di folder laporan ini.",
        "The same document for machines: validation.json in the folder of this report.",
    ),
}

_DATASETS: Final[dict[str, str]] = {
    "employees": "Pegawai",
    "schedules": "Jadwal kerja",
    "calendar": "Hari libur dan cuti bersama",
    "attendance": "Kehadiran",
    "leave": "Cuti",
    "service_requests": "Permohonan dan aduan layanan",
    "service_standards": "Standar layanan",
    "survey_responses": "Jawaban survei (SKM)",
    "objectives": "Sasaran kerja (RHK)",
    "progress": "Laporan kemajuan",
    "ratings": "Penilaian perilaku dan kompetensi",
    "competency_standards": "Standar kompetensi jabatan",
    "initiatives": "Inisiatif",
    "outcomes": "Capaian hasil",
    "decisions": "Keputusan predikat kinerja",
    "unit_achievements": "Predikat unit kerja",
    "developments": "Pengembangan pegawai",
    "request_events": "Riwayat permohonan (disposisi dan langkah)",
    "work_shares": "Pembagian kerja bersama",
}

LABELS: Final[dict[Lang, Labels]] = {
    "id": {key: texts[0] for key, texts in _LABELS.items()},
    "en": {key: texts[1] for key, texts in _LABELS.items()},
}


def dataset_label(name: str, lang: Lang) -> str:
    """What people call a dataset; its own name where there is no other."""
    return _DATASETS.get(name, name) if lang == "id" else name.replace("_", " ").capitalize()
