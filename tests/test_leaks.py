"""Features that a model must not have are found and named; honest ones are left alone."""

import numpy as np
import pandas as pd
import pytest

from helpers.flights import EARLIER, FEATURES, flights
from helpers.leaks import find_leaks, guarded

N = 600


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    y = x + rng.normal(size=N)
    ts = pd.Timestamp("2024-01-01 12:00") + pd.to_timedelta(np.arange(N), "h")
    return pd.DataFrame({"ts": ts, "y": y, "x": x, "late": (y > 0).astype(int)})


def found(table, task="regression", target="y"):
    features = [name for name in table.columns if name not in ("ts", "y", "late")]
    return {leak.feature: leak for leak in find_leaks(table, "ts", target, features, task)}


def test_an_honest_feature_is_left_alone(table):
    assert not found(table)
    assert not found(table, "classification", "late")


def test_a_constant(table):
    leak = found(table.assign(c=1.0))["c"]
    assert (leak.kind, leak.rows) == ("constant", N)


@pytest.mark.parametrize(
    ("values", "is_one"),
    [
        (np.random.default_rng(1).permutation(N), True),
        (np.arange(N) // 2, False),
        (pd.Categorical([f"note {i}" for i in range(N)]), True),
        (pd.Categorical([f"note {i % 320}" for i in range(N)]), True),
        (pd.Categorical([f"shop {i % 100}" for i in range(N)]), False),
    ],
)
def test_identifiers_and_free_text(table, values, is_one):
    leaks = found(table.assign(c=values))
    assert ("c" in leaks) == is_one
    assert not is_one or (leaks["c"].kind, leaks["c"].rows) == ("identifier", N)


def test_times_later_than_the_row_are_counted(table):
    closed = table["ts"] - pd.Timedelta("1D")
    assert "c" not in found(table.assign(c=closed))
    closed[[3, 5]] = table["ts"][[3, 5]] + pd.Timedelta("1min")
    leak = found(table.assign(c=closed))["c"]
    assert (leak.kind, leak.rows) == ("future", 2) and "2 rows" in leak.what


def test_of_days_the_same_day_is_not_later(table):
    day = table["ts"].dt.normalize()
    assert "c" not in found(table.assign(ts=day, c=table["ts"]))
    assert found(table.assign(ts=day, c=table["ts"] + pd.Timedelta("1D")))["c"].rows == N


def test_zones_are_compared_in_utc(table):
    zoned = table.assign(ts=table["ts"].dt.tz_localize("UTC"))
    same = zoned["ts"].dt.tz_convert("Asia/Tokyo")
    assert "c" not in found(zoned.assign(c=same))


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_a_gap_that_knows_the_outcome(table, task):
    known = table["y"] > 1.5
    gaps = table["x"].where(~known)
    leak = found(table.assign(x=gaps), task, "y" if task == "regression" else "late")["x"]
    assert (leak.kind, leak.rows) == ("missing", known.sum())


def test_a_value_that_is_there_only_with_the_outcome(table):
    reason = pd.Series(np.where((table["late"] == 1) & (table["x"] > 1), "ice", None))
    leak = found(table.assign(reason=reason.astype("category")), "classification", "late")["reason"]
    assert leak.kind in ("missing", "constant", "value")
    reason = pd.Series(np.where((table["late"] == 1) & (table["x"] > 1), "ice", "fine"))
    leak = found(table.assign(reason=reason.astype("category")), "classification", "late")["reason"]
    assert (leak.kind, leak.rows) == ("value", (reason == "ice").sum())


def test_gaps_at_random_are_honest(table):
    gone = np.random.default_rng(2).random(N) < 0.3
    assert not found(table.assign(x=table["x"].mask(gone)))
    assert not found(table.assign(x=table["x"].mask(gone)), "classification", "late")


@pytest.mark.parametrize(
    "copy",
    [
        lambda y: y * 100 - 3,
        lambda y: -np.exp(y),
        lambda y: y.round(3),
        lambda y: y**2 * np.sign(y) + 1e-9,
        lambda y: y + np.random.default_rng(3).normal(size=N) * 0.01,
    ],
)
def test_a_copy_of_the_target_on_any_scale(table, copy):
    assert found(table.assign(c=copy(table["y"])))["c"].kind == "target"


def test_a_feature_that_separates_the_classes_though_not_in_order(table):
    middle = (table["y"].abs() < 0.7).astype(int)
    leaks = found(table.assign(late=middle, c=table["y"]), "classification", "late")
    assert leaks["c"].kind == "target"


def test_where_the_outcome_hardly_moves_a_lag_is_honest(table):
    price = 100 + np.random.default_rng(4).normal(size=N).cumsum()
    lagged = np.append(100.0, price[:-1])
    leaks = found(table.assign(y=price, lag=lagged, copy=price * 7))
    assert "lag" not in leaks and leaks["copy"].kind == "target"


def test_pure_noise_is_never_a_leak():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        noise = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
        noise["k"] = pd.Categorical(rng.choice(list("uvw"), 300))
        noise = noise.mask(rng.random(noise.shape) < 0.1)
        noise["ts"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(300), "D")
        noise["y"], noise["late"] = rng.normal(size=300), rng.integers(0, 2, 300)
        assert not found(noise) and not found(noise, "classification", "late")


def test_the_flights_own_leaks_and_none_besides():
    """A missing tail number means cancelled; the schedule and the weather know nothing."""
    table, _ = flights(thin=20)
    tail = pd.Categorical(np.where(table["no_tailnum"] == 1, None, table["carrier"]))
    table["tail"] = tail
    leaks = find_leaks(
        table, "date", "disrupted", [*FEATURES, EARLIER, "tail", "cancelled"], "classification"
    )
    rows = {leak.feature: (leak.kind, leak.rows) for leak in leaks}
    assert rows == {
        "tail": ("missing", table["no_tailnum"].sum()),
        "cancelled": ("value", table["cancelled"].sum()),
    }


def test_what_is_found_is_left_out_named_and_counted_unless_kept(table):
    table = table.assign(c=1.0, copy=table["y"] * 2)
    args = (table, "ts", "y", ["x", "c", "copy"], "regression")
    left, warnings, notes = guarded(*args, keep=["c"])
    assert left == ["x", "c"]
    assert [n for n, _ in notes] == [N, N]
    assert "kept as asked" in warnings[0] and "keep=['copy']" in warnings[1]


def test_keep_must_name_features(table):
    for keep in ("x", ["z"]):
        with pytest.raises(ValueError, match="keep must be a list of features"):
            guarded(table, "ts", "y", ["x"], "regression", keep)


def test_a_table_without_honest_features_is_refused(table):
    with pytest.raises(ValueError, match="features: none is left .*one value only"):
        guarded(table.assign(c=1.0), "ts", "y", ["c"], "regression", [])
