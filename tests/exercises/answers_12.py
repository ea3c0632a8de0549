"""Answers to the exercises of notebook 12: wrong ones with their hints, and other right ones."""

H = "from helpers.run_lengths import threshold_for\n"
GOOD = "threshold_for(60_000, 0.5)"
ANSWERS = {
    "12.1": {
        "wrong": [
            ("answer = 5", "a list of three numbers"),
            ("answer = [4.0, 9487, 1960]", "a false alarm comes every 335 rows"),
            (H + "answer = [threshold_for(30, 0.5), 9487, 1960]", "counts rows, not days"),
            ("answer = [60_000, 9487, 1960]", "no number of rows"),
            (H + "answer = [threshold_for(2000, 0.5), 9487, 1960]", "one false alarm a day"),
            (H + "answer = [threshold_for(60_000, 0.5, sides=2), 9487, 1960]", "for two charts"),
            (H + f"answer = [{GOOD}, 9487 / 2000, 1960]", "in days"),
            (H + f"answer = [{GOOD}, best_period(90, 0.06), 1960]", "grow in one"),
            (H + f"answer = [{GOOD}, 90 / 0.06, 1960]", "square-root law"),
            (H + f"answer = [{GOOD}, (90 / (0.06 / 30_000)) ** 0.5, 1960]", "the 2 in the law"),
            (H + f"answer = [{GOOD}, 30_000, 1960]", "the two are equal"),
            (H + f"answer = [{GOOD}, 9487, unpaired_labels(0.95, 0.97)]", "not two accuracies"),
            (
                H + f"answer = [{GOOD}, 9487, paired_labels(0.05, 0.03, level=0.05)]",
                "is 2.5% on the side",
            ),
            (H + f"answer = [{GOOD}, 9487, 50]", "lets the better one pass"),
            (
                H + f"answer = [{GOOD}, 9487, paired_labels(0.05, 0.03, power=0.5)]",
                "enough in half of the cases",
            ),
            (H + f"answer = [{GOOD}, 9487, 2e6]", "Far too many labels"),
            (H + f"answer = [{GOOD}, 9487, 0]", "labels are a positive number"),
            (H + f"answer = [{GOOD}, 0, 1960]", "period is a positive number"),
            ("answer = [0, 9487, 1960]", "threshold h is a positive number"),
        ],
        "right": [
            "answer = [9.15, 9500, paired_labels(service['wins'], service['defeats'])]",
            H + f"answer = {{'h': {GOOD}, 'period': best_period(90, 2e-6), 'labels': 1566}}",
        ],
    },
    "12.2": {
        "wrong": [
            ("answer = 0.2 * 5 * 500", "How many served rows"),
            ("answer = 0.2 * (500 + 180 / 0.25)", "And without it"),
            ("answer = 0.2 * (3000 + 180)", "And with it"),
            ("answer = 3180 - 1220", "rows saved"),
            ("answer = -392", "Right in size"),
            ("answer = 0.2 * (3180 - (500 + 180 * 0.25))", "longer, not shorter"),
            ("answer = 0.2 * (3180 - 180 / 0.25)", "take a week"),
            ("answer = 17", "Late labels twice"),
        ],
        "right": [
            "answer = 392",
            "answer = damage * (delay + 180) - damage * (delay / 6 + 720)",
        ],
    },
}
