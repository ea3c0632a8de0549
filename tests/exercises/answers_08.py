"""Answers to the exercises of notebook 08: wrong ones with their hints, and other right ones."""

PATIENT = """\
def my_policy(now, scored):
    for batch, losses in scored:
        if losses.mean() > {threshold}:
            return batch + {wait}
    return None"""

ANSWERS = {
    "08.1": {
        "wrong": [
            ("period = best_period(30, 0.08 / 1000)", "The labels of a retrain cost money"),
            ("period = best_period(200 * 0.35, 0.08 / 1000)", "And the training?"),
            ("period = (100 / (0.08 / 1000)) ** 0.5", "where the 2 in the law comes from"),
            ("period = best_period(100, 0.08)", "how much does it grow in one row"),
            ("period = 2 * 100 / (0.08 / 1000)", "the square of the period"),
            ("period = 100 / 0.08", "keeps growing"),
            ("period = (1.5 * 100 / (0.08 / 1000)) ** (1 / 3)", "The cube root is for a ramp"),
            ("period = 500", "too often"),
            ("period = 5000", "too seldom"),
            ("period = -5", "a positive number"),
        ],
        "right": [
            "period = 1581",
            "period = best_period(company.retrain(200), 0.08 / 1000)",
            "T = np.arange(1, 10_000)\nperiod = T[(100 / T + 8e-5 * T / 2).argmin()]",
        ],
    },
    "08.2": {
        "wrong": [
            ("price_of_never = 10", "still has"),
            ("price_of_never = growing(0).sum()", "the new model gets old as well"),
            ("price_of_never = 1900", "still has 1 retrain(s)"),
            ("price_of_never = 2500", "Which is the lowest of them"),
            ("price_of_never = -1", "at least 0"),
        ],
        "right": [
            "price_of_never = 2005",
            "price_of_never = 0.2 * 100**2",
            "price_of_never = min(\n"
            "    p for p in range(1900, 2100, 5)\n"
            "    if not cheapest_schedule(growing, 200, p)[1].any()\n"
            ")",
        ],
    },
    "08.3": {
        "wrong": [
            (
                "def effect(before, after, retrained):\n"
                "    return (after - before)[retrained].mean()",
                "luck included",
            ),
            (
                "def effect(before, after, retrained):\n    return (after - before).mean()",
                "the change of all bad weeks",
            ),
            (
                "def effect(before, after, retrained):\n"
                "    return (after - before)[~retrained].mean()",
                "the placebo",
            ),
            (
                "def effect(before, after, retrained):\n"
                "    return after[~retrained].mean() - after[retrained].mean()",
                "the sign is not",
            ),
            (
                "def effect(before, after, retrained):\n    return after[retrained].mean()",
                "minus the mean over those left alone",
            ),
        ],
        "right": [
            "def effect(before, after, retrained):\n"
            "    change = after - before\n"
            "    return change[retrained].mean() - change[~retrained].mean()",
            "def effect(before, after, retrained):\n"
            "    A = np.column_stack([np.ones(len(before)), before, retrained])\n"
            "    return np.linalg.lstsq(A, after)[0][2]",
        ],
    },
    "08.4": {
        "wrong": [
            (PATIENT.format(threshold=500, wait=1), "never retrains"),
            ("def my_policy(now, scored):\n    return now + 1", "no timing is needed"),
            ("def my_policy(now, scored):\n    return now + 97", "fit other streams as well"),
            ("my_policy = 4", "should be a function"),
        ],
        "right": [
            PATIENT.format(threshold=4, wait=7),
            PATIENT.format(threshold=3, wait=1),
            "from helpers.policies import cost_aware\n\nmy_policy = cost_aware(20, 50, 6)",
        ],
    },
}
