"""Tables of one's own, cut into batches."""

import numpy as np
import pandas as pd
import pytest

from helpers.tables import to_batches

SMALL = pd.DataFrame(
    {
        "week": [1, 1, 2, 2, 2, 5],
        "x": [0.5, np.nan, 2.0, 3.0, 4.0, 5.0],
        "kind": pd.Categorical(list("abaaba")),
        "y": [0, 1, 1, 0, 0, 1],
    }
)


def test_a_batch_for_each_value_of_the_period():
    batches = to_batches(SMALL, "week", "y", ["kind", "x"])
    np.testing.assert_array_equal(batches.edges, [0, 2, 5, 6])
    np.testing.assert_array_equal(batches.when, [1, 2, 5])
    pd.testing.assert_frame_equal(batches.X, SMALL[["kind", "x"]])  # gaps and categories stay
    np.testing.assert_array_equal(batches.y, SMALL["y"])


def test_dates_are_periods_too():
    dated = SMALL.assign(date=pd.Timestamp("2013-01-01") + pd.to_timedelta(SMALL["week"], "D"))
    batches = to_batches(dated, "date", "y", ["x", "kind"])
    assert len(batches) == 3 and batches.when[0] == np.datetime64("2013-01-02")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((SMALL.to_numpy(), "week", "y", ["x"]), TypeError, "table must be a DataFrame; got ndar"),
        ((SMALL, "weak", "y", ["x"]), ValueError, r"no column \['weak'\]"),
        ((SMALL, "week", "z", ["x", "w"]), ValueError, r"no column \['z', 'w'\]"),
        ((SMALL, "week", "y", ["x", "y"]), ValueError, "features hold the target 'y'"),
        ((SMALL, "week", "y", "x"), TypeError, "features must be a list"),
        ((SMALL[::-1], "week", "y", ["x"]), ValueError, "goes back in time"),
        ((SMALL.assign(week=SMALL["week"].where(SMALL["week"] > 1)), "week", "y", ["x"]),
         ValueError, "has gaps"),
        ((SMALL.iloc[:0], "week", "y", ["x"]), ValueError, "empty"),
        ((SMALL, "week", "kind", ["x"]), TypeError, "y must be numeric"),
        ((SMALL.assign(y=SMALL["y"].where(SMALL["week"] > 1)), "week", "y", ["x"]),
         ValueError, "y has NaN"),
    ],
)  # fmt: skip
def test_bad_tables_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        to_batches(*arguments)
