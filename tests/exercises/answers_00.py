"""Answers to the exercises of notebook 00: wrong ones with their hints, and other right ones."""

ANSWERS = {
    "00.1": {
        "wrong": [
            ("answer = budgets['month 20']['risk']", "That is the whole risk"),
            ("answer = budgets['month 20']['estimation']", "That is the estimation"),
            ("answer = budgets['month 20']['risk'] - budgets['month 20']['floor']", "only a line"),
            (
                "answer = budgets['month 20']['staleness'] / budgets['month 20']['risk']",
                "That is the share",
            ),
            ("answer = sum(budgets['month 20'][t] for t in ['floor', 'approximation', "
             "'estimation'])", "What goes?"),
            ("answer = 0.056 - 0.016", "between two months"),
            ("answer = 'staleness'", "should be one number"),
        ],
        "right": [
            "answer = 0.039",
            "answer = risk(world, deployed, 20) - np.mean([risk(world, m, 20) for m in retrains])",
        ],
    },
    "00.2": {
        "wrong": [
            ("def worth_it(staleness, rows, cost):\n    return staleness > cost", "the cost 50"),
            ("def worth_it(staleness, rows, cost):\n    return rows > cost", "you say True"),
            ("def worth_it(staleness, rows, cost):\n    return abs(staleness) * rows > cost",
             "beats a fresh one"),
            ("def worth_it(staleness, rows, cost):\n    return staleness * rows - cost",
             "True or False"),
            ("def worth_it(staleness, rows, cost):\n    if staleness * rows > cost:\n"
             "        return True", "Every way through it"),
        ],
        "right": [
            "def worth_it(staleness, rows, cost):\n    return staleness > cost / rows",
            "worth_it = lambda staleness, rows, cost: np.greater(staleness * rows, cost)",
        ],
    },
}  # fmt: skip
