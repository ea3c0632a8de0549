"""Answers to the exercises of notebook 02: wrong ones with their hints, and other right ones."""

ROWS = "def rows_needed(old, new, share):\n    "
CLAIM = "def expected_accuracy(p, threshold):\n    "

ANSWERS = {
    "02.1": {
        "wrong": [
            (ROWS + "return 2 / share", "for new inputs like the old ones"),
            (ROWS + "return lever(old, new)", "the factor in the brackets"),
            (ROWS + "return lever(old, new) * share", "You multiplied by the share"),
            (ROWS + "return 100 * lever(old, new) / share", "neither per cent nor the variance"),
            (ROWS + "return lever(old, new) / (100 * share)", "Divide by it once"),
            (ROWS + "return (lever(old, new) - 1) / share", "The height's error comes on top"),
            (ROWS + "v = (old[1] - old[0]) ** 2\n"
             "    return (1 + (new[1] - new[0]) ** 2 / v) / share", "What if the mean moves"),
            (ROWS + "v = (old[1] - old[0]) ** 2 / 12\n"
             "    return (1 + (sum(new) / 2 - sum(old) / 2) ** 2 / v) / share",
             "the new variance is not"),
            (ROWS + "return 21200", "solve for n"),
        ],
        "right": [
            ROWS + "return lever(old, new) / share",
            ROWS + "n = 10\n    while lever(old, new) / n > share:\n        n += 10\n    return n",
        ],
    },
    "02.2": {
        "wrong": [
            (CLAIM + "return np.maximum(p, 1 - p).mean()", "That is for a threshold of 0.5"),
            (CLAIM + "return np.mean(p >= threshold)", "the share of rows called 1"),
            (CLAIM + "return np.where(p >= threshold, p, 1 - p)", "one value a row"),
            (CLAIM + "return np.where(p >= threshold, 1 - p, p).mean()", "share of errors"),
            (CLAIM + "return np.where(p >= threshold, p, 0).mean()", "can be right as well"),
            (CLAIM + "return np.mean(p[p >= threshold])", "over the rows called 1"),
            (CLAIM + "return p.mean()", "expected share of ones"),
            (CLAIM + "return np.abs(p - threshold).mean() + 0.5", "threshold of 0.5 only"),
            (CLAIM + "return max(p.mean(), 1 - p.mean())", "Take the mean over all rows"),
        ],
        "right": [
            CLAIM + "called = p >= threshold\n    return (called * p + ~called * (1 - p)).mean()",
            CLAIM + "return cbpe(p, threshold)",
        ],
    },
    "02.3": {
        "wrong": [
            ('actions = {"A": "retrain", "B": "leave it", "C": "retrain", "D": "retrain", '
             '"E": "leave it"}', "A: accuracy on labels was"),
            ('actions = {"A": "find better features", "B": "retrain", "C": "retrain", '
             '"D": "retrain", "E": "leave it"}', "Whatever the alarm says"),
            ('actions = {"A": "find better features", "B": "leave it", "C": "retrain", '
             '"D": "leave it", "E": "leave it"}', "with or without an alarm"),
            ('actions = {"A": "find better features", "B": "leave it", '
             '"C": "find better features", "D": "retrain", "E": "leave it"}',
             "good enough for that"),
            ('actions = dict.fromkeys("ABCDE", "panic")', "A: choose one of"),
            ('actions = ["retrain"] * 5', "keys A, B, C, D, E"),
        ],
        "right": [
            'actions = dict.fromkeys("BE", "leave it") | dict.fromkeys("CD", "retrain")\n'
            'actions["A"] = "find better features"',
        ],
    },
}  # fmt: skip
