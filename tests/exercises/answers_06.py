"""Answers to the exercises of notebook 06: wrong ones with their hints, and other right ones."""

CHECK = "def in_inches(new, training):\n    "

ANSWERS = {
    "06.1": {
        "wrong": [
            (CHECK + "return new.mean() < 100", "one True or False for each"),
            (CHECK + "return new > 100", "marks the others"),
            (CHECK + "return new < new.mean() - 50", "all of them look alike"),
            (CHECK + "return new < 1.5 * new.min()", "some are always the smallest"),
            (CHECK + "return new < training.mean()", "also marks"),
            (CHECK + "return new < 68", "yours misses"),
            (CHECK + "return new < 30", "misses 100%"),
            (CHECK + "return new / 2.54", "not a number"),
        ],
        "right": [
            CHECK + "return new < training.min() / 1.5",
            CHECK + "return (new < 100).astype(int)",
            CHECK + "return abs(new - training.mean()) > 10 * training.std()",
            CHECK + "return [height < 110 for height in new]",
        ],
    },
    "06.2": {
        "wrong": [
            ("rate = 0.01", "of runs only"),
            ("rate = 0.02", "of runs only"),
            ("rate = 0.04", "so does less"),
            ("rate = 0.5", "so does less"),
            ("rate = 3", "Give a share"),
            ("rate = -0.1", "between 0 and 1"),
        ],
        "right": ["rate = 0.03", "rate = 3 / 100"],
    },
    "06.3": {
        "wrong": [
            ("weeks = 25", "the number of labels"),
            ("weeks = 4", "4 weeks bring 24 labels, and 25 are needed"),
            ("weeks = (9 + 8 * 4 / 4) / 6", "given squared already"),
            ("weeks = (9 + 8 * 16 / 2) / 6", "a square already"),
            ("weeks = 8 * 4 / 2 / 6", "d + 1 rows are missing"),
            ("weeks = 1", "into the formula"),
        ],
        "right": ["weeks = 5", "weeks = 25 / 6", "weeks = 4.17"],
    },
    "06.4": {
        "wrong": [
            ('action = "retrain"', "something better"),
            ('action = "explore"', "No rows are without labels"),
            ('action = "wait for labels"', "far more labels"),
            ('action = "get a feature"', "if it moved"),
            ('action = "leave alone"', "The loss is far up"),
            ('action = "panic"', "Choose one of"),
        ],
        "right": ['action = "fix " + "the pipe"', 'action = "Fix the pipe"'],
    },
}
