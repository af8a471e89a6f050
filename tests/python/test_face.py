"""A face without surprises: names, defaults, arguments by name, and what is shown costs nothing."""

import builtins
import inspect
import types

import chitieu as ct
import polars as pl
import pytest

MODULES = [ct, ct.abuse, ct.charts, ct.stats, ct.synthetic]


def functions():
    """Yield every public function and method by its name."""
    for module in MODULES:
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isfunction(found):
                yield f"{module.__name__}.{name}", found
            elif inspect.isclass(found) and not issubclass(found, (Exception, tuple)):
                for of in found.__mro__:
                    if of.__module__.startswith("chitieu"):
                        for method, member in vars(of).items():
                            member = member.__func__ if isinstance(member, staticmethod) else member
                            if inspect.isfunction(member) and not method.startswith("_"):
                                yield f"{of.__module__}.{of.__name__}.{method}", member
    for method in (ct.Result.plot.fget(None).bar, ct.Result.plot.fget(None).__call__, ct.limits.__call__):
        yield method.__qualname__, method.__func__


def parameters(function):
    return [p for p in inspect.signature(function).parameters.values() if p.name != "self"]


def test_only_the_first_argument_goes_without_its_name():
    found = dict(functions())
    assert len(found) > 80
    wrong = {}
    for name, function in found.items():
        by_place = [p for p in parameters(function) if p.kind is p.POSITIONAL_OR_KEYWORD]
        # The numbers of a formula come in its order; its options have names.
        is_formula = name.startswith("chitieu.stats") and all(p.default is p.empty for p in by_place)
        two_of_a_kind = name.endswith("compare") and [p.name for p in by_place] == ["before", "after"]
        if len(by_place) > 1 and not is_formula and not two_of_a_kind:
            wrong[name] = [p.name for p in by_place]
    assert not wrong


def test_one_argument_has_one_default():
    """The level of areas, what becomes of unknown ones, the level of limits."""
    defaults = {}
    for name, function in functions():
        for p in parameters(function):
            # Charts and printed tables look into a result, which has its levels.
            looks = name.startswith(("chitieu.charts", "Plot")) or name.endswith(("Table.table", "Result.table"))
            if p.default is not p.empty and not looks:
                defaults.setdefault(p.name, {}).setdefault(repr(p.default), []).append(name)
    for argument in ("area_level", "unknown_areas", "area_vintage", "level", "on_progress", "by", "complete"):
        if argument == "level":  # of limits; find_area means one of areas
            defaults[argument].pop("'commune'")
        assert len(defaults[argument]) == 1, (argument, defaults[argument])
    assert list(defaults["area_level"]) == ["'province'"]
    assert len(defaults["area_level"]["'province'"]) >= 10


def test_no_public_name_hides_a_builtin():
    for module in MODULES:
        assert not set(module.__all__) & set(dir(builtins)), module
        assert len(set(module.__all__)) == len(module.__all__)
    for name, function in functions():
        taken = {p.name for p in parameters(function)} & set(dir(builtins))
        assert not taken, name


def test_old_names_are_still_there():
    assert ct.abuse.read is ct.abuse.register
    with pytest.warns(DeprecationWarning, match="ResultWarning"):
        assert ct.Warning is ct.ResultWarning
    with pytest.raises(AttributeError, match="no attribute 'Warnings'"):
        ct.Warnings  # noqa: B018
    assert not hasattr(ct, "__wrapped__")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_argument_without_its_name_is_told_its_name(language):
    ct.set_language(language)
    for call, name in {
        lambda: ct.read("x.csv", "children"): "table",
        lambda: ct.stats.rate_ratio(11, 800, 21, 3_011, 0.9): "level",
        lambda: ct.clean(pl.DataFrame(), "children"): "table",
        lambda: ct.label("form", "neglect"): "code",
    }.items():
        with pytest.raises(TypeError, match=rf"^{name}: .*{name}=") as caught:
            call()
        assert caught.value.__context__ is None
    ct.set_language("en")


class Watched:
    """A query that must not be run."""

    def __init__(self):
        self.runs = 0

    def frame(self):
        def step(batch):
            self.runs += 1
            return batch

        rows = pl.LazyFrame({"child_id": ["a", "b"], "birth_year": [2015, 2016], "commune": "12364"})
        return rows.map_batches(step, schema=rows.collect_schema())


def test_a_dataset_is_shown_without_running_a_query(tmp_path):
    query = Watched()
    dataset = ct.Dataset(children=query.frame())
    assert "?" in repr(dataset) and "<td style='text-align:right'>?</td>" in dataset._repr_html_()
    assert query.runs == 0
    assert dataset.rows("children") == 2 and query.runs == 1
    assert "?" not in repr(dataset)
    dataset["children"].write_parquet(tmp_path / "x.parquet")
    assert "  2  " in repr(ct.Dataset(children=str(tmp_path / "x.parquet")))


def test_a_tally_is_shown_by_its_number_of_rows():
    dataset = ct.synthetic.province("33", children=2_000, year=2022, silent=1)
    plans = [ct.plan(period="2022", by=["sex"], area_level="commune"), ct.plan(period="2022")]
    plans.append(ct.plan(period="2022", area_vintage="2025-07-01"))
    for plan in plans:
        for tally in (
            plan.partial(dataset),
            plan.partial(ct.Dataset(children=dataset["children"], area_vintage="2022-12-31")),
        ):
            for one in (tally, ct.merge([tally, tally])):
                assert len(one) == one.to_polars().height
                assert repr(one) == f"Tally({len(one)} rows)"
    sealed = plans[0].partial(dataset, key=b"x" * 16)
    assert len(sealed) == sealed.to_polars().height


def test_a_large_result_is_shown_by_a_few_rows():
    dataset = ct.synthetic.province("33", children=1_000, year=2022)
    result = ct.compute(dataset, period="2022", by=["sex", "age_group"], area_level="commune")
    assert len(result) > 50_000
    assert len(repr(result).splitlines()) < 60


def test_intervals_in_a_frame():
    intervals = [ct.stats.proportion_interval(x, 40) for x in (3, 29)]
    frame = pl.DataFrame(intervals)
    assert frame.columns == ["value", "lower", "upper", "method", "status"]
    assert frame.dtypes == [pl.Float64] * 3 + [pl.String] * 2
    assert frame.row(1) == (*intervals[1], "wilson", "ok")
    assert pl.DataFrame(intervals[:1]).columns == frame.columns
    comparison = ct.stats.proportion_difference(3, 40, 9, 40)
    assert pl.DataFrame([comparison]).columns == [*frame.columns, "p_value"]
    points = ct.stats.funnel([40, 75], [1_000, 1_000], method="normal")
    assert pl.DataFrame(points)["method"].to_list() == ["normal"] * 2
    trend = ct.stats.trend_test([83, 90, 129, 70], [86, 93, 136, 82])
    assert pl.DataFrame([trend]).columns == ["z", "p_value", "method", "status"]


def test_a_module_exports_what_it_says():
    for module in MODULES:
        for name in module.__all__:
            assert not isinstance(getattr(module, name), types.ModuleType) or module is ct
