"""The methodology page: what a policy scores, on which numbers and sources, and a score worked out step by step."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from reports import figures
from reports.figures import NO_BREAK_SPACE, Lang
from reports.labels import dataset_label
from reports.methodology_document import Input, Item, Methodology, Sector, Step, Words
from reports.methodology_labels import AUDIENCES, INDICATORS, LABELS, SOURCED, WEEKDAYS, Pair, of
from reports.page import (
    Block,
    Bullets,
    Code,
    Facts,
    Grid,
    Page,
    Paragraph,
    Part,
    Strong,
    Sums,
    Term,
    html_of,
    markdown_of,
)
from reports.page import Words as Text

_LEVELS: Final = ("above", "meets", "below")
_GROUPS: Final = ("results", "behaviour")
_FOLD_FROM: Final = 4
"""Rows from which on a table of the worked case is folded."""

_DEFAULTS: Final = re.compile(r"([a-z_]+(?:, [a-z_]+)*): default")

Number = Decimal | int


def render_methodology(document: Methodology, *, page_format: Literal["html", "md"], lang: Lang) -> str:
    """The page as one text; the same document gives the same text.

    Raises:
        KeyError: the document names an indicator, a sector or a status that the page has no words for.
    """
    page = methodology_page(document, lang)
    return html_of(page) if page_format == "html" else markdown_of(page)


def methodology_page(document: Methodology, lang: Lang) -> Page:
    """The page before it is written."""
    return _Writer(document, lang).page()


def decimal(number: Number, lang: Lang, places: int | None = None) -> str:
    """0,95 (id) or 0.95 (en): all its digits, or so many places."""
    text = f"{Decimal(number).normalize():f}" if places is None else f"{number:.{places}f}"
    return text.replace(".", ",") if lang == "id" else text


def percent(share: Number, lang: Lang) -> str:
    """0.6 as 60 % (id) or 60% (en)."""
    return f"{decimal(100 * share, lang)}{NO_BREAK_SPACE if lang == 'id' else ''}%"


class _Writer:
    """Writes the parts of one document in one language."""

    def __init__(self, document: Methodology, lang: Lang) -> None:
        self.document = document
        self.lang = lang
        self.cap = self.number(_number(document["rules"]["achievement_cap"]["says"]["cap"]))

    # --- words and numbers ---

    def say(self, key: str, **numbers: str) -> str:
        return of(LABELS[key], self.lang).format(**numbers)

    def told(self, words: Words) -> str:
        return words[self.lang]

    def number(self, number: Number, places: int | None = None) -> str:
        return decimal(number, self.lang, places)

    def stored(self, number: Number | None) -> str:
        """A score or an achievement as it is stored."""
        return "–" if number is None else self.number(number, 2)

    def percent(self, share: Number) -> str:
        return percent(share, self.lang)

    def weight(self, weight: Number) -> str:
        return self.percent(Decimal(weight) / 100)

    def source(self, source: str) -> str:
        """A source as the policy has it; one that is a list of names and `default`, in the reader's words."""
        listed = _DEFAULTS.fullmatch(source)
        if listed is None:
            return source
        names = listed[1].split(", ")
        return f"{', '.join(of(SOURCED[name], self.lang) if name in SOURCED else name for name in names)}: default"

    def value(self, item: Item, value: Number) -> str:
        """A value in the indicator's own unit."""
        unit: Pair = INDICATORS[item["indicator"]].unit
        return of(unit, self.lang).format(value=self.number(value), pct=self.percent(value))

    # --- the page ---

    def page(self) -> Page:
        document = self.document
        day = figures.day(document["in_force"], self.lang)
        periods = ", ".join(self.say(f"period_{kind}") for kind in document["periods"])
        facts: tuple[tuple[str, Text], ...] = (
            (self.say("city"), (f"{document['name']} ", Code(document["city"]))),
            (self.say("in_force"), day),
            (self.say("periods"), self.say("periods_law", periods=periods)),
            (self.say("timezone"), Code(document["timezone"])),
            (self.say("policy_hash"), Code(document["policy_hash"])),
        )
        return Page(
            lang=self.lang,
            title=self.say("title", city=document["name"]),
            subject=self.say("subject", day=day),
            opening=(Paragraph(self.say("opening")), Paragraph(self.say("default_means")), Facts(facts)),
            parts=(
                self.scope(),
                self.groups(),
                self.sectors(),
                self.items(),
                self.rating(),
                self.statuses(),
                self.rules(),
                self.follow_up(),
                self.record(),
                self.worked(),
            ),
            footer=self.say("footer"),
            labels={key: self.say(key) for key in ("skip", "contents")},
        )

    def scope(self) -> Part:
        said = ("score", "rating", "pay", "discipline", "objection", "missing")
        bullets = tuple(self.say(f"scope_{key}", **({"cap": self.cap} if key == "score" else {})) for key in said)
        return Part(self.say("scope"), (Bullets(bullets),), anchor="scope")

    def groups(self) -> Part:
        weights = {group: self.weight(weight) for group, weight in self.document["group_weights"].items()}
        rows = tuple((self.say(group), weight) for group, weight in weights.items())
        table = Grid(
            self.say("groups_caption"),
            (self.say("group"), self.say("weight")),
            rows,
            numeric=frozenset({1}),
            narrow=True,
        )
        return Part(self.say("groups"), (Paragraph(self.say("groups_say", **weights)), table), anchor="groups")

    # --- what is scored ---

    def sectors(self) -> Part:
        return Part(
            self.say("sectors"), (), tuple(self.sector(one) for one in self.document["sectors"]), anchor="sectors"
        )

    def sector(self, sector: Sector) -> Part:
        said = "sector_general_says" if sector["sector"] == "general" else "sector_says"
        name = sector["sector"]
        tables = [self.sector_table(sector, group) for group in _GROUPS if group in sector["groups"]]
        return Part(
            self.say(f"sector_{name}"), (Paragraph(self.say(said)), *tables), code=name, anchor=f"sector-{name}"
        )

    def sector_table(self, sector: Sector, group: str) -> Grid:
        rows: list[tuple[Text, ...]] = []
        for line in sector["groups"][group]:
            item = self.document["items"][line["item"]]
            name = (f"{self.told(item['label'])} ", Code(item["id"]))
            rows.append((name, self.weight(line["weight"]), self.full(item), self.source(item["source"])))
        weight = self.weight(self.document["group_weights"][group])
        return Grid(
            self.say("sector_caption", group=self.say(group), weight=weight),
            (self.say("item"), self.say("weight"), self.say("measure"), self.say("source")),
            tuple(rows),
            numeric=frozenset({1}),
        )

    def full(self, item: Item) -> str:
        """Where the achievement is 100, in one cell."""
        if item["target"] is not None:
            return self.value(item, item["target"])
        if not item["is_scale"]:
            return self.say("own_target")
        full = [self.value(item, value) for value, gives in item["points"] if gives == 100]
        return self.say("see_scale", value=full[0]) if full else self.say("scale")

    def items(self) -> Part:
        says = self.say("items_say", cap=self.cap, source=self.document["rules"]["achievement_cap"]["source"])
        cards = tuple(self.item(item) for item in self.document["items"])
        return Part(self.say("items"), (Paragraph(says),), cards, anchor="items")

    def item(self, item: Item) -> Part:
        label = self.told(item["label"])
        indicator = INDICATORS[item["indicator"]]
        weights = "; ".join(
            f"{self.weight(weight)} ({self.say(f'sector_{sector}')})" for sector, weight in item["weights"].items()
        )
        facts: list[tuple[str, Text]] = [
            (self.say("group"), self.say(item["group"])),
            (self.say("weight"), weights),
            (self.say("computed"), of(indicator.how, self.lang).format(**self.placeholders(item))),
            (self.say("scale" if item["is_scale"] else "target"), self.measure(item)),
            (self.say("data"), self.datasets(item["reads"])),
        ]
        if parameters := self.parameters(item["parameters"]):
            facts.append((self.say("parameters"), parameters))
        facts.append((self.say("source"), self.source(item["source"])))
        below = self.document["training_below"]
        if item["courses"] and below is not None:
            courses = "; ".join(map(self.told, item["courses"]))
            facts.append((self.say("training", below=self.number(below)), courses))
        blocks: list[Block] = [Paragraph(Strong(self.told(item["meaning"]))), Facts(tuple(facts))]
        if item["indicator"] != "outcome":
            blocks.append(self.points(item))
        if "late_and_early_cuts" in item["parameters"]:
            blocks.append(self.cuts(item["parameters"]))
        blocks.append(self.missing(item))
        return Part(label, tuple(blocks), code=item["id"])

    def placeholders(self, item: Item) -> dict[str, str]:
        """The parameters as the words of an indicator take them."""
        found = {}
        for name, value in item["parameters"].items():
            if isinstance(value, Decimal | int):
                found[name] = self.number(value)
                found[f"{name}_pct"] = self.percent(value)
                found[f"{name}_rest_pct"] = self.percent(1 - value)
            else:
                found[name] = of(AUDIENCES[str(value)], self.lang) if name == "audience" else str(value)
        return found

    def measure(self, item: Item) -> str:
        if item["is_scale"]:
            return self.say("scale_says")
        if item["target"] is None:
            return self.say("target_of_row", cap=self.cap)
        return self.say(f"target_{item['direction']}", target=self.number(item["target"]), cap=self.cap)

    def datasets(self, names: Sequence[str]) -> tuple[str, ...]:
        pieces = [(f"{dataset_label(name, self.lang)} ", Code(name)) for name in names]
        return tuple(itertools.chain.from_iterable((*one, ", ") for one in pieces))[:-1]

    def parameters(self, parameters: Mapping[str, object]) -> tuple[str, ...]:
        """Names and values; lists have a table of their own."""
        pieces: list[str] = []
        for name, value in parameters.items():
            if isinstance(value, Decimal | int | str):
                said = value if isinstance(value, str) else self.number(value)
                pieces += ["; " if pieces else "", Code(name), f" = {said}"]
        return tuple(pieces)

    def points(self, item: Item) -> Grid:
        rows = tuple((self.value(item, value), self.number(gives)) for value, gives in item["points"])
        return Grid(
            self.say("points_caption"),
            (self.say("value"), self.say("achievement")),
            rows,
            numeric=frozenset({1}),
            narrow=True,
        )

    def cuts(self, parameters: Mapping[str, object]) -> Grid:
        bands = _entries(parameters["late_and_early_cuts"])
        rows = [
            (self.say("up_to", minutes=self.number(_number(band["up_to_minutes"]))), _number(band["cut"]))
            for band in bands
        ]
        rows += [(self.say(key), _number(parameters[f"cut_{key}"])) for key in ("beyond", "absent")]
        return Grid(
            self.say("cuts_caption"),
            (self.say("minutes"), self.say("cut")),
            tuple((name, self.number(cut)) for name, cut in rows),
            numeric=frozenset({1}),
            narrow=True,
        )

    def missing(self, item: Item) -> Block:
        reasons = INDICATORS[item["indicator"]].reasons
        if not reasons:
            return Paragraph(self.say("never_missing"))
        numbers = self.placeholders(item)
        return Grid(
            self.say("missing_caption"),
            (self.say("reason"), self.say("status"), self.say("means")),
            tuple(
                (Term(reason), Term(status), of(text, self.lang).format(**numbers))
                for reason, (status, text) in reasons.items()
            ),
        )

    # --- from achievements to the rating ---

    def rating(self) -> Part:
        document = self.document
        sentences = (
            self.say("rating_group"),
            self.say(
                "rating_coverage",
                coverage=self.percent(document["min_coverage"]),
                minimum=self.percent(document["min_weight"]),
            ),
            self.say("rating_too_short", days=self.number(document["min_days"])),
            self.say("rating_rounding"),
        )
        blocks = (Bullets(sentences), self.thresholds(), self.matrix(), Paragraph(self.say("scope_rating")))
        return Part(self.say("rating"), blocks, anchor="rating")

    def range_of(self, level: str) -> str:
        above, meets = self.number(self.document["above"]), self.number(self.document["meets"])
        match level:
            case "above":
                return self.say("at_least", number=above)
            case "meets":
                return self.say("between", low=meets, high=above)
            case _:
                return self.say("less_than", number=meets)

    def thresholds(self) -> Grid:
        return Grid(
            self.say("thresholds_caption", source=self.document["thresholds_source"]),
            (self.say("group_score"), self.say("level")),
            tuple((self.range_of(level), self.say(level)) for level in _LEVELS),
            narrow=True,
        )

    def matrix(self) -> Grid:
        rule = self.document["rules"]["rating_matrix"]
        matrix = _mapping(rule["says"]["matrix"])
        rows = tuple(
            (self.say(results), *(str(_mapping(matrix[results])[behaviour]) for behaviour in _LEVELS))
            for results in _LEVELS
        )
        return Grid(
            self.say("matrix_caption", source=rule["source"]),
            (
                self.say("matrix_corner"),
                *(self.say("matrix_column", level=self.say(level)) for level in _LEVELS),
            ),
            rows,
        )

    def statuses(self) -> Part:
        words = ("SCORED", "NOT_APPLICABLE", "INSUFFICIENT_DATA")
        statuses = Grid(
            self.say("statuses_caption"),
            (self.say("status"), self.say("means")),
            tuple((Term(word), self.say(f"status_{word}")) for word in words),
        )
        days = self.number(self.document["min_days"])
        reasons = ("low_coverage_results", "low_coverage_behaviour", "too_short")
        empty = Grid(
            self.say("score_reasons_caption"),
            (self.say("reason"), self.say("means")),
            tuple((Term(reason), self.say(f"reason_{reason}", days=days)) for reason in reasons),
        )
        return Part(self.say("statuses"), (statuses, empty), anchor="statuses")

    # --- rules ---

    def rules(self) -> Part:
        named = {
            "achievement_cap": self.say("rule_achievement_cap", cap=self.cap),
            **{
                name: self.say(f"rule_{name}")
                for name in (
                    "rating_matrix",
                    "working_time",
                    "complaint_clocks",
                    "skm_grades",
                    "discipline_ladder",
                    "employee_number",
                )
            },
        }
        rules = self.document["rules"]
        table = Grid(
            self.say("rules_caption"),
            (self.say("rule"), self.say("in_force"), self.say("source")),
            tuple(
                (named[name], figures.day(rule["in_force"], self.lang), rule["source"]) for name, rule in rules.items()
            ),
        )
        hours = self.number(self.document["default_limit_hours"])
        documents = Part(
            self.say("rule_documents"),
            (Paragraph(self.say("rule_documents_says", hours=hours)),),
            code="default_limit_hours",
        )
        return Part(
            self.say("rules"),
            (table, Paragraph(self.say("vouched"))),
            (self.working_time(), documents, self.clocks(), self.grades(), self.ladder(), self.numbers()),
            anchor="rules",
        )

    def working_time(self) -> Part:
        rule = self.document["rules"]["working_time"]
        rows = tuple(
            (
                of(WEEKDAYS[int(_number(day["weekday"])) - 1], self.lang),
                str(day["start_time"]),
                str(day["end_time"]),
                str(day["day_starts_at"]),
            )
            for day in _entries(rule["says"]["days"])
        )
        table = Grid(
            self.say("rule_days_caption", source=rule["source"]),
            tuple(self.say(key) for key in ("weekday", "from", "to", "window")),
            rows,
            narrow=True,
        )
        return Part(
            self.say("rule_working_time"), (Paragraph(self.say("rule_working_time_says")), table), code="working_time"
        )

    def clocks(self) -> Part:
        rule = self.document["rules"]["complaint_clocks"]
        table = Grid(
            self.say("clocks_caption", source=rule["source"]),
            (self.say("class"), self.say("days")),
            tuple((self.say(f"class_{name}"), self.number(_number(days))) for name, days in rule["says"].items()),
            numeric=frozenset({1}),
            narrow=True,
        )
        says = Paragraph(self.say("rule_complaint_clocks_says"))
        return Part(self.say("rule_complaint_clocks"), (says, table), code="complaint_clocks")

    def grades(self) -> Part:
        rule = self.document["rules"]["skm_grades"]
        grades = _entries(rule["says"]["grades"])
        rows = []
        for place, grade in enumerate(grades):
            low = self.number(_number(grade["at_least"]), 2)
            if place == 0:
                index = self.say("at_least", number=low)
            else:
                index = self.say("between", low=low, high=self.number(_number(grades[place - 1]["at_least"]), 2))
            rows.append((str(grade["grade"]), index))
        table = Grid(
            self.say("skm_caption", source=rule["source"]),
            (self.say("grade"), self.say("index")),
            tuple(rows),
            narrow=True,
        )
        return Part(self.say("rule_skm_grades"), (table,), code="skm_grades")

    def ladder(self) -> Part:
        rule = self.document["rules"]["discipline_ladder"]
        steps = _entries(rule["says"]["steps"])
        labels = {str(step["level"]): str(_mapping(step["label"])[self.lang]) for step in steps}
        says = self.say(
            "rule_discipline_ladder_says",
            minutes=self.number(_number(rule["says"]["minutes_per_day"])),
            days=self.number(_number(rule["says"]["consecutive_days"])),
            level=labels[str(rule["says"]["consecutive_level"])],
        )
        first = self.say("fewer_than", number=self.number(_number(steps[0]["from_days"])))
        rows: list[tuple[Text, ...]] = [(first, self.say("ladder_none"))]
        for step in steps:
            level = str(step["level"])
            rows.append((self.number(_number(step["from_days"])), (f"{labels[level]} ", Code(level))))
        table = Grid(
            self.say("ladder_caption", source=rule["source"]),
            (self.say("days_from"), self.say("level")),
            tuple(rows),
            narrow=True,
        )
        return Part(self.say("rule_discipline_ladder"), (Paragraph(says), table), code="discipline_ladder")

    def numbers(self) -> Part:
        rule = self.document["rules"]["employee_number"]
        patterns = tuple((name.upper(), Code(str(rule["says"][name]))) for name in ("pns", "pppk"))
        says = Paragraph(self.say(f"pattern_{self.document['employee_id']}"))
        return Part(self.say("rule_employee_number"), (says, Facts(patterns)), code="employee_number")

    # --- what follows, and the record ---

    def follow_up(self) -> Part:
        rows: list[tuple[Text, ...]] = [
            (
                ", ".join(one["rating"]),
                (f"{self.told(one['label'])} ", Code(one["action"])),
                self.say("yes" if one["supervisor_must_act"] else "no"),
            )
            for one in self.document["follow_ups"]
        ]
        head = (self.say("predicate"), self.say("action"), self.say("must_act"))
        blocks: list[Block] = [Paragraph(self.say("follow_up_none"))]
        if rows:
            blocks = [Paragraph(self.say("follow_up_says")), Grid(self.say("follow_up_caption"), head, tuple(rows))]
        return Part(self.say("follow_up"), (*blocks, *self.training()), anchor="follow-up")

    def training(self) -> Iterator[Block]:
        below = self.document["training_below"]
        courses: list[tuple[Text, ...]] = [
            ((f"{self.told(item['label'])} ", Code(item["id"])), self.told(course))
            for item in self.document["items"]
            for course in item["courses"]
        ]
        if below is None or not courses:
            yield Paragraph(self.say("training_none"))
            return
        yield Paragraph(self.say("training_says", below=self.number(below)))
        yield Grid(self.say("training_caption"), (self.say("item"), self.say("course")), tuple(courses))

    def record(self) -> Part:
        heard = tuple(
            (figures.day(one["date"], self.lang), one["heard"], one["outcome"])
            for one in self.document["consultations"]
        )
        consulted: Block = Paragraph(self.say("consultation_none"))
        if heard:
            head = tuple(self.say(key) for key in ("date", "heard", "outcome"))
            consulted = Grid(self.say("consultation_caption"), head, heard)
        required: Block = Paragraph(self.say("requires_none"))
        if self.document["requires"]:
            rows: tuple[tuple[Text, ...], ...] = tuple(
                ((f"{dataset_label(name, self.lang)} ", Code(name)), self.percent(share))
                for name, share in self.document["requires"].items()
            )
            head = (self.say("dataset"), self.say("share"))
            required = Grid(self.say("requires_caption"), head, rows, numeric=frozenset({1}), narrow=True)
        return Part(self.say("record"), (consulted, required), anchor="record")

    # --- the worked case ---

    def worked(self) -> Part:
        worked = self.document["worked"]
        says = self.say(
            "worked_says",
            employee=worked["employee_id"],
            sector=self.say(f"sector_{worked['sector']}"),
            period=worked["period"],
        )
        tables = tuple(block for table in worked["inputs"] for block in self.input(table))
        return Part(
            self.say("worked"),
            (Paragraph(says),),
            (
                Part(self.say("worked_tables"), tables, anchor="worked-data"),
                Part(
                    self.say("worked_items"),
                    (self.stored_items(),),
                    tuple(map(self.step, worked["steps"])),
                    anchor="worked-items",
                ),
                Part(self.say("worked_groups"), (Sums(self.group_lines()),), anchor="worked-groups"),
                Part(self.say("worked_score"), (Sums((self.score_line(),)),), anchor="worked-score"),
                Part(self.say("worked_rating"), (Sums(self.rating_lines()),), anchor="worked-rating"),
            ),
            anchor="worked",
        )

    def input(self, table: Input) -> Iterator[Block]:
        name = table["dataset"]
        label = self.say("worked_table", label=dataset_label(name, self.lang), n=str(len(table["rows"])))
        folded = len(table["rows"]) >= _FOLD_FROM
        rows = tuple(tuple("–" if cell == "-" else cell for cell in row) for row in table["rows"])
        yield Grid(label, tuple(table["columns"]), rows, folded=folded)
        if table["note"] is not None:
            yield Paragraph(self.told(table["note"]))
        if table["same"]:
            pieces: list[str] = [f"{self.say('worked_same')}: "]
            for column, text in table["same"].items():
                pieces += ["; " if len(pieces) > 1 else "", Code(column), f" = {text}"]
            yield Paragraph(tuple(pieces))

    def stored_items(self) -> Grid:
        rows: list[tuple[Text, ...]] = []
        for step in self.document["worked"]["steps"]:
            item = self.document["items"][step["item"]]
            reason = (" ", Term(step["reason"])) if step["reason"] else ()
            rows.append(
                (
                    self.told(item["label"]),
                    self.weight(step["weight"]),
                    "–" if step["value"] is None else self.number(step["value"]),
                    self.stored(step["achievement"]),
                    (Term(step["status"]), *reason),
                )
            )
        head = tuple(self.say(key) for key in ("item", "weight", "value", "achievement", "status"))
        return Grid(self.say("worked_summary"), head, tuple(rows), numeric=frozenset({1, 2, 3}))

    def step(self, step: Step) -> Part:
        item = self.document["items"][step["item"]]
        label = self.told(item["label"])
        if step["value"] is None or step["achievement"] is None:
            why = self.say("not_scored", status=step["status"], reason=step["reason"] or "–")
            return Part(label, (Paragraph(why),))
        lines = [*self.value_lines(step, step["value"]), self.achievement_line(item, step, step["value"])]
        return Part(label, (Sums(tuple(lines)),))

    def value_lines(self, step: Step, value: Decimal) -> Iterator[str]:
        """How the value came about."""
        name = self.say("value_step")
        pieces = step["pieces"]
        if step["numerator"] is not None and step["denominator"]:
            exact = Fraction(step["numerator"], step["denominator"])
            formula = f"{step['numerator']} / {step['denominator']}"
            yield f"{name}: {formula} {_sign(exact, value)}{self.number(value)}"
            return
        if len(pieces) < 2:
            yield f"{name}: {self.number(value)}"
            return
        yield "; ".join(f"{self.piece(piece['name'])}: {self.number(piece['value'])}" for piece in pieces)
        numbers = [self.number(piece["value"]) for piece in pieces]
        match step["how"]:
            case "median":
                formula = f"{self.say('median_of')} {'; '.join(numbers)}"
                exact = _median([Fraction(piece["value"]) for piece in pieces])
            case "sum":
                formula = " + ".join(numbers)
                exact = sum((Fraction(piece["value"]) for piece in pieces), Fraction(0))
            case _:
                formula, exact = self.mean([piece["weight"] for piece in pieces], [piece["value"] for piece in pieces])
        yield f"{name}: {formula} {_sign(exact, value)}{self.number(value)}"

    def piece(self, name: str) -> str:
        return self.say(f"piece_{name}") if f"piece_{name}" in LABELS else name

    def mean(
        self, weights: Sequence[Decimal], values: Sequence[Decimal], places: int | None = None
    ) -> tuple[str, Fraction]:
        """A weighted mean as it is written, and what these written numbers give."""
        whole = sum(map(Fraction, weights), Fraction(0))
        exact = sum((Fraction(w) * Fraction(v) for w, v in zip(weights, values, strict=True)), Fraction(0)) / whole
        if set(weights) == {Decimal(1)}:
            return f"({' + '.join(self.number(v, places) for v in values)}) / {len(values)}", exact
        terms = [f"{self.number(w)} × {self.number(v, places)}" for w, v in zip(weights, values, strict=True)]
        return f"({' + '.join(terms)}) / ({' + '.join(map(self.number, weights))})", exact

    def achievement_line(self, item: Item, step: Step, value: Decimal) -> str:
        name, stored = self.say("achievement"), step["achievement"] or Decimal(0)
        if not step["measured_is_value"]:
            return f"{name}: {self.stored(stored)}"
        v, measured = self.number(value), Fraction(value)
        if item["is_scale"]:
            formula, exact = self.on_scale(item["points"], v, measured)
        elif item["target"] is None:
            formula, exact = v, measured
        elif item["direction"] == "higher":
            formula = f"100 × {v} / {self.number(item['target'])}"
            exact = 100 * measured / Fraction(item["target"])
        else:
            formula = f"100 × (2 − {v} / {self.number(item['target'])})"
            exact = 100 * (2 - measured / Fraction(item["target"]))
        cap = _number(self.document["rules"]["achievement_cap"]["says"]["cap"])
        if exact > Fraction(cap) or exact < 0:
            shown = Decimal(exact.numerator) / Decimal(exact.denominator)
            limit = self.say("capped", cap=self.number(cap)) if exact > 0 else self.say("floored")
            return f"{name}: {formula} ≈{NO_BREAK_SPACE}{self.stored(shown)}, {limit}: {self.stored(stored)}"
        return f"{name}: {formula} {_sign(exact, stored)}{self.stored(stored)}"

    def on_scale(self, points: Sequence[tuple[Decimal, Decimal]], v: str, measured: Fraction) -> tuple[str, Fraction]:
        """The line between the two points around the value, or the nearest point outside them."""
        if measured <= Fraction(points[0][0]):
            return self.number(points[0][1]), Fraction(points[0][1])
        for (x, y), (next_x, next_y) in itertools.pairwise(points):
            if measured <= Fraction(next_x):
                slope = (Fraction(next_y) - Fraction(y)) / (Fraction(next_x) - Fraction(x))
                low, high = (self.number(x), self.number(y)), (self.number(next_x), self.number(next_y))
                formula = f"{low[1]} + ({v} − {low[0]}) × ({high[1]} − {low[1]}) / ({high[0]} − {low[0]})"
                return formula, Fraction(y) + (measured - Fraction(x)) * slope
        return self.number(points[-1][1]), Fraction(points[-1][1])

    def group_lines(self) -> tuple[str, ...]:
        worked = self.document["worked"]
        lines = []
        for group in _GROUPS:
            scored = [
                (step["weight"], step["achievement"])
                for step in worked["steps"]
                if step["achievement"] is not None and self.document["items"][step["item"]]["group"] == group
            ]
            score = worked["scores"][group]
            if score is None:
                lines.append(f"{self.say(group)}: {self.say('no_group_score')}")
                continue
            formula, exact = self.mean([weight for weight, _ in scored], [gives for _, gives in scored], 2)
            lines.append(f"{self.say(group)}: {formula} {_sign(exact, score)}{self.stored(score)}")
        return tuple(lines)

    def score_line(self) -> str:
        worked = self.document["worked"]
        score = worked["scores"]["score"]
        if score is None:
            return self.say("no_score", status=worked["status"], reason=worked["reason"] or "–")
        weights = self.document["group_weights"]
        terms, exact = [], Fraction(0)
        for group in _GROUPS:
            own = worked["scores"][group] or Decimal(0)
            terms.append(f"{self.weight(weights[group])} × {self.stored(own)}")
            exact += Fraction(weights[group]) * Fraction(own) / 100
        return f"{self.say('score')}: {' + '.join(terms)} {_sign(exact, score)}{self.stored(score)}"

    def rating_lines(self) -> tuple[str, ...]:
        worked = self.document["worked"]
        lines = []
        for group in _GROUPS:
            level = worked["ratings"][group]
            if level is not None:
                score = self.stored(worked["scores"][group])
                lines.append(f"{self.say(group)} {score} ({self.range_of(level)}): {self.say(level)}")
        proposed = worked["ratings"]["proposed"]
        if proposed is None:
            lines.append(self.say("no_score", status=worked["status"], reason=worked["reason"] or "–"))
        else:
            lines.append(self.say("proposed_step", rating=proposed))
        return tuple(lines)


def _sign(exact: Fraction, shown: Decimal) -> str:
    """Whether the numbers as they are written give the number after them to the last digit; never parted from it."""
    return ("=" if exact == Fraction(shown) else "≈") + NO_BREAK_SPACE


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered, n = sorted(values), len(values)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


# What a rule says is as free as the rules are; these say what the page takes it for.


def _number(value: object) -> Number:
    if isinstance(value, Decimal | int):
        return value
    raise TypeError(f"a rule holds {type(value).__name__} where the page needs a number")


def _mapping(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise TypeError(f"a rule holds {type(value).__name__} where the page needs names and values")


def _entries(value: object) -> list[Mapping[str, object]]:
    if isinstance(value, list | tuple):
        return [_mapping(entry) for entry in value]
    raise TypeError(f"a rule holds {type(value).__name__} where the page needs a list")
