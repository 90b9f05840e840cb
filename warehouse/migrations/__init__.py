"""Schema migrations, oldest first in `versions`. Old files never change: a warehouse is only ever upgraded."""
