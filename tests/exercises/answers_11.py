"""Answers to the exercises of notebook 11: wrong ones with their hints, and other right ones."""

SAVED = "(frozen['rows'] * (frozen['loss'] - chosen['loss'])).sum()"
TIMES = "chosen['retrained'].sum()"
HIDE = "def hidden(table):\n    rng = np.random.default_rng(0)\n    "
LATE = "def late_hurts(y, prediction):\n    error = y - prediction\n    "

ANSWERS = {
    "11.1": {
        "wrong": [
            (f"break_even = {SAVED}", "saved together"),
            (
                f"break_even = (frozen['loss'] - chosen['loss']).sum() / {TIMES}",
                "how many rows does each",
            ),
            ("break_even = (frozen['loss'] - chosen['loss']).mean()", "how many rows does each"),
            (f"break_even = {TIMES} / {SAVED}", "Upside down"),
            (f"break_even = -{SAVED} / {TIMES}", "The sign"),
            (
                f"break_even = (frozen['rows'] * frozen['loss']).sum() / {TIMES}",
                "loss of one of the two",
            ),
            ("break_even = frozen['loss'] - chosen['loss']", "one number"),
            ("break_even = 3", "share it among the retrains"),
        ],
        "right": [
            f"gain = frozen['loss'] - chosen['loss']\n"
            f"break_even = frozen['rows'].mean() * gain.sum() / {TIMES}",
            f"gain = frozen['loss'] - chosen['loss']\n"
            f"break_even = float(np.dot(frozen['rows'], gain)) / {TIMES}",
        ],
    },
    "11.2": {
        "wrong": [
            (HIDE + "return table.assign(minutes=60 * table['hours'])", "The guard found it"),
            (HIDE + "return table.assign(code=table['hours'] ** 3)", "The guard found it"),
            (
                HIDE + "return table.assign(r=table['hours'] + rng.normal(0, 5, len(table)))",
                "Blur it less",
            ),
            (HIDE + "return table", "0 new columns"),
            (HIDE + "return table['hours'] + rng.normal(0, 0.6, len(table))", "more column"),
            (
                HIDE + "r = table['hours'] + rng.normal(0, 0.6, len(table))\n"
                "    return table.assign(r=r, s=r)",
                "2 new columns",
            ),
            (
                HIDE + "r = table['hours'] + rng.normal(0, 0.6, len(table))\n"
                "    return table.assign(r=r).sample(frac=1, random_state=0)",
                "order of the rows",
            ),
            (HIDE + "return table.assign(r=(table['hours'] > 0).astype('category'))", "numbers"),
            (HIDE + "return table.assign(r=table['hours'].where(table['hours'] > 0))", "missing"),
        ],
        "right": [
            HIDE + "return table.assign(r=table['hours'].round() + (rng.random(len(table)) < 0.3))",
            HIDE
            + "return table.assign(score=-2 * table['hours'] + rng.normal(0, 1.2, len(table)))",
            HIDE + "other = table.copy()\n"
            "    other['felt'] = other['hours'] + rng.uniform(-1, 1, len(other))\n"
            "    return other",
        ],
    },
    "11.3": {
        "wrong": [
            (LATE + "return np.where(error > 0, 3 * error, -error).mean()", "shape ()"),
            (LATE + "return np.where(error < 0, -3 * error, error)", "punishes the early"),
            (LATE + "return np.where(error > 0, 3 * error, error)", "never negative"),
            (LATE + "return np.maximum(3 * error, 0)", "Early orders cost"),
            (LATE + "return np.abs(error)", "Late orders count three times"),
            (LATE + "return 'three times'", "Return numbers"),
            (LATE + "return 3 * np.abs(error)", "on both sides"),
            (LATE + "return np.where(error > 0, 3, 1) * error**2", "hours squared"),
            (LATE + "return np.where(error > 0, 2 * error, -error)", "the loss should be"),
        ],
        "right": [
            LATE + "return np.maximum(3 * error, -error)",
            LATE + "return [3 * e if e > 0 else -e for e in error]",
            LATE + "return np.abs(error) * (1 + 2 * (error > 0))",
            LATE + "return abs(pd.Series(error)) + 2 * pd.Series(error).clip(lower=0)",
        ],
    },
}
