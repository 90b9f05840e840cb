"""What a run leaves of Great Expectations is a project that the library itself opens."""

from __future__ import annotations

from pathlib import Path

from tests.expectations.delivered import validated, wanted
from tests.expectations.test_delivery import event, person


def test_the_project_can_be_opened_and_run_again(tmp_path: Path) -> None:
    import great_expectations as gx

    delivery = {"employees": [person(1)], "attendance": [event(1), event(2)]}
    found = validated(tmp_path, delivery, wanted(["attendance"]))
    context = gx.get_context(mode="file", project_root_dir=found.project)
    names = {"employees.rows", "employees.whole", "attendance.rows", "delivery.files", "delivery.datasets"}
    definitions = {one.name: one for one in context.validation_definitions.all()}
    assert definitions.keys() == names
    assert all(one.is_fresh().success for one in definitions.values())
    results = [context.validation_results_store.get(key) for key in context.validation_results_store.list_keys()]
    told = {one.suite_name: one for one in results}
    assert told.keys() == names
    assert {one.meta["validation_id"] for one in results} == {one.id for one in definitions.values()}
    judged = {one.expectation_config.meta["id"]: one for one in told["attendance.rows"].results}
    assert judged["not_on_roster"].result["unexpected_count"] == 1
    assert judged["employee_id_missing"].success
