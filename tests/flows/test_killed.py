"""The real command in processes of their own: killed at any step, two at once, no space, nowhere to write."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from flows.disk import full_disk_said
from tests.flows.ended import (
    CITY,
    PERIOD,
    Ended,
    example,
    process_environment,
    process_words,
    rows,
    run,
    runs,
    words_of,
)
from tests.forked import COMMAND, Forked

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.usefixtures("validation_loaded"),
    pytest.mark.skipif(os.name != "posix", reason="signals and mounts are of POSIX"),
]
PATIENCE_SECONDS = 120


def begin(home: Path, inputs: Path) -> Forked:
    """The command in a process of its own; read its standard error line by line."""
    return Forked(COMMAND, words_of(home, inputs), process_environment())


def follow(process: Forked, step: str) -> list[str]:
    """Lines of standard error until the one that says the step is done."""
    said = []
    for line in process.stderr:
        said.append(line)
        if re.match(rf"{step}\b(?! scores)", line):
            return said
    raise AssertionError(f"the step {step!r} was never done: {said}")


def kill_after(home: Path, inputs: Path, step: str | None) -> list[str]:
    """Run until a step is done (None: until files are being read), then kill -9; what was said on standard error."""
    process = begin(home, inputs)
    try:
        if step is None:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not any((home / "runs").glob("*/*/*/canonical/*")):
                assert process.poll() is None, "it ended before it read a file"
                assert time.monotonic() < deadline
                time.sleep(0.001)
            said = []
        else:
            said = follow(process, step)
    finally:
        process.kill()
        _, rest = process.communicate()
    assert process.returncode == -signal.SIGKILL
    return [*said, rest]


def test_a_run_killed_at_any_step_is_finished_by_the_next(tmp_path: Path) -> None:
    home, inputs = tmp_path / "home", example(tmp_path / "inputs")
    # None: within reading; then within validating, scoring, and checking or loading the scores.
    for step in (None, "read", "validate", "score"):
        before = len(runs(home))
        said = kill_after(home, inputs, step)
        assert "Traceback" not in "".join(said)
        assert len(runs(home)) == before + 1
    assert runs(home)[-1]["status"] in {"running", "published"}

    ended = run(home, inputs, "--json")
    assert (ended.code, ended.err) == (0, "")
    found = ended.document
    assert found["revision"] == 1
    states = [one["status"] for one in runs(home)]
    # The last one may have been killed after its transaction: then it is there, whole, and nothing is done twice.
    assert states[:3] == ["crashed"] * 3
    assert states[3:] in (["crashed", "published"], ["published", "unchanged"])
    crashed = [one for one in runs(home) if one["status"] == "crashed"]
    assert {(one["revision"], one["result_hash"]) for one in crashed} == {(None, None)}

    undisturbed = run(tmp_path / "other", inputs, "--json").document
    assert undisturbed["result_hash"] == found["result_hash"]
    for query in ("scores", "indicators"):
        was, is_ = rows(tmp_path / "other", query, CITY, PERIOD), rows(home, query, CITY, PERIOD)
        own = {"run_id"}
        assert [one.items() - {(name, one[name]) for name in own} for one in is_] == [
            one.items() - {(name, one[name]) for name in own} for one in was
        ]
    assert [file for file in (home / "runs").rglob("*") if file.is_file()] == []
    assert [file.name for file in (home / "landing").iterdir() if not re.fullmatch(r"[0-9a-f]{64}", file.name)] == []


def test_of_two_at_once_one_publishes_and_the_other_names_it(tmp_path: Path) -> None:
    home, inputs = tmp_path / "home", example(tmp_path / "inputs")
    first = begin(home, inputs)
    try:
        follow(first, "land")
        second = run(home, inputs)
        out, err = first.communicate()
    finally:
        first.kill()
    assert first.returncode == 0, err
    assert f"{CITY} {PERIOD}: published, revision 1; 120 employees" in out
    (only,) = runs(home)
    assert (only["status"], only["revision"]) == ("published", 1)

    assert (second.code, second.out) == (4, "")
    (said,) = second.said
    assert re.fullmatch(
        rf"kinerja: run {only['run_id']} holds {CITY} {PERIOD}: process {first.pid} on \S+, since .* UTC; its lease "
        r"ends at .* UTC unless it is renewed\. Wait for it, or end that process",
        said,
    )
    assert [file for file in (home / "runs").rglob("*") if file.is_file()] == []


# --- disks ----------------------------------------------------------------------------------------------------------


def on_a_disk(place: Path, mount: str, *words: str) -> Ended:
    """The command in a mount namespace of its own, where `place` is another disk; gone with the process."""
    unshare = shutil.which("unshare")
    can = unshare and not subprocess.run([unshare, "-rm", "true"], capture_output=True, check=False).returncode
    if not can:
        pytest.skip("no mount namespace may be made here")
    place.mkdir()
    script = f'mount -t tmpfs -o {mount} tmpfs "$0" && exec "$@"'
    ended = subprocess.run(
        [str(unshare), "-rm", "sh", "-c", script, str(place), *process_words(words)],
        env=process_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    if ended.stderr.startswith("mount:"):
        pytest.skip("no disk may be mounted here")
    return Ended(ended.returncode, ended.stdout, ended.stderr, place)


@pytest.mark.parametrize("size", ["300k", "780k", "900k"], ids=["landing", "reading", "validating"])
def test_a_full_disk_is_said_and_loads_nothing(tmp_path: Path, size: str) -> None:
    """The inputs are 753 KiB."""
    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    warehouse = tmp_path / "elsewhere" / "warehouse.db"
    words = words_of(home, inputs, "--warehouse", f"sqlite:///{warehouse}")
    ended = on_a_disk(home, f"size={size}", *words)
    assert (ended.code, ended.out) == (1, "")
    assert ended.said == [f"kinerja: {home}: the disk is full, nothing was loaded: free space, then run again"]
    (only,) = runs(warehouse.parent)
    assert (only["status"], only["revision"]) == ("failed", None)


def test_a_disk_that_is_full_of_the_warehouse_too(tmp_path: Path) -> None:
    """Then not even the end of the run can be kept; the first cause is what is said.

    An empty warehouse takes 1.1 MiB.
    """
    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    ended = on_a_disk(home, "size=1500k", *words_of(home, inputs))
    assert (ended.code, ended.out) == (1, "")
    assert ended.said == [f"kinerja: {home}: the disk is full, nothing was loaded: free space, then run again"]
    assert "Traceback" not in ended.err


def test_a_disk_that_fills_once_results_are_published_is_not_said_to_have_stopped_them(tmp_path: Path) -> None:
    expected = f"the disk is full, the results are published: free space, then run again: '{tmp_path}'"
    with pytest.raises(OSError, match=re.escape(expected)), full_disk_said(tmp_path, "the results are published"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    inputs, home = example(tmp_path / "inputs"), tmp_path / "home"
    ended = on_a_disk(home, "ro", *words_of(home, inputs))
    assert (ended.code, ended.out) == (1, "")
    (said,) = ended.said
    assert said.startswith("kinerja: ")
    assert "the file cannot be opened: check the path and the permissions of its folder" in said
