"""A process with a small disk of its own under an SQLite warehouse: `unshare -rm python -m tests.warehouse.a_disk ...`.

Arguments: folder, and what happens to the disk: `full` or `read-only`. It publishes, fails as it should, gets its disk
back, and publishes again. It exits with EX_NOPERM where no disk may be mounted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse.a_run import publish
from tests.warehouse.test_checking import sound
from warehouse import WarehouseError, is_transient, open_warehouse


def mount(disk: Path, options: str) -> None:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True, check=False)
    if done.returncode:
        sys.exit(os.EX_NOPERM)


def refused(url: str) -> str:
    """What is said of a publication that cannot be."""
    with pytest.raises(WarehouseError) as caught, open_warehouse(url) as warehouse:
        publish(warehouse, "run-1", sound())
    assert not is_transient(caught.value)
    return str(caught.value)


def main(folder: str, fault: str) -> None:
    disk = Path(folder) / "disk"
    disk.mkdir()
    mount(disk, "size=8m")
    url = f"sqlite:///{disk / 'warehouse.db'}"
    open_warehouse(url).close()
    if fault == "full":
        filler = disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - (40 << 10)))
        assert "the disk is full: free space, then run again" in refused(url)
        filler.unlink()
    else:
        mount(disk, "remount,ro,size=8m")
        said = refused(url)
        assert "may not be written" in said or "check the path and the permissions of its folder" in said, said
        mount(disk, "remount,rw,size=8m")
    with open_warehouse(url) as warehouse:
        rows = warehouse.runs()
        before = {dict(zip(rows.columns, row, strict=True))["status"] for row in rows.rows}
        assert before <= {"running"}
        assert publish(warehouse, "run-2", sound()).revision == 1
        assert warehouse.check().problems == []
        with warehouse._engine.connect() as connection:
            states = dict(connection.exec_driver_sql("SELECT run_id, status FROM run").fetchall())
            held = connection.exec_driver_sql("SELECT count(*) FROM lease WHERE released_at IS NULL").scalar_one()
        assert states == {"run-2": "published"} | ({"run-1": "crashed"} if before else {})
        assert held == 0
    left = sorted(file.name for file in disk.iterdir())
    assert left == ["warehouse.db"], left


if __name__ == "__main__":
    main(*sys.argv[1:])
