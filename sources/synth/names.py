"""Common Indonesian first and last names, and places that do not exist together anywhere."""

from typing import Final

WOMEN: Final = (
    "Siti", "Dewi", "Sri", "Rina", "Ayu", "Nur", "Fitri", "Indah", "Lestari", "Wulan", "Ratna", "Maya", "Yuliana",
    "Endang", "Nurul", "Rahmawati", "Kartika", "Mega", "Putri", "Dian", "Eka", "Tri", "Anisa", "Melati", "Yanti",
    "Susi", "Novi", "Reni", "Lilis", "Halimah", "Aisyah", "Khadijah", "Maria", "Yohana", "Ni Made", "Ni Luh",
    "Tiurma", "Rosmawati",
)  # fmt: skip
MEN: Final = (
    "Budi", "Agus", "Ahmad", "Muhammad", "Eko", "Joko", "Dedi", "Hendra", "Rudi", "Bambang", "Slamet", "Andi",
    "Yusuf", "Ibrahim", "Fajar", "Rizky", "Dimas", "Arif", "Taufik", "Iwan", "Sutrisno", "Wahyu", "Asep", "Ujang",
    "Rahmat", "Hasan", "Umar", "Ridwan", "Feri", "Doni", "Irfan", "Gilang", "Yohanes", "Markus", "I Made",
    "I Wayan", "Parlindungan", "Zainal",
)  # fmt: skip
MIDDLE: Final = (
    "Nur", "Adi", "Surya", "Eka", "Dwi", "Tri", "Maha", "Putra", "Kusuma", "Indra", "Bayu", "Cahya", "Dharma",
    "Rizal", "Hadi", "Anugrah", "Perdana", "Kurnia", "Jaya", "Mulya", "Rama", "Satria", "Utama", "Wira",
)  # fmt: skip
LAST: Final = (
    "Setiawan", "Wibowo", "Santoso", "Saputra", "Hidayat", "Nugroho", "Pratama", "Lubis", "Siregar", "Nasution",
    "Harahap", "Simanjuntak", "Situmorang", "Tanjung", "Chaniago", "Koto", "Piliang", "Gunawan", "Kurniawan",
    "Wijaya", "Suryadi", "Hakim", "Firmansyah", "Maulana", "Ramadhan", "Permana", "Purnomo", "Susanto", "Hartono",
    "Rahman", "Syahputra", "Manurung", "Ginting", "Sembiring", "Rangkuti", "Daulay", "Pohan", "Handayani",
    "Lestari", "Anggraini", "Puspita",
)  # fmt: skip
PLACES: Final = (
    "Sukamaju", "Karang Anyar", "Tanjung Sari", "Mekar Jaya", "Sidomulyo", "Bukit Raya", "Pasar Baru",
    "Lubuk Begalung", "Way Urang", "Kampung Dalam", "Serpong Hijau", "Rawa Buntu", "Aek Habil", "Pancuran Bambu",
    "Cimpago", "Ujung Gurun", "Pematang Kandis", "Dusun Tinggi", "Muara Siau", "Kota Tengah", "Simpang Tiga",
    "Teluk Lerong", "Batu Ampar", "Sungai Rumbai", "Kebon Jeruk", "Cempaka Putih", "Margorejo", "Wonosari",
    "Banjar Sari", "Gunung Medan",
)  # fmt: skip
