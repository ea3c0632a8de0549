"""From a table to a fair comparison: what is settled, replayed and counted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from helpers.batches import Batches
from helpers.flights import EARLIER, FEATURES, flights
from helpers.models import ENOUGH, with_columns
from helpers.own_data import compare, prepare
from helpers.periods import parts
from helpers.tables import read_table
from tests.own_files import Lines, classes, simulated


def studied(kind="cure", seed=0, **settings):
    settings = {"estimator": Lines(), "period": "month"} | settings
    return prepare(simulated(kind, seed), None, "ts", "y", **settings)


@pytest.fixture(scope="module")
def cure():
    study = studied(delay=1, price=3.0)
    return study, compare(study)


def test_the_task_is_told_and_why():
    regression = studied()
    assert regression.task == "regression" and "1,500 different numbers" in regression.why
    assert regression.metric == "MAE"
    classification = prepare(classes("none", 0), None, "ts", "y")
    assert classification.task == "classification" and "0 and 1 only" in classification.why
    assert classification.metric == "log loss"
    asked = prepare(classes("none", 0), None, "ts", "y", task="regression", estimator=Lines())
    assert (asked.task, asked.metric) == ("regression", "MAE") and "as asked" in asked.why
    grades = simulated("none", 0).assign(y=np.arange(1500) % 3)
    assert "labels" in prepare(grades, None, "ts", "y", estimator=Lines()).why


def test_the_period_is_the_longest_of_at_least_24():
    assert studied(period=None).period == "month"
    table = simulated("none", 0)
    for step, period in [("QS", "quarter"), ("7D", "week"), ("1D", "day"), ("YS", "year")]:
        ts = pd.date_range("1901-01-01", freq=step, periods=30).repeat(50)
        found = prepare(table.assign(ts=ts), None, "ts", "y", estimator=Lines())
        assert (found.period, len(found.batches)) == (period, 30)
    daily = table.iloc[:100].assign(ts=pd.date_range("2024-01-01", periods=100))
    assert prepare(daily, None, "ts", "y", estimator=Lines()).period == 5  # rows
    ts = pd.date_range("2024-01-01", freq="s", periods=1500)
    rows = prepare(table.assign(ts=ts), None, "ts", "y", estimator=Lines())
    assert rows.period == 63 and rows.unit == "period" and len(rows.batches) == 24


def test_the_periods_are_divided_a_fifth_to_fit_and_a_third_of_the_rest_to_choose():
    study = studied()
    assert (study.start, study.split, len(study.batches)) == (6, 14, 30)
    assert not study.too_little


def test_short_periods_are_joined_and_told():
    table = simulated("none", 0)
    thin = table.drop(index=[*range(0, 47), *range(500, 548)])  # 3 rows in month 0, 2 in month 10
    study = prepare(thin, None, "ts", "y", estimator=Lines(), period="month")
    assert len(study.batches) == 28
    assert "2 of 30 periods held fewer than 5 rows" in study.warnings[0]
    assert np.diff(study.batches.edges)[0] == 53 and np.diff(study.batches.edges).sum() == len(thin)
    assert study.batches.when[0] == np.datetime64("2021-02-01")
    assert np.diff(study.batches.edges)[8] == 52


def test_an_end_that_the_file_cuts_short_is_joined_and_told():
    """It would count as much as a whole month."""
    table = simulated("none", 0, rows=100)
    study = prepare(table.iloc[:-91], None, "ts", "y", estimator=Lines(), period="month")
    assert np.diff(study.batches.edges)[-1] == 109  # of the last month 9 of 100
    assert "1 of 30 periods" in study.warnings[0] and "less than 10%" in study.warnings[0]
    study = prepare(table.iloc[:-90], None, "ts", "y", estimator=Lines(), period="month")
    assert np.diff(study.batches.edges)[-1] == 10 and not study.warnings
    middle = table.drop(index=range(1000, 1091))  # a thin month between others is no stub
    assert len(prepare(middle, None, "ts", "y", estimator=Lines(), period="month").batches) == 30


@pytest.mark.parametrize(
    ("table", "settings", "why"),
    [
        (simulated("none", 0).iloc[:600], {"period": "month"}, "12 periods, 2 of them"),
        (simulated("none", 0).iloc[:40], {"period": 3}, "fewer than 5 rows"),
        (simulated("none", 0), {"period": "month", "delay": 13}, "at least 25 are needed"),
        (simulated("none", 0, rows=2), {"period": "month"}, "first fit would have 20 rows"),
    ],
)
def test_too_little_is_told_and_nothing_is_replayed(table, settings, why):
    study = prepare(table, None, "ts", "y", estimator=Lines(), **settings)
    assert why in study.too_little
    results = compare(study)
    assert not results.histories and not len(results.table)


def test_rows_of_one_time_that_are_cut_apart_are_warned_of():
    table = simulated("none", 0, periods=2, rows=600)
    table["ts"] = table["ts"].dt.to_period("M").dt.start_time
    study = prepare(table, None, "ts", "y", estimator=Lines())
    assert study.period == 50 and "has 2 values in 24 periods" in study.warnings[0]


def test_row_counts_add_up_from_the_file_to_the_parts(tmp_path):
    table = simulated("none", 0).assign(one=1, copy=lambda t: 2 * t["y"])
    table.loc[[3, 7], "y"] = np.nan
    table.loc[[9], "ts"] = pd.NaT
    table.to_csv(tmp_path / "own.csv", index=False)
    table, report = read_table(tmp_path / "own.csv", "ts", "y", ["x1", "x2", "one", "copy"])
    study = prepare(table, report, "ts", "y", estimator=Lines(), period="month", rows=1000)
    rows = study.read_report.groupby("step", sort=False)["rows"].sum()
    assert rows["read"] + rows["dropped"] + rows["set aside"] == rows["kept"] == 1000
    assert len(study.batches.y) == 1000 and study.weight == pytest.approx(1.497)
    notes = study.read_report["what"]
    assert notes.str.startswith("left out: 'one'").sum() == 1
    assert notes.str.startswith("left out: 'copy'").sum() == 1
    assert study.features == ["x1", "x2"] and len(study.warnings) == 2
    results = compare(study)
    history = results.histories["frozen"]
    edges = study.batches.edges
    assert history["rows"].sum() + edges[study.start] == 1000
    counts = [edges[study.start], edges[study.split] - edges[study.start]]
    counts.append(1000 - sum(counts))
    for n, what in zip(counts, ["for", "to choose", "to judge"], strict=True):
        assert f"{n:,} {what}" in results.checks[0]


def test_a_thinned_table_keeps_the_whole_span_in_order():
    study = studied(rows=300)
    assert len(study.batches.y) == 300 and len(study.batches) == 30
    assert set(np.diff(study.batches.edges)) <= {9, 10, 11}


def test_every_contestant_serves_the_same_rows(cure):
    study, results = cure
    kinds = results.table["kind"].value_counts()
    assert kinds["naive"] == 3 and kinds["retrain"] >= 7
    assert kinds["frozen"] == kinds["corrected"] == kinds["placebo"] == 1
    for history in results.histories.values():
        assert history["batch"].tolist() == list(range(study.start, len(study.batches)))
        assert history["rows"].tolist() == np.diff(study.batches.edges)[study.start :].tolist()


def test_the_table_is_the_mean_over_earlier_and_later_periods(cure):
    study, results = cure
    for name, row in results.table.iterrows():
        history = results.histories[name]
        n = study.split - study.start
        earlier, later = history[:n], history[n:]
        assert row["earlier"] == pytest.approx(earlier["cost"].mean(), abs=1e-12)
        assert row["later"] == pytest.approx(later["cost"].mean(), abs=1e-12)
        assert row["retrains later"] == later["retrained"].sum()


def test_the_naive_forecasts_as_by_hand_with_late_labels(cure):
    study, results = cure
    y, edges = study.batches.y, study.batches.edges
    for name, forecast in [
        ("last month's median", lambda known: np.median(y[edges[known - 1] : edges[known]])),
        ("median so far", lambda known: np.median(y[: edges[known]])),
        ("last value", lambda known: y[edges[known] - 1]),
    ]:
        expected = [
            np.abs(y[edges[t] : edges[t + 1]] - forecast(max(study.start, t - study.delay))).mean()
            for t in range(study.start, len(study.batches))
        ]
        np.testing.assert_allclose(results.histories[name]["loss"], expected, rtol=1e-12)


def test_the_corrected_model_as_by_hand_with_late_labels(cure):
    study, results = cure
    X, y, edges, start = study.batches.X, study.batches.y, study.batches.edges, study.start
    model = Lines().fit(X.iloc[: edges[start]], y[: edges[start]])
    errors = y - model.predict(X)
    expected = []
    for t in range(start, len(study.batches)):
        known = t - study.delay
        seen = errors[edges[max(start, known - 3)] : edges[known]] if known > start else [0.0]
        expected.append(np.abs(errors[edges[t] : edges[t + 1]] - np.median(seen)).mean())
    np.testing.assert_allclose(results.histories["frozen, mean-corrected"]["loss"], expected)


def test_a_corrected_classifier_gets_the_level_back():
    """The outcome's rate jumps on the logit scale; the correction takes the shift."""
    table = classes("none", 0)
    rng = np.random.default_rng(1)
    logit = table["x1"] + np.where(np.arange(1500) < 500, -1, 2)
    table["y"] = (rng.random(1500) < 1 / (1 + np.exp(-logit))).astype(int)
    study = prepare(table, None, "ts", "y", estimator=LogisticRegression(), period="month")
    results = compare(study)
    late = {name: h["loss"].iloc[-10:].mean() for name, h in results.histories.items()}
    truth = 1 / (1 + np.exp(-logit[1000:]))
    floor = -np.mean(truth * np.log(truth) + (1 - truth) * np.log(1 - truth))
    assert late["frozen, mean-corrected"] == pytest.approx(floor, abs=0.05)
    assert late["frozen"] > floor + 0.3


def test_naive_forecasts_are_medians_for_the_mae_and_means_for_squared_errors(cure):
    squared = compare(studied(metric="squared error"))
    for results, middle in [(cure[1], "median"), (squared, "mean")]:
        naive = {name for name, kind in results.table["kind"].items() if kind == "naive"}
        assert naive == {f"last month's {middle}", f"{middle} so far", "last value"}


def test_no_policy_trains_on_labels_that_are_late(cure):
    study, results = cure
    edges = study.batches.edges
    for name, kind in results.table["kind"].items():
        if kind in ("retrain", "placebo"):
            history = results.histories[name]
            known = np.maximum(study.start, history["batch"] - study.delay)
            assert (history["fit_hi"].to_numpy() <= edges[known]).all(), name


def test_the_price_is_spread_over_the_mean_rows_of_the_source(cure):
    study, results = cure
    history = results.histories["monthly on all history"]
    extra = history["cost"] - history["loss"]
    np.testing.assert_allclose(extra, 3.0 / 50 * history["retrained"])
    assert not (results.histories["frozen"]["cost"] - results.histories["frozen"]["loss"]).any()
    halved = studied(price=3.0, rows=750)
    history = compare(halved).histories["monthly on all history"]
    np.testing.assert_allclose(
        (history["cost"] - history["loss"])[history["retrained"]], 3.0 / 50, rtol=0.02
    )


def test_the_choice_looks_at_earlier_periods_only_and_is_content_with_few_retrains(cure):
    study, results = cure
    table = results.table[results.table["kind"] == "retrain"]
    tie = 0.005 * results.table.loc["frozen", "earlier"]
    near = table[table["earlier"] <= table["earlier"].min() + tie]
    assert results.chosen in near.index
    assert table.loc[results.chosen, "retrains earlier"] == near["retrains earlier"].min() > 0
    naive = results.table[results.table["kind"] == "naive"]
    assert results.naive == naive["later"].idxmin()


def test_the_dearer_a_retrain_the_fewer_are_chosen():
    counts = []
    for price in (0, 2, 10, 40):
        results = compare(studied(price=price))
        counts.append(results.table.loc[results.chosen, "retrains earlier"])
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1]


def poisoned(batches, t):
    """The batches with everything from batch t on made up."""
    X, y = batches.X.copy(), batches.y.copy()
    row = batches.edges[t]
    X.iloc[row:] = -37.0
    y[row:] = 1 - y[row:] if np.isin(y, (0, 1)).all() else 1e4
    return Batches(X, y, batches.edges, batches.when)


@pytest.mark.parametrize(
    ("make", "t"),
    [
        (simulated, 7),
        (simulated, 13),
        (simulated, 20),
        (simulated, 29),
        (classes, 13),
        (classes, 29),
    ],
)
def test_no_contestant_sees_the_future(make, t):
    """Poison all rows from batch t on: nothing before t changes, nor, from split on, the choice."""
    estimator = Lines() if make is simulated else LogisticRegression(C=0.1)
    study = prepare(make("cure", 1), None, "ts", "y", estimator=estimator, period="month", delay=1)
    before = compare(study)
    after = compare(replace(study, batches=poisoned(study.batches, t)))
    assert before.histories.keys() == after.histories.keys()
    seen = t - study.start
    for name in before.histories:
        if name != "placebo":  # its number of retrains is the chosen policy's in the whole file
            pair = [r.histories[name].iloc[:seen] for r in (before, after)]
            pd.testing.assert_frame_equal(*pair, check_exact=True, obj=name)
    drift = [r.drift[r.drift["batch"] < t].drop(columns="column") for r in (before, after)]
    pd.testing.assert_frame_equal(*drift)
    if t >= study.split:
        assert before.chosen == after.chosen
    assert before.table["later"].ne(after.table["later"]).any()


def test_own_metric_and_estimator_with_gaps_and_categories():
    def pinball(y, prediction):
        return np.maximum(0.9 * (y - prediction), 0.1 * (prediction - y))

    table = simulated("cure", 0)
    table["shop"] = pd.Categorical(np.where(np.arange(1500) > 900, "new", "old"))
    table.loc[::7, "x2"] = np.nan
    estimator = with_columns(LinearRegression())
    study = prepare(table, None, "ts", "y", estimator=estimator, metric=pinball, period="month")
    assert (study.metric, study.model) == ("pinball", "your own")
    results = compare(study)
    y, edges, t = study.batches.y, study.batches.edges, study.start
    mean = y[edges[t - 1] : edges[t]].mean()
    expected = pinball(y[edges[t] : edges[t + 1]], mean).mean()
    assert results.histories["last month's mean"]["loss"].iloc[0] == pytest.approx(expected)
    later = results.table["later"]
    assert later["monthly on all history"] < later["frozen"]


def test_an_estimator_that_cannot_take_the_table_is_told_what_helps():
    table = simulated("none", 0)
    table.loc[::7, "x2"] = np.nan
    study = prepare(table, None, "ts", "y", estimator=LinearRegression(), period="month")
    with pytest.raises(ValueError, match="estimator could not be fitted .*with_columns"):
        compare(study)


def test_the_model_goes_by_the_rows_of_the_first_fit():
    small = prepare(simulated("none", 0), None, "ts", "y", period="month")
    assert "linear" in small.model
    large = prepare(simulated("none", 0, rows=200), None, "ts", "y", period="month")
    assert "boosting" in large.model and large.batches.edges[large.start] >= ENOUGH


def test_dates_become_days_before_the_row_month_and_weekday():
    table = simulated("none", 0)
    table["born"] = table["ts"] - pd.to_timedelta(np.arange(1500) % 400, "D")
    study = prepare(table, None, "ts", "y", estimator=Lines(), period="month")
    X = study.batches.X
    assert study.features == ["x1", "x2", "born: days ago", "born: month", "born: weekday"]
    np.testing.assert_array_equal(X["born: days ago"], np.arange(1500) % 400)
    np.testing.assert_array_equal(X["born: month"], table["born"].dt.month)


@pytest.mark.parametrize("rows", [50, 300])
def test_a_hard_table_goes_through_with_the_default_model(rows):
    """Gaps, a category that comes late, a column empty at first, a class seen only late."""
    rng = np.random.default_rng(0)
    table = classes("none", 0, rows=rows)
    n = len(table)
    shop = np.where(np.arange(n) > n // 2, "new", rng.choice(["a", "b"], n))
    table["shop"] = pd.Categorical(shop)
    table["many"] = pd.Categorical([f"m{i}" for i in rng.integers(0, n // 3, n)])
    table["empty at first"] = np.where(np.arange(n) > n // 2, rng.normal(size=n), np.nan)
    table.loc[rng.random(n) < 0.2, "x1"] = np.nan
    table.loc[: n // 3, "y"] = 0
    study = prepare(table, None, "ts", "y", period="month")
    results = compare(study)
    assert "outcome 0 only" in " ".join(study.warnings)
    assert "one class only" in " ".join(results.checks)
    assert np.isfinite(results.table[["earlier", "later"]].to_numpy()).all()


def test_the_first_fit_waits_for_both_classes_and_numbers_need_not():
    y = np.repeat([0.0, 1.0], [1000, 500])
    batches = Batches(np.zeros((1500, 1)), y, np.arange(0, 1501, 20))
    assert parts(batches, "classification", 0)[0] == 25  # at most a third of 75
    assert parts(batches, "regression", 0)[0] == 15
    batches = replace(batches, y=np.repeat([0.0, 1.0], [370, 1130]))
    assert parts(batches, "classification", 0)[0] == 19  # the first one is row 370


def test_a_few_labels_of_one_class_do_not_stop_it():
    table = classes("none", 0)
    table["y"] = (np.arange(1500) % 97 == 5).astype(int)
    results = compare(prepare(table, None, "ts", "y", period="month"))
    assert np.isfinite(results.table[["earlier", "later"]].to_numpy()).all()


def test_warnings_of_the_estimator_are_counted_not_shown(recwarn):
    class Loud(Lines):
        def fit(self, X, y):
            import warnings

            warnings.warn("numbers are bad", RuntimeWarning, stacklevel=2)
            return super().fit(X, y)

    results = compare(studied(estimator=Loud()))
    assert any("of the fits warned: RuntimeWarning" in check for check in results.checks)
    assert not [w for w in recwarn if w.category is RuntimeWarning]


def test_the_label_free_estimate_is_of_the_frozen_model():
    study = prepare(classes("none", 0), None, "ts", "y", period="month")
    results = compare(study)
    estimates, frozen = results.estimates, results.histories["frozen"]
    assert estimates["batch"].tolist() == frozen["batch"].tolist()
    assert estimates["expected Brier score"].mean() == pytest.approx(
        estimates["Brier score"].mean(), abs=0.03
    )
    assert estimates["expected accuracy"].mean() == pytest.approx(
        estimates["accuracy"].mean(), abs=0.05
    )
    assert compare(studied()).estimates.empty


def test_the_flights_default_in_bounds():
    """Against the year as notebook 10 has it: retraining helps, on all history."""
    table, report = flights(thin=40)
    study = prepare(
        table, report, "date", "disrupted", features=[*FEATURES, EARLIER], period="week"
    )
    assert study.task == "classification" and not study.warnings
    assert study.weight == pytest.approx(336_000 / len(table))


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"price": -1}, ValueError, "price must be a number of at least 0"),
        ({"price": "free"}, ValueError, "price must be a number"),
        ({"price": np.inf}, ValueError, "price must be"),
        ({"delay": -1}, ValueError, "delay must be a whole number"),
        ({"delay": 1.5}, ValueError, "delay must be a whole number"),
        ({"worth": 1.0}, ValueError, "worth must be a number of at least 0 and less than 1"),
        ({"rows": 10}, ValueError, "rows must be a whole number of at least 30"),
        ({"task": "ranking"}, ValueError, "task must be 'regression' or 'classification'"),
        ({"task": "classification"}, ValueError, "classes must be 0 and 1"),
        ({"metric": "AUC"}, ValueError, "metric must be one of"),
        ({"metric": "log loss"}, ValueError, r"not for regression; choose one of \['MAE'"),
        ({"metric": lambda y, p: np.mean(y - p)}, ValueError, "metric must give one loss a row"),
        ({"metric": lambda y, p: np.full(len(y), np.nan)}, ValueError, "metric gave NaN"),
        ({"estimator": Lines}, TypeError, "estimator must be an instance: write Lines"),
        ({"estimator": "ridge"}, TypeError, "estimator must be a scikit-learn estimator"),
        ({"estimator": LogisticRegression()}, TypeError, "is a classifier, but the task"),
        ({"period": "fortnight"}, ValueError, "period must be one of"),
        ({"period": 2000}, ValueError, "choose a shorter period"),
        ({"period": "year", "features": ["x3"]}, ValueError, "has no column"),
        ({"features": []}, ValueError, "features is empty"),
        ({"features": ["x1", "y"]}, ValueError, "leave it out"),
        ({"keep": ["x3"]}, ValueError, "keep must be a list of features"),
    ],
)
def test_bad_settings_are_named(settings, error, match):
    with pytest.raises(error, match=match):
        studied(**settings)


def test_bad_tables_are_named():
    table = simulated("none", 0)
    with pytest.raises(TypeError, match="table must be a DataFrame"):
        prepare("own.csv", None, "ts", "y")
    with pytest.raises(ValueError, match="has no column"):
        prepare(table, None, "ts", "z")
    with pytest.raises(ValueError, match="table has 5 rows; at least 30"):
        prepare(table.iloc[:5], None, "ts", "y")
    with pytest.raises(ValueError, match="one value only"):
        prepare(table.assign(y=1.0), None, "ts", "y")
    with pytest.raises(TypeError, match="must hold numbers"):
        prepare(table.assign(y="a"), None, "ts", "y")
    with pytest.raises(TypeError, match="must hold datetimes"):
        prepare(table.assign(ts=np.arange(1500)), None, "ts", "y")
    with pytest.raises(ValueError, match="in every row: there are no periods"):
        prepare(table.assign(ts=table["ts"].iloc[0]), None, "ts", "y")
    with pytest.raises(ValueError, match="goes back in time"):
        prepare(table.iloc[::-1], None, "ts", "y")
    with pytest.raises(ValueError, match="report says"):
        prepare(table, read_table(table.iloc[:100], "ts", "y")[1], "ts", "y")
    with pytest.raises(TypeError, match="report must be that of read_table"):
        prepare(table, {"rows": 3}, "ts", "y")
    with pytest.raises(TypeError, match="no predict_proba"):
        prepare(classes("none", 0), None, "ts", "y", estimator=LinearSVC())
    with pytest.raises(TypeError, match="study must come from prepare"):
        compare(table)
