"""An expectation's configuration, derived once while the engine validates.

Great Expectations derives it from the expectation's fields whenever it looks at one key of it, about 190 times an
expectation, and makes the expectation of it again for each metric: most of what a suite costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


@dataclass
class Derived:
    """What was derived, by identity; the objects are held, so that no identity is given twice."""

    configurations: dict[int, tuple[Expectation, ExpectationConfiguration]] = field(default_factory=dict)
    expectations: dict[int, tuple[ExpectationConfiguration, Expectation]] = field(default_factory=dict)


DERIVED: ContextVar[Derived | None] = ContextVar("derived", default=None)

configuration_of_stock = Expectation.configuration
to_domain_obj_of_stock = ExpectationConfiguration.to_domain_obj


@contextmanager
def derived_once() -> Iterator[None]:
    """Within it neither is derived twice; expectations must not be changed meanwhile, and are not."""
    token = DERIVED.set(Derived())
    try:
        yield
    finally:
        DERIVED.reset(token)


def configuration(self: Expectation) -> ExpectationConfiguration:
    """The configuration of an expectation."""
    derived = DERIVED.get()
    if derived is None:
        return configuration_of_stock.fget(self)  # type: ignore[attr-defined, no-any-return]  # it is a property
    if id(self) not in derived.configurations:
        made = configuration_of_stock.fget(self)  # type: ignore[attr-defined]  # it is a property
        derived.configurations[id(self)] = (self, made)
        derived.expectations[id(made)] = (made, self)
    return derived.configurations[id(self)][1]


def to_domain_obj(self: ExpectationConfiguration) -> Expectation:
    """The expectation of a configuration."""
    derived = DERIVED.get()
    if derived is None:
        return to_domain_obj_of_stock(self)
    if id(self) not in derived.expectations:
        derived.expectations[id(self)] = (self, to_domain_obj_of_stock(self))
    return derived.expectations[id(self)][1]


setattr(Expectation, "configuration", property(configuration))  # noqa: B010  # mypy forbids assigning to a method
setattr(ExpectationConfiguration, "to_domain_obj", to_domain_obj)  # noqa: B010
