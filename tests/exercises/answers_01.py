"""Answers to the exercises of notebook 01: wrong ones with their hints, and other right ones."""

LACK = "def lack_of_fit(low, high):\n    "

ANSWERS = {
    "01.1": {
        "wrong": [
            (LACK + "return (high - low) ** 2 / 180", "yours grows 9 times"),
            (LACK + "return (high - low) ** 4 / 180 + 0.01", "Is the noise counted?"),
            (LACK + "return ((high - low) ** 4 / 180) ** 0.5", "the root of the right number"),
            (LACK + "return high**4 / 180", "What if it starts elsewhere"),
            (LACK + "return (high - low) ** 4 / 160", "Close. More rows, or a finer grid"),
            (LACK + "return (high - low) ** 4 / 80", "average the squared distance"),
            (LACK + "return np.var(np.linspace(low, high, 2001) ** 2)", "distance to the mean"),
        ],
        "right": [
            LACK + "return (high - low) ** 4 / 180",
            "from helpers.budget import limit, risk\n"
            + LACK
            + "world = World(uniform(low, high), lambda X, t: X[:, 0] ** 2)\n"
            "    return risk(world, limit(world, LinearRegression()))",
            LACK + "x = np.random.default_rng(0).uniform(low, high, (20000, 1))\n"
            "    y = x[:, 0] ** 2\n"
            "    return np.mean((y - LinearRegression().fit(x, y).predict(x)) ** 2)",
        ],
    },
    "01.2": {
        "wrong": [
            (
                'stories = {"A": "range widened", "B": "too few rows", "C": "range widened"}',
                "Try overlap_ratio",
            ),
            (
                'stories = {"A": "world changed", "B": "range widened", "C": "range widened"}',
                "B: more rows always reach a little further",
            ),
            (
                'stories = {"A": "world changed", "B": "too few rows", "C": "world changed"}',
                "C: one curve fits old and new rows alike",
            ),
            (
                'stories = {"A": "too few rows", "B": "too few rows", "C": "range widened"}',
                "A: at the same x",
            ),
            (
                'stories = {"A": "world changed", "B": "too few rows", "C": "too few rows"}',
                "C: look at how far",
            ),
            ('stories = {"A": "drift", "B": "drift", "C": "drift"}', "A: choose one of"),
            ('stories = ["world changed", "too few rows", "range widened"]', "keys A, B, C"),
        ],
        "right": ['stories = dict(C="range widened", A="world changed", B="too few rows")'],
    },
    "01.3": {
        "wrong": [
            ('rows_to_break_even = 60 / budgets["frozen line"]["risk"]', "divided by the risk"),
            ('rows_to_break_even = 60 * budgets["frozen line"]["staleness"]', "You multiplied"),
            ('rows_to_break_even = 60 / budgets["frozen line"]["approximation"]',
             "divided by the approximation"),
            ("rows_to_break_even = 1000", "one of the four terms"),
        ],
        "right": ["rows_to_break_even = 48", "rows_to_break_even = 47"],
    },
}  # fmt: skip
