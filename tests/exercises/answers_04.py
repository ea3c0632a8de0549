"""Answers to the exercises of notebook 04: wrong ones with their hints, and other right ones."""

RAMP = "def ramp_valley(w, d, s2, v):\n    return "
NOISE = "d * s2 / (w - d - 1)"


def factors(walk="0.5", inputs="1", ramp="0.25 ** (1 / 3)", ramp_inputs="2 ** (1 / 3)"):
    names = ["walk: q four times as large", "walk: twice as many inputs"]
    names += ["ramp: v twice as large", "ramp: twice as many inputs"]
    pairs = zip(names, (walk, inputs, ramp, ramp_inputs), strict=True)
    return "factors = {" + ", ".join(f'"{name}": {value}' for name, value in pairs) + "}"


ANSWERS = {
    "04.1": {
        "wrong": [
            ("rows_needed = inputs * sd**2 / (change**2).sum()", "its denominator is m - d - 1"),
            ("rows_needed = inputs + 1 + inputs * sd / (change**2).sum()", "You put in its sd"),
            (
                "rows_needed = break_even_rows(inputs, sd**2, np.linalg.norm(change))",
                "The sum of its squared entries",
            ),
            (
                "rows_needed = break_even_rows(inputs, sd**2, abs(change).sum())",
                "The sum of its squared entries",
            ),
            ("rows_needed = inputs + inputs * sd**2 / (change**2).sum()", "One row is missing"),
            ("rows_needed = break_even_rows(d, s2, jump2)", "that is no fit to trust"),
            ("rows_needed = 13.5", "begins at 14 rows"),
            ("rows_needed = 100", "The two should be equal"),
        ],
        "right": [
            "rows_needed = 29",
            "rows_needed = break_even_rows(inputs, sd**2, change @ change) + 0.4",
            "m = np.arange(inputs + 2, 1000)\n"
            "rows_needed = m[np.argmax(estimation(m, inputs, sd**2) <= change @ change)]",
        ],
    },
    "04.2": {
        "wrong": [
            (RAMP + "v**2 * w**2 / 4", "That is the staleness alone"),
            (RAMP + NOISE, "That is the estimation alone"),
            (RAMP + NOISE + " + v * w / 2", "The excess is a squared distance"),
            (RAMP + NOISE + " + (v * w) ** 2", "How old is the average row"),
            (RAMP + NOISE + " + (v * w) ** 2 / 3", "average the lags first, then square"),
            (RAMP + NOISE + " + (v * w) ** 2 / 2", "the half too"),
            (RAMP + NOISE + " + d * (v * w / 2) ** 2", "do not count it d times"),
            (RAMP + NOISE + " + d * v * w / 3", "the walk's formula"),
            (RAMP + NOISE + " + v**2 * w", "how far does the average coefficient"),
            (RAMP + "s2 / w + (v * w / 2) ** 2", "Without drift, v = 0"),
        ],
        "right": [
            RAMP + "estimation(w, d, s2) + (v * (w + 1) / 2) ** 2",
            RAMP + "window_excess(w, d, s2, v=v)",
            RAMP + NOISE + " + np.mean(v * np.arange(1, w + 1)) ** 2",
        ],
    },
    "04.3": {
        "wrong": [
            (factors(walk="2"), "upside down"),
            (factors(walk="0.25"), "what root comes?"),
            (factors(inputs="2 ** 0.5"), "each coefficient walks"),
            (factors(inputs="2"), "each coefficient walks"),
            (factors(ramp="0.5"), "what root comes?"),
            (factors(ramp="1.5"), "Should you remember more of them?"),
            (factors(ramp="0.9"), "solve for the window"),
            (factors(ramp_inputs="1"), "so staleness stays and estimation doubles"),
            ("factors = [0.5, 1, 0.63, 1.26]", "a dict with the keys"),
        ],
        "right": [
            factors("0.5", "1.0", "0.63", "1.26"),
            factors(
                "best_window(30_000, 5, 1, q=4e-6) / best_window(30_000, 5, 1, q=1e-6)",
                "best_window(30_000, 10, 1, q=1e-6) / best_window(30_000, 5, 1, q=1e-6)",
                "best_window(30_000, 5, 1, v=2e-5) / best_window(30_000, 5, 1, v=1e-5)",
                "best_window(30_000, 10, 1, v=1e-5) / best_window(30_000, 5, 1, v=1e-5)",
            ),
        ],
    },
    "04.4": {
        "wrong": [
            ('rows_to_remember = {"A": 100, "B": 150}', "A: with 100 rows"),
            ('rows_to_remember = {"A": 100, "B": 150}', "more rows would still lower the sum"),
            ('rows_to_remember = {"A": 5000, "B": 150}', "the old rows cost more than they give"),
            ('rows_to_remember = {"A": 417, "B": 417}', "longer than the history, 150"),
            ('rows_to_remember = {"A": 417, "B": 60}', "B: with 60 rows"),
            ('rows_to_remember = {"A": 417, "B": 11}', "too few to fit"),
            ("rows_to_remember = 417", "a dict with the keys A, B"),
        ],
        "right": [
            'rows_to_remember = {"A": 400, "B": 150}',
            'rows_to_remember = {"A": 430.5, "B": 149}',
            "rows_to_remember = {name: best_window(**team) for name, team in teams.items()}",
            "w = np.arange(12, 5001)\n"
            "total = estimation(w, 10, 4.0) + 10 * 1e-5 * w / 3 + 1e-6 * w**2 / 4\n"
            'rows_to_remember = {"A": w[total.argmin()], "B": w[total[:139].argmin()]}',
        ],
    },
}
