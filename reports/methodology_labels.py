"""Every word of the methodology page, in both languages.

Keys are the same for both; placeholders are numbers of the policy, already written in the reader's way. What each
indicator measures, and what each reason means, stands here once and is shown wherever a policy uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from reports.figures import Lang

Pair = tuple[str, str]
"""(Indonesian, English)."""

LABELS: Final[Mapping[str, Pair]] = {
    # --- the frame ---------------------------------------------------------------------------------------------------
    "title": ("Cara kinerja dinilai di {city}", "How performance is scored in {city}"),
    "subject": ("Berlaku sejak {day}", "In force from {day}"),
    "skip": ("Langsung ke isi halaman", "Skip to the page"),
    "contents": ("Daftar isi", "Contents"),
    "footer": (
        "Halaman ini dibuat dari kebijakan dan dari mesin penilaian itu sendiri; jangan diubah dengan tangan.",
        "This page is made from the policy and from the scoring engine itself; do not edit it by hand.",
    ),
    "opening": (
        (
            "Halaman ini menjelaskan kepada pegawai, atasan, warga, dan pemeriksa bagaimana skor kinerja dihitung. "
            "Semua angka diambil dari kebijakan kota; contoh di bagian akhir dihitung oleh mesin yang sama yang "
            "menghitung skor sebenarnya."
        ),
        (
            "This page tells employees, supervisors, citizens and auditors how a performance score is computed. Every "
            "number is taken from the city's policy; the example at the end is computed by the engine that computes "
            "the real scores."
        ),
    ),
    "default_means": (
        (
            "Setiap angka diberi sumber: nama peraturan dan pasalnya, atau kata “default”. Default berarti angka itu "
            "usulan platform, bukan perintah peraturan, dan dapat diubah instansi dalam berkas kebijakannya."
        ),
        (
            "Every number has its source: the act and article, or the word “default”. Default means that the number is "
            "the platform's proposal and no rule of law; the agency may change it in its policy file."
        ),
    ),
    "city": ("Kota", "City"),
    "in_force": ("Berlaku sejak", "In force from"),
    "periods": ("Periode yang dinilai", "Periods scored"),
    "periods_law": ("{periods} (PermenPANRB 6/2022 pasal 24 ayat 2)", "{periods} (PermenPANRB 6/2022 art. 24(2))"),
    "period_month": ("bulan", "month"),
    "period_quarter": ("triwulan", "quarter"),
    "period_year": ("tahun", "year"),
    "timezone": ("Zona waktu", "Timezone"),
    "policy_hash": ("Sidik kebijakan (policy_hash)", "Policy hash (policy_hash)"),
    "source": ("Sumber", "Source"),
    # --- scope -------------------------------------------------------------------------------------------------------
    "scope": ("Apa yang dinilai dan apa yang tidak", "What is scored and what is not decided"),
    "scope_score": (
        (
            "Platform menghitung skor 0 sampai {cap} untuk setiap pegawai ASN yang mempunyai paling sedikit satu hari "
            "penugasan dalam periode. Skor adalah bahan analisis: sejak PermenPANRB 6/2022 tidak ada lagi rumus angka "
            "yang diwajibkan."
        ),
        (
            "The platform computes a score from 0 to {cap} for every civil servant who was assigned for at least one "
            "day of the period. The score is analysis: since PermenPANRB 6/2022 no numeric formula is prescribed any "
            "more."
        ),
    ),
    "scope_rating": (
        (
            "Platform mengusulkan predikat kinerja. Predikat diputuskan oleh pejabat penilai; keputusannya dicatat di "
            "samping usulan, dengan alasan bila berbeda."
        ),
        (
            "The platform proposes a rating. The rating is the appraiser's decision; it is kept beside the proposal, "
            "with the reason where the two differ."
        ),
    ),
    "scope_pay": (
        "Platform tidak pernah menghitung gaji, tunjangan, atau potongan.",
        "The platform never computes pay, allowances or deductions.",
    ),
    "scope_discipline": (
        (
            "Platform melaporkan tingkat ketidakhadiran menurut aturan disiplin; menjatuhkan hukuman bukan wewenang "
            "platform."
        ),
        "The platform reports the level that absence has reached in the discipline rules; it imposes no sanction.",
    ),
    "scope_objection": (
        (
            "Pegawai yang tidak sependapat dapat mengajukan keberatan beserta alasannya kepada atasan pejabat penilai "
            "dalam 14 hari kerja sejak menerima hasil evaluasi; keberatan diputuskan dalam 7 hari kerja, dan yang "
            "memeriksa bukan pejabat penilai itu sendiri (PermenPANRB 6/2022 pasal 29 dan lampiran)."
        ),
        (
            "An employee who disagrees may object, with reasons, to the appraiser's superior within 14 working days of "
            "receiving the evaluation; it is decided within 7 working days, and not by the appraiser (PermenPANRB "
            "6/2022 art. 29 and annex)."
        ),
    ),
    "scope_missing": (
        "Data yang tidak ada tidak pernah dianggap nol, kecuali bila halaman ini mengatakannya.",
        "Missing data are never taken for zero, unless this page says so.",
    ),
    # --- groups and sectors ------------------------------------------------------------------------------------------
    "groups": ("Dua kelompok dan bobotnya", "The two groups and their weights"),
    "group": ("Kelompok", "Group"),
    "weight": ("Bobot", "Weight"),
    "results": ("Hasil kerja", "Work results"),
    "behaviour": ("Perilaku kerja", "Work behaviour"),
    "groups_say": (
        "Skor = {results} × skor hasil kerja + {behaviour} × skor perilaku kerja. Bobot kelompok adalah default.",
        "Score = {results} × work results + {behaviour} × work behaviour. The weights of the groups are default.",
    ),
    "groups_caption": ("Bobot kelompok dalam skor", "Weight of the groups in the score"),
    "sectors": ("Apa yang dinilai di setiap sektor", "What is scored in each sector"),
    "sector_general": ("Umum", "General"),
    "sector_health": ("Kesehatan", "Health"),
    "sector_education": ("Pendidikan", "Education"),
    "sector_civil_registry": ("Kependudukan dan pencatatan sipil", "Civil registry"),
    "sector_general_says": (
        "Berlaku untuk semua sektor yang tidak disebut di bawah.",
        "For all sectors that are not named below.",
    ),
    "sector_says": (
        "Kelompok yang tidak ada di sini sama dengan sektor umum.",
        "A group that does not stand here is that of the general sector.",
    ),
    "sector_caption": ("{group}: {weight} dari skor", "{group}: {weight} of the score"),
    "item": ("Butir", "Item"),
    "measure": ("Capaian 100 bila", "Achievement is 100 at"),
    # --- items -------------------------------------------------------------------------------------------------------
    "items": ("Butir demi butir", "Item by item"),
    "items_say": (
        (
            "Setiap butir mengubah sebuah nilai (misalnya bagian aduan yang selesai) menjadi capaian 0 sampai {cap}. "
            "Capaian tidak pernah lebih dari {cap} ({source})."
        ),
        (
            "Each item turns a value (such as the share of complaints settled) into an achievement from 0 to {cap}. An "
            "achievement is never more than {cap} ({source})."
        ),
    ),
    "computed": ("Cara menghitung", "How it is computed"),
    "data": ("Asal data", "Where the data come from"),
    "target": ("Sasaran", "Target"),
    "scale": ("Skala", "Scale"),
    "target_higher": (
        "Makin tinggi makin baik. Capaian = 100 × nilai / {target}, paling sedikit 0 dan paling banyak {cap}.",
        "Higher is better. Achievement = 100 × value / {target}, at least 0 and at most {cap}.",
    ),
    "target_lower": (
        "Makin rendah makin baik. Capaian = 100 × (2 − nilai / {target}), paling sedikit 0 dan paling banyak {cap}.",
        "Lower is better. Achievement = 100 × (2 − value / {target}), at least 0 and at most {cap}.",
    ),
    "target_of_row": (
        (
            "Sasaran dan arahnya tertulis di setiap baris data. Bila makin tinggi makin baik, capaian = 100 × nilai / "
            "sasaran; bila makin rendah makin baik, capaian = 100 × (2 − nilai / sasaran); paling sedikit 0 dan paling "
            "banyak {cap}."
        ),
        (
            "Each row of the data has its own target and direction. Where higher is better, achievement = 100 × value "
            "/ target; where lower is better, 100 × (2 − value / target); at least 0 and at most {cap}."
        ),
    ),
    "scale_says": (
        (
            "Capaian dibaca dari tabel di bawah: garis lurus di antara dua titik, tetap di luar titik pertama dan "
            "terakhir."
        ),
        "The achievement is read from the table below: a straight line between two points, flat outside them.",
    ),
    "points_caption": ("Nilai dan capaiannya", "Value and achievement"),
    "value": ("Nilai", "Value"),
    "achievement": ("Capaian", "Achievement"),
    "own_target": ("sasaran di baris data", "the row's own target"),
    "see_scale": ("{value} (skala)", "{value} (scale)"),
    "parameters": ("Angka kebijakan", "Numbers of the policy"),
    "cuts_caption": (
        "Pengurangan untuk tiap keterlambatan dan tiap pulang lebih awal",
        "Cut for each late arrival and each early leave",
    ),
    "minutes": ("Menit terlambat atau lebih awal", "Minutes late or early"),
    "cut": ("Pengurangan", "Cut"),
    "up_to": ("sampai {minutes}", "up to {minutes}"),
    "beyond": (
        "lebih dari itu, atau sisi itu tidak tercatat",
        "more than that, or that side has no event",
    ),
    "absent": ("tidak ada kehadiran pada hari itu", "no event that day"),
    "training": ("Pelatihan bila capaian di bawah {below}", "Training where the achievement is below {below}"),
    "missing_caption": ("Bila data tidak lengkap", "When data are missing"),
    "status": ("Status", "Status"),
    "reason": ("Alasan", "Reason"),
    "means": ("Artinya", "What it means"),
    "never_missing": (
        "Butir ini selalu mempunyai nilai: tidak adanya baris data juga sebuah hasil.",
        "This item always has a value: no row is a result too.",
    ),
    # --- from achievements to the rating -----------------------------------------------------------------------------
    "rating": ("Dari capaian ke predikat", "From achievements to the rating"),
    "rating_group": (
        "Skor kelompok = rata-rata capaian butirnya menurut bobot; hanya butir yang berstatus SCORED yang dihitung.",
        "Group score = mean of its items' achievements by weight; only items that are SCORED count.",
    ),
    "rating_coverage": (
        (
            "Sebuah kelompok mendapat skor bila butir yang SCORED mencakup paling sedikit {coverage} dari bobot butir "
            "yang berlaku bagi pegawai itu (bukan NOT_APPLICABLE), dan paling sedikit {minimum} dari seluruh bobot "
            "kelompok. Bila tidak, kelompok itu, skor, dan usulan predikat kosong; kelompok yang lain tetap mempunyai "
            "skornya (default)."
        ),
        (
            "A group has a score if its SCORED items make at least {coverage} of the weight of the items that apply to "
            "the person (not NOT_APPLICABLE), and at least {minimum} of the whole group's weight. If not, that group, "
            "the score and the proposed rating are empty; the other group keeps its score (default)."
        ),
    ),
    "rating_too_short": (
        (
            "Kurang dari {days} hari kerja tanpa cuti dalam periode: skor dan usulan predikat kosong, dengan alasan "
            "too_short (default). Skor kelompok tetap ditampilkan."
        ),
        (
            "Fewer than {days} working days without leave in the period: score and proposed rating are empty, with the "
            "reason too_short (default). The groups keep their scores."
        ),
    ),
    "rating_rounding": (
        (
            "Perhitungan memakai ketelitian penuh. Hanya yang disimpan yang dibulatkan (capaian dan skor dua desimal, "
            "nilai enam desimal; setengah menjauhi nol). Predikat membandingkan angka yang disimpan."
        ),
        (
            "Computing keeps full precision. Only what is stored is rounded (achievements and scores to two decimals, "
            "values to six; half away from zero). Ratings compare the stored number."
        ),
    ),
    "thresholds_caption": (
        "Dari skor kelompok ke tingkat ekspektasi. Sumber: {source}",
        "From group score to level of expectation. Source: {source}",
    ),
    "group_score": ("Skor kelompok", "Group score"),
    "level": ("Tingkat", "Level"),
    "at_least": ("{number} atau lebih", "{number} or more"),
    "between": ("{low} sampai kurang dari {high}", "{low} to less than {high}"),
    "less_than": ("kurang dari {number}", "less than {number}"),
    "above": ("di atas ekspektasi", "above expectation"),
    "meets": ("sesuai ekspektasi", "meets expectation"),
    "below": ("di bawah ekspektasi", "below expectation"),
    "matrix_caption": ("Usulan predikat. Sumber: {source}", "Proposed rating. Source: {source}"),
    "matrix_corner": ("Hasil kerja", "Work results"),
    "matrix_column": ("Perilaku {level}", "Behaviour {level}"),
    # --- words -------------------------------------------------------------------------------------------------------
    "statuses": ("Arti status dan alasan", "What status and reason mean"),
    "statuses_caption": ("Status sebuah butir atau skor", "Status of an item or a score"),
    "status_SCORED": (
        "Ada cukup data; butir atau skor ini mempunyai angka.",
        "There are enough data; the item or score has a number.",
    ),
    "status_NOT_APPLICABLE": (
        (
            "Tidak ada yang dapat dihitung (misalnya tidak ada aduan). Butir itu dikeluarkan dan bobotnya tidak "
            "merugikan pegawai."
        ),
        "Nothing happened that could be counted (such as no complaint). The item drops out, at no cost to the person.",
    ),
    "status_INSUFFICIENT_DATA": (
        (
            "Data yang seharusnya ada tidak ada (misalnya penilaian atasan). Butir itu tidak dihitung, tetapi bobotnya "
            "mengurangi cakupan kelompok."
        ),
        (
            "Something owed is missing (such as the supervisor's rating). The item does not count, but its weight "
            "lowers the coverage of the group."
        ),
    ),
    "score_reasons_caption": ("Alasan sebuah skor kosong", "Why a score is empty"),
    "reason_low_coverage_results": (
        "Butir hasil kerja yang mempunyai nilai terlalu sedikit (lihat cakupan di atas).",
        "Too few items of work results have a value (see coverage above).",
    ),
    "reason_low_coverage_behaviour": (
        "Butir perilaku kerja yang mempunyai nilai terlalu sedikit (lihat cakupan di atas).",
        "Too few items of work behaviour have a value (see coverage above).",
    ),
    "reason_too_short": (
        "Kurang dari {days} hari kerja tanpa cuti dalam periode.",
        "Fewer than {days} working days without leave in the period.",
    ),
    # --- national rules ----------------------------------------------------------------------------------------------
    "rules": ("Aturan yang dipakai", "Rules it stands on"),
    "rule_days_caption": (
        "Jam kerja pegawai tanpa jadwal sendiri. Sumber: {source}",
        "Hours of those without a schedule of their own. Source: {source}",
    ),
    "rule_working_time": ("Jam kerja", "Working time"),
    "rule_working_time_says": (
        (
            "Hari kerja adalah hari dalam jadwal pegawai yang bukan hari libur atau cuti bersama. Hari yang tidak "
            "disebut adalah hari bebas. Hari tanpa satu pun catatan kehadiran di unit itu adalah kekosongan catatan "
            "(alat rusak, berkas tidak dikirim) dan tidak pernah dihitung mangkir."
        ),
        (
            "A working day is a day of the person's schedule that is neither holiday nor joint leave. A weekday not "
            "named is free. A day on which nobody of the unit has an event is a gap in the record (device down, file "
            "not delivered) and never an absence."
        ),
    ),
    "weekday": ("Hari", "Day"),
    "from": ("Mulai", "Start"),
    "to": ("Selesai", "End"),
    "window": ("Catatan dihitung sejak", "Events count from"),
    "rule_complaint_clocks": ("Batas waktu aduan", "Complaint clocks"),
    "rule_complaint_clocks_says": (
        (
            "Dihitung dalam hari kerja sesudah aduan diajukan, bila aduan tidak mempunyai batas waktu sendiri. Aduan "
            "tanpa golongan dihitung sebagai bukan pengawasan."
        ),
        (
            "In working days after submission, where the complaint has no due time of its own. A complaint without a "
            "class counts as non-supervisory."
        ),
    ),
    "clocks_caption": ("Hari kerja untuk menyelesaikan. Sumber: {source}", "Working days to settle. Source: {source}"),
    "class": ("Golongan", "Class"),
    "days": ("Hari kerja", "Working days"),
    "class_information": ("permintaan informasi", "request for information"),
    "class_non_supervisory": ("bukan pengawasan", "non-supervisory"),
    "class_supervisory": ("pengawasan", "supervisory"),
    "rule_documents": ("Batas waktu dokumen", "Limit of documents"),
    "rule_documents_says": (
        (
            "{hours} jam, bila standar layanan tidak menyebut layanan itu; jam jeda tidak dihitung. Sumber: "
            "Permendagri 19/2018 pasal 3 untuk 24 jam; untuk angka lain: default."
        ),
        (
            "{hours} hours, where no service standard names the service; pauses do not count. Source: Permendagri "
            "19/2018 art. 3 for 24 hours; for any other number: default."
        ),
    ),
    "rule_skm_grades": ("Mutu menurut survei kepuasan (SKM)", "Grades of the satisfaction survey (SKM)"),
    "skm_caption": (
        "Indeks kepuasan (IKM) dan mutunya. Sumber: {source}",
        "Satisfaction index (IKM) and its grade. Source: {source}",
    ),
    "grade": ("Mutu", "Grade"),
    "index": ("IKM", "IKM"),
    "rule_discipline_ladder": ("Tingkat ketidakhadiran (PNS)", "Levels of absence (PNS)"),
    "rule_discipline_ladder_says": (
        (
            "Dihitung dari hari mangkir dalam tahun kalender sampai akhir periode. Menit terlambat dan pulang lebih "
            "awal pada hari dengan dua catatan atau lebih dijumlahkan setahun; {minutes} menit dihitung satu hari, "
            "sisanya dihapus. {days} hari tercatat berturut-turut tanpa kehadiran langsung berarti: {level}. Platform "
            "hanya melaporkan tingkat dan jumlah hari."
        ),
        (
            "Counted from unexcused days of the calendar year up to the end of the period. Minutes late and early of "
            "days with two events or more are summed over the year; {minutes} minutes count as one day, the remainder "
            "is dropped. {days} recorded days in a row without an event mean at once: {level}. The platform reports "
            "the level and the number of days only."
        ),
    ),
    "ladder_caption": (
        "Hari mangkir dan tingkatnya. Sumber: {source}",
        "Unexcused days and their level. Source: {source}",
    ),
    "days_from": ("Hari mangkir, mulai dari", "Unexcused days, from"),
    "ladder_none": ("belum ada tingkat", "no level"),
    "fewer_than": ("kurang dari {number}", "fewer than {number}"),
    "rule_employee_number": ("Nomor pegawai", "Employee number"),
    "pattern_nip": (
        "Hanya nomor pegawai nasional 18 angka yang diterima; pola untuk PNS dan PPPK ada di bawah.",
        "Only the national employee numbers of 18 digits are accepted; the patterns for PNS and PPPK stand below.",
    ),
    "pattern_any": (
        "Nomor apa pun yang dipakai instansi diterima; pola nasional di bawah tidak diperiksa.",
        "Whatever number the agency uses is accepted; the national patterns below are not checked.",
    ),
    "rules_caption": ("Aturan nasional dalam kebijakan ini", "National rules in this policy"),
    "rule": ("Aturan", "Rule"),
    "rule_achievement_cap": ("Batas atas capaian: {cap}", "Cap of an achievement: {cap}"),
    "rule_rating_matrix": ("Matriks predikat", "Rating matrix"),
    "vouched": (
        "“Berlaku sejak” adalah hari sejak platform memakai aturan itu, bukan tanggal peraturannya.",
        "“In force from” is the day from which the platform applies the rule, not the day of the act.",
    ),
    # --- follow-up ---------------------------------------------------------------------------------------------------
    "follow_up": ("Tindak lanjut dan pelatihan", "Follow-up and training"),
    "follow_up_says": (
        (
            "Menurut predikat yang diputuskan, atau usulan predikat selama belum ada keputusan. Tanpa skor tidak ada "
            "tindak lanjut."
        ),
        "On the decided rating, or else on the proposed one. Without a score there is no follow-up.",
    ),
    "follow_up_caption": ("Predikat dan tindak lanjutnya", "Rating and what follows from it"),
    "follow_up_none": ("Kebijakan ini tidak mengatur tindak lanjut.", "This policy has no rule of follow-up."),
    "predicate": ("Predikat", "Rating"),
    "action": ("Tindak lanjut", "What follows"),
    "must_act": ("Atasan wajib bertindak", "Supervisor must act"),
    "yes": ("ya", "yes"),
    "no": ("tidak", "no"),
    "training_says": (
        "Setiap butir SCORED dengan capaian di bawah {below} mengarah ke pelatihan ini.",
        "Every SCORED item with an achievement below {below} leads to this training.",
    ),
    "training_caption": ("Butir dan pelatihannya", "Items and their training"),
    "course": ("Pelatihan", "Training"),
    "training_none": ("Kebijakan ini tidak menyebut pelatihan.", "This policy names no training."),
    # --- record ------------------------------------------------------------------------------------------------------
    "record": ("Konsultasi dan kelengkapan data", "Consultation and completeness of data"),
    "consultation_caption": ("Siapa yang didengar", "Who was heard"),
    "date": ("Tanggal", "Date"),
    "heard": ("Yang didengar", "Heard"),
    "outcome": ("Hasil", "Outcome"),
    "consultation_none": (
        "Belum ada konsultasi yang dicatat. Instansi mengisinya dalam berkas kebijakan.",
        "No consultation is on record. The agency fills it in the policy file.",
    ),
    "requires_caption": (
        "Bagian pegawai yang harus ada dalam data; bila kurang, penilaian dihentikan",
        "Share of the roster that the data must cover; if it does not, the run stops",
    ),
    "requires_none": (
        (
            "Kebijakan ini tidak menghentikan penilaian karena data kurang lengkap; kekurangan diperingatkan dalam "
            "laporan."
        ),
        "This policy stops no run for incomplete data; what is missing is warned of in the report.",
    ),
    "dataset": ("Himpunan data", "Dataset"),
    "share": ("Bagian", "Share"),
    # --- the worked case ---------------------------------------------------------------------------------------------
    "worked": ("Contoh yang dihitung", "A worked score"),
    "worked_says": (
        (
            "Pegawai {employee} rekaan, sektor {sector}, periode {period}. Tabelnya dibuat kecil supaya semua langkah "
            "dapat diperiksa dengan kalkulator. Setiap nilai, capaian, dan skor di bawah ini dihasilkan oleh mesin "
            "penilaian; tanda ≈ berarti angka yang ditulis sudah dibulatkan."
        ),
        (
            "A made-up employee {employee}, sector {sector}, period {period}. The tables are small, so that every step "
            "can be checked with a calculator. Every value, achievement and score below was produced by the scoring "
            "engine; ≈ means that the written number is rounded."
        ),
    ),
    "worked_tables": ("Data", "The data"),
    "worked_table": ("{label}: {n} baris", "{label}: {n} rows"),
    "worked_same": ("Sama di semua baris", "The same in every row"),
    "worked_items": ("Langkah 1: capaian setiap butir", "Step 1: the achievement of each item"),
    "worked_groups": ("Langkah 2: skor kelompok", "Step 2: the group scores"),
    "worked_score": ("Langkah 3: skor", "Step 3: the score"),
    "worked_rating": ("Langkah 4: usulan predikat", "Step 4: the proposed rating"),
    "worked_summary": ("Hasil mesin untuk contoh ini", "What the engine stored for this case"),
    "value_step": ("Nilai", "Value"),
    "median_of": ("nilai tengah dari", "median of"),
    "capped": ("dibatasi menjadi {cap}", "capped at {cap}"),
    "floored": ("paling sedikit 0", "at least 0"),
    "piece_own": ("IKM jawaban sendiri", "IKM of own answers"),
    "piece_unit": ("IKM unit", "IKM of the unit"),
    "not_scored": ("Tanpa capaian: {status}, {reason}.", "No achievement: {status}, {reason}."),
    "no_group_score": (
        "Kelompok ini tidak mempunyai skor: bobot butir yang SCORED terlalu kecil.",
        "This group has no score: the weight of its SCORED items is too small.",
    ),
    "no_score": ("Tanpa skor: {status}, {reason}.", "No score: {status}, {reason}."),
    "proposed_step": ("Usulan predikat: {rating}", "Proposed rating: {rating}"),
    "score": ("Skor", "Score"),
}


class Told(NamedTuple):
    """What people read of an indicator.

    `how`: the rule, with its parameters as placeholders; a share also as `..._pct`, its rest as `..._rest_pct`.
    `unit`: how a value is written, with `{value}` and `{pct}`. `reasons`: every reason it can have, with its status.
    """

    how: Pair
    unit: Pair
    reasons: Mapping[str, tuple[str, Pair]]


_NA: Final = "NOT_APPLICABLE"
_ID: Final = "INSUFFICIENT_DATA"
_PLAIN: Final[Pair] = ("{value}", "{value}")
_PERCENT: Final[Pair] = ("{value} ({pct})", "{value} ({pct})")
_OF_LIMIT: Final[Pair] = ("{value} kali batas waktu", "{value} times the limit")

_NOT_OWED: Final[Pair] = (
    "Yang ditolak, bukan wewenang, atau ditunda tidak dihitung.",
    "Those rejected, not in the agency's authority or postponed do not count.",
)
_DUE: Final[Pair] = (
    (
        "Jatuh tempo menurut batas waktu yang tertulis; bila tidak ada, dokumen menurut standar layanan, yang lain "
        "menurut batas waktu aduan."
    ),
    "Due as written; without it, documents by the service standard, the others by the complaint clocks.",
)
_RECORD: Final[Mapping[str, tuple[str, Pair]]] = {
    "no_recorded_day": (
        _NA,
        (
            "Tidak ada hari kerja tanpa cuti yang tercatat dalam periode.",
            "No working day without leave in the period, or none that is in the record.",
        ),
    ),
    "no_attendance_record": (
        _ID,
        (
            "Tidak ada satu pun catatan kehadiran Anda dalam periode.",
            "There is no attendance event of yours in the period.",
        ),
    ),
    "thin_record": (
        _ID,
        (
            "Catatan unit Anda mencakup terlalu sedikit hari untuk menilai (kurang dari {min_recorded_share_pct}).",
            "The record of your unit covers too few days to judge by (less than {min_recorded_share_pct}).",
        ),
    ),
}
_NO_PLAN: Final = (
    _ID,
    ("Tidak ada sasaran kerja (RHK) dalam periode.", "There is no objective (RHK) in the period."),
)


def _both(*pairs: Pair) -> Pair:
    return " ".join(one[0] for one in pairs), " ".join(one[1] for one in pairs)


INDICATORS: Final[Mapping[str, Told]] = {
    "document_completion_time": Told(
        how=(
            (
                "Untuk setiap dokumen yang selesai dalam periode: jam sejak berkas lengkap sampai selesai, dikurangi "
                "jam jeda, dibagi batas waktu layanannya (jam kalender). Nilai adalah nilai tengah (median) dokumen "
                "itu."
            ),
            (
                "For each document finished in the period: hours from complete papers to the end, less the pauses, "
                "divided by the limit of its service (calendar hours). The value is the median of the documents."
            ),
        ),
        unit=_OF_LIMIT,
        reasons={
            "no_documents_closed": (
                _NA,
                ("Tidak ada dokumen yang selesai dalam periode.", "No document was finished in the period."),
            )
        },
    ),
    "on_time_share": Told(
        how=_both(
            (
                (
                    "Bagian dari semua permohonan dan aduan yang jatuh tempo dalam periode yang selesai paling lambat "
                    "pada waktunya."
                ),
                "The share of all requests and complaints due in the period that were closed in time.",
            ),
            _DUE,
            _NOT_OWED,
        ),
        unit=_PERCENT,
        reasons={
            "no_requests_due": (
                _NA,
                ("Tidak ada permohonan yang jatuh tempo dalam periode.", "No request was due in the period."),
            )
        },
    ),
    "complaints_handled": Told(
        how=_both(
            (
                (
                    "Bagian dari aduan yang jatuh tempo dalam periode yang selesai sebelum periode berakhir, tepat "
                    "waktu atau tidak."
                ),
                "The share of the complaints due in the period that were closed before its end, in time or not.",
            ),
            _DUE,
            _NOT_OWED,
        ),
        unit=_PERCENT,
        reasons={
            "no_complaints_due": (
                _NA,
                ("Tidak ada aduan yang jatuh tempo dalam periode.", "No complaint was due in the period."),
            )
        },
    ),
    "complaint_responsiveness": Told(
        how=_both(
            (
                (
                    "Untuk setiap aduan yang jatuh tempo dalam periode: hari kerja sampai tanggapan pertama dibagi "
                    "batas hari golongannya, paling banyak 2. Yang belum ditanggapi dihitung sampai hari terakhir "
                    "periode. Nilai adalah rata-ratanya."
                ),
                (
                    "For each complaint due in the period: working days to the first response divided by the days of "
                    "its class, at most 2. One without a response counts to the last day of the period. The value is "
                    "their mean."
                ),
            ),
            _NOT_OWED,
        ),
        unit=_OF_LIMIT,
        reasons={
            "no_complaints_due": (
                _NA,
                ("Tidak ada aduan yang jatuh tempo dalam periode.", "No complaint was due in the period."),
            )
        },
    ),
    "first_time_right": Told(
        how=(
            "Bagian dari permohonan dan aduan yang selesai dalam periode dan tidak pernah dibuka kembali.",
            "The share of the requests and complaints closed in the period that were never reopened.",
        ),
        unit=_PERCENT,
        reasons={
            "no_requests_closed": (
                _NA,
                ("Tidak ada permohonan yang selesai dalam periode.", "No request was closed in the period."),
            )
        },
    ),
    "satisfaction": Told(
        how=(
            (
                "Indeks kepuasan (IKM) = 25 × rata-rata dari rata-rata jawaban (1 sampai 4) tiap unsur; responden: "
                "{audience}. Bila Anda mempunyai paling sedikit {min_n} jawaban, nilai = (n × IKM sendiri + "
                "{shrinkage} × IKM unit) / (n + {shrinkage}), sehingga sedikit jawaban tidak menentukan segalanya; "
                "bila jawaban unit kurang dari {min_n}, IKM sendiri. Bila jawaban Anda kurang dari {min_n}, dipakai "
                "IKM unit."
            ),
            (
                "Satisfaction index (IKM) = 25 × the mean over elements of the mean answer (1 to 4); respondents: "
                "{audience}. With at least {min_n} answers of your own, value = (n × own IKM + {shrinkage} × the "
                "unit's IKM) / (n + {shrinkage}), so that few answers do not settle everything; where the unit has "
                "fewer than {min_n}, your own IKM. With fewer than {min_n} of your own, the unit's IKM."
            ),
        ),
        unit=("IKM {value}", "IKM {value}"),
        reasons={
            "unit_level": (
                "SCORED",
                (
                    "Jawaban tentang Anda kurang dari {min_n}; dipakai IKM unit.",
                    "Fewer than {min_n} answers name you; the unit's IKM is used.",
                ),
            ),
            "too_few_responses": (
                _ID,
                (
                    "Jawaban tentang Anda dan tentang unit Anda masing-masing kurang dari {min_n}.",
                    "Fewer than {min_n} answers name you, and fewer than {min_n} your unit.",
                ),
            ),
        },
    ),
    "discipline": Told(
        how=(
            (
                "Setiap bulan dimulai dengan 100, dikurangi menurut tabel di bawah untuk setiap hari yang tercatat, "
                "paling sedikit 0. Nilai adalah rata-rata bulan yang mempunyai hari tercatat. Cuti dan dinas luar "
                "tidak mengurangi; kekosongan catatan juga tidak."
            ),
            (
                "Each month starts with 100, less the cuts of the table below for each recorded day, at least 0. The "
                "value is the mean of the months that have a recorded day. Leave and official travel cost nothing, nor "
                "does a gap in the record."
            ),
        ),
        unit=_PLAIN,
        reasons=_RECORD,
    ),
    "attendance_rate": Told(
        how=(
            "Bagian dari hari yang tercatat dengan kehadiran Anda.",
            "The share of recorded days on which you have an event.",
        ),
        unit=_PERCENT,
        reasons=_RECORD,
    ),
    "work_plan_achievement": Told(
        how=(
            (
                "Rata-rata capaian semua sasaran kerja (RHK) yang berjalan dalam periode, menurut bobotnya dalam SKP. "
                "Realisasi diambil dari laporan terakhir sebelum akhir periode; tanpa laporan dihitung 0. Sasaran yang "
                "berakhir sesudah periode diperhitungkan sebagian, menurut hari yang sudah berjalan."
            ),
            (
                "Mean achievement of all objectives (RHK) that run in the period, by their weights in the work plan "
                "(SKP). What was realised is taken from the last report before the end of the period; no report counts "
                "0. An objective that ends after the period counts in part, by the days gone."
            ),
        ),
        unit=_PLAIN,
        reasons={"no_work_plan": _NO_PLAN},
    ),
    "milestones_on_time": Told(
        how=(
            (
                "Bagian dari tahapan yang jatuh tempo dalam periode yang dilaporkan paling lambat pada waktunya. Yang "
                "tidak dilaporkan dihitung terlambat."
            ),
            "The share of the milestones due in the period that were reported in time. One not reported is late.",
        ),
        unit=_PERCENT,
        reasons={
            "no_work_plan": _NO_PLAN,
            "no_milestones_due": (
                _NA,
                ("Tidak ada tahapan yang jatuh tempo dalam periode.", "No milestone was due in the period."),
            ),
        },
    ),
    "progress_reporting": Told(
        how=(
            (
                "Bagian dari minggu kerja yang disertai laporan kemajuan. Minggu dihitung bila hari Seninnya dalam "
                "periode dan ada hari kerja tanpa cuti."
            ),
            (
                "The share of working weeks with a progress report. A week counts if its Monday is in the period and "
                "it has a working day without leave."
            ),
        ),
        unit=_PERCENT,
        reasons={
            "no_work_plan": _NO_PLAN,
            "no_reporting_weeks": (
                _NA,
                ("Tidak ada minggu kerja dalam periode.", "There is no working week in the period."),
            ),
        },
    ),
    "behaviour": Told(
        how=(
            (
                "Rata-rata penilaian atasan langsung, diubah ke skala 1 sampai 3. Bila rekan kerja atau bawahan juga "
                "menilai: {supervisor_share_pct} atasan dan {supervisor_share_rest_pct} rata-rata rekan dan bawahan. "
                "Penilaian diri ditampilkan, tidak dihitung."
            ),
            (
                "Mean level given by the supervisor, rescaled to 1 to 3. Where peers or subordinates rated too: "
                "{supervisor_share_pct} supervisor and {supervisor_share_rest_pct} mean of peers and subordinates. The "
                "self-rating is shown, never scored."
            ),
        ),
        unit=_PLAIN,
        reasons={
            "no_supervisor_rating": (
                _ID,
                (
                    "Atasan langsung belum menilai perilaku Anda dalam periode.",
                    "The supervisor has not rated your behaviour in the period.",
                ),
            )
        },
    ),
    "competency_match": Told(
        how=(
            (
                "Untuk setiap kompetensi yang disyaratkan jabatan: {supervisor_share_pct} penilaian atasan dan "
                "{supervisor_share_rest_pct} penilaian diri (tanpa penilaian diri: atasan saja), tidak lebih dari yang "
                "disyaratkan. Nilai = 100 × jumlahnya / jumlah yang disyaratkan. {optimal_from} ke atas optimal, "
                "{fairly_from} ke atas cukup, selebihnya kurang."
            ),
            (
                "For each competency the position requires: {supervisor_share_pct} of the supervisor's level and "
                "{supervisor_share_rest_pct} of the self-rating (without one: the supervisor's alone), no more than is "
                "required. Value = 100 × their sum / the sum required. From {optimal_from} optimal, from {fairly_from} "
                "fair, else less."
            ),
        ),
        unit=_PLAIN,
        reasons={
            "no_competency_standard": (
                _NA,
                ("Jabatan Anda belum mempunyai standar kompetensi.", "Your position has no competency standard."),
            ),
            "competency_not_rated": (
                _ID,
                (
                    "Atasan belum menilai semua kompetensi yang disyaratkan jabatan.",
                    "The supervisor has not rated every competency the position requires.",
                ),
            ),
        },
    ),
    "initiative": Told(
        how=(
            "Banyaknya gagasan yang diajukan dalam periode dan diterima, dihitung per {per_months} bulan.",
            "The number of ideas submitted in the period and adopted, counted per {per_months} months.",
        ),
        unit=_PLAIN,
        reasons={},
    ),
    "outcome": Told(
        how=(
            (
                "Hasil ukur “{measure}” atas nama Anda, atau bila tidak ada, atas nama unit Anda; dipakai periode "
                "terakhir yang seluruhnya berada dalam periode penilaian."
            ),
            (
                "The measure “{measure}” recorded for you or, where there is none, for your unit; the latest that lies "
                "wholly within the period scored."
            ),
        ),
        unit=_PLAIN,
        reasons={
            "no_outcome": (
                _ID,
                (
                    "Hasil ukur itu belum dicatat untuk Anda maupun unit Anda.",
                    "The measure is recorded neither for you nor for your unit.",
                ),
            )
        },
    ),
}
"""What people read of each indicator."""

AUDIENCES: Final[Mapping[str, Pair]] = {
    "citizen": ("masyarakat", "citizens"),
    "patient": ("pasien", "patients"),
    "student": ("peserta didik", "students"),
}

SOURCED: Final[Mapping[str, Pair]] = {
    "weight": ("bobot", "weight"),
    "target": ("sasaran", "target"),
    "scale": ("skala", "scale"),
    "cuts": ("pengurangan", "cuts"),
}
"""What a source that reads `weight, target: default` is the source of; parameters keep the names they have."""

WEEKDAYS: Final[tuple[Pair, ...]] = (
    ("Senin", "Monday"),
    ("Selasa", "Tuesday"),
    ("Rabu", "Wednesday"),
    ("Kamis", "Thursday"),
    ("Jumat", "Friday"),
    ("Sabtu", "Saturday"),
    ("Minggu", "Sunday"),
)


def of(pair: Pair, lang: Lang) -> str:
    """The text in one of the languages."""
    return pair[0] if lang == "id" else pair[1]
