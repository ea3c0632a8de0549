"""Answers to the exercises of notebook 07: wrong ones with their hints, and other right ones."""

CUT = "cut = (1 / 5000 + 1 / 400) * stats.chi2."
CALLS = '"income (1000 euros)", "late payments (a year)"'
COSTS = (
    "t = sea_table\nd, m = t.delay.fillna(0), t.missed\n"
    "late = 3 * ((1 - m) * d + 500 * m)\ncosts = {}"
)

ANSWERS = {
    "07.1": {
        "wrong": [
            (CUT + "ppf(0.99, 10)", "How many of them are free"),
            (CUT + "ppf(0.95, 9)", "in 5% of the weeks, not 1%"),
            (CUT + "ppf(0.01, 9)", "the lower end"),
            (CUT + "ppf(0.995, 9)", "all of the chance at the upper end"),
            ("cut = stats.chi2.ppf(0.99, 9) / 400", "The reference is a sample, too"),
            ("cut = stats.chi2.ppf(0.99, 9) / 5000", "the reference rows only"),
            ("cut = 2 / 400 * stats.chi2.ppf(0.99, 9)", "Two different numbers of rows"),
            ("cut = stats.chi2.ppf(0.99, 9) / 5400", "not one over the sum"),
            ("cut = stats.chi2.ppf(0.99, 9)", "Now scale it"),
            ("cut = 0.1", "a quiet week alarms with chance"),
            ("cut = -1", "never below 0"),
        ],
        "right": [
            CUT + "isf(0.01, 9)",
            "cut = 0.0585",
            "rng = np.random.default_rng(0)\n"
            "quiet = psi(rng.random((5000, 3000)), rng.random((400, 3000)))\n"
            "cut = np.quantile(quiet, 0.99)",
        ],
    },
    "07.2": {
        "wrong": [
            ('calls = list(report.index[report["p"] <= 0.05])', "age (years): beyond doubt"),
            (
                'calls = report.index[report["distance"] >= report["matters"]]',
                "debt (% of income): p",
            ),
            (f'calls = [{CALLS}, "calls (a month)"]', "p 0.2773 leaves room for chance"),
            ('calls = ["income (1000 euros)"]', "late payments (a year): it moved"),
            ('calls = ["income"]', "called 'income'"),
            ('calls = "income (1000 euros)"', "should be a list"),
            ("calls = []", "income (1000 euros): it moved"),
            ('calls = report["p"] <= 0.05 / 8', "age (years): beyond doubt"),
        ],
        "right": [
            f"calls = {{{CALLS}}}",
            'calls = report.index[(report["p"] <= 0.05 / 8)'
            ' & (report["distance"] > report["matters"])]',
            'calls = (report["p"] <= 0.05 / 8) & (report["distance"] > report["matters"])',
            'calls = report[(report["p"] < 0.001) & (report["distance"] > report["matters"])]',
        ],
    },
    "07.3": {
        "wrong": [
            ("h_month = 5", "88.4% of the months have a false alarm: take a higher one"),
            ("h_month = threshold_for(2000, 0.5)", "A run length is not a risk"),
            ("h_month = threshold_for(2000 / 0.1, 0.5, sides=2)", "a chart with two sides"),
            ("h_month = threshold_for(2000 * 0.1, 0.5)", "You multiplied"),
            ("h_month = threshold_for(2000 / 0.9, 0.5)", "months with one, not without"),
            ("h_month = 11", "take a lower one"),
            ("h_month = 0", "above 0"),
            ("h_month = threshold_for(-2000 / np.log(0.1), 0.5)", "take a higher one"),
        ],
        "right": [
            "h_month = threshold_for(-2000 / np.log(0.9), k=0.5)",
            "h_month = threshold_for(20000, k=0.5)",
            "h_month = next(h for h in np.arange(4, 12, 0.05)\n"
            "               if alarmed_by(normal_chain(0.5, h), 2000)[-1] <= 0.1)",
            "h_month = 8",
        ],
    },
    "07.4": {
        "wrong": [
            ("h_cheapest = 5", "Needless retrains are 89% of the cost there"),
            ("h_cheapest = 12", "Be less patient"),
            ("h_cheapest = 1.1", "You let the relation turn at every row"),
            ("h_cheapest = 5.8", "What does one false alarm cost"),
            ("h_cheapest = -1", "above 0"),
            ("h_cheapest = lambda h: h", "should be one number"),
        ],
        "right": [
            "h_cheapest = 8.6",
            "hs = np.arange(2, 13)\n"
            "costs = [20 / siegmund(0.5, h) + 1.25 * siegmund(0.5, h, 1) / 5000 for h in hs]\n"
            "h_cheapest = hs[np.argmin(costs)]",
        ],
    },
    "07.5": {
        "wrong": [
            (COSTS.format("3 * t.delay + 3000 * t['false']"), "finds nothing"),
            (COSTS.format("3 * d + 3000 * t['false']"), "Some are missed"),
            (COSTS.format("3 * d * (1 - m) + 3000 * t['false']"), "Missed changes cost"),
            (COSTS.format("3 * (d + 500 * m) + 3000 * t['false']"), "Only the share"),
            (COSTS.format("late"), "False alarms cost something"),
            (COSTS.format("late + 3e6 * t['false']"), "per 1000 rows"),
            (COSTS.format("late + 150 * t['false']"), "one stretch of 1000 quiet rows"),
            (COSTS.format("late + 20 * t['false']"), "more than one euro"),
            (COSTS.format("late / 3 + 3000 * t['false']"), "not what they cost"),
            (COSTS.format("t.f1"), "What does each cost"),
            ('costs = "CUSUM"', "Series or a dict"),
            ("costs = {'CUSUM': 2000}", "One entry for each"),
        ],
        "right": [
            COSTS.format("late + 3000 * t['false']"),
            COSTS.format("round(late + 3000 * t['false'])") + "\ncosts = dict(costs)",
        ],
    },
}
