"""Answers to the exercises of notebook 09: wrong ones with their hints, and other right ones."""

FINE = {"A": "seen by the challenger", "B": "stale", "C": "seen by the champion"}
FINE |= {"D": "fine", "E": "stale"}

MANY = "def gate_of_many(champion, challengers, level):\n"
TEST = "    from helpers.gates import better_mean, significantly_better\n"
BEST = "    best = int(challengers.mean(axis=1).argmin())\n"

EVEN = "def break_even(saving, staleness, waited):\n    return "


def verdicts(**changes):
    return f"verdicts = {FINE | changes}"


def of_many(body):
    return MANY + TEST + BEST + "    " + body


ANSWERS = {
    "09.1": {
        "wrong": [
            ("labels_needed = paired_labels(0.075, 0.045, 0.01, 0.9)", "The level is two-sided"),
            ("labels_needed = paired_labels(0.075, 0.045)", "default level and power"),
            ("labels_needed = paired_labels(0.075, 0.045, 0.005)", "the power the default"),
            ("labels_needed = paired_labels(0.075, 0.045, power=0.9)", "the level the default"),
            (
                "labels_needed = paired_labels(0.075, 0.045, 0.005, 0.9) * 0.12",
                "How many rows must be labelled",
            ),
            (
                "labels_needed = unpaired_labels(0.85, 0.88, 0.005, 0.9)",
                "both models see the same rows",
            ),
            ("labels_needed = 400", "90% was asked for"),
            ("labels_needed = 12_000", "the power is 100%"),
            ("labels_needed = 0", "at least 1"),
        ],
        "right": [
            "labels_needed = 1975",
            "labels_needed = next(n for n in range(1500, 3000)"
            " if paired_power(n, 0.075, 0.045, 0.005) >= 0.9)",
            "z = norm.isf(0.005) * 0.12**0.5 + norm.isf(0.1) * (0.12 - 0.03**2) ** 0.5\n"
            "labels_needed = (z / 0.03) ** 2",
        ],
    },
    "09.2": {
        "wrong": [
            (verdicts(A="fine"), "A: the hold-out is rows 7,000 to 7,500. What did the challenger"),
            (verdicts(B="fine"), "B: the hold-out is rows 5,500 to 6,100, and the world changed"),
            (verdicts(C="fine"), "C: the hold-out is rows 6,200 to 6,500. What did the champion"),
            (verdicts(C="stale"), "What did the champion learn from?"),
            (verdicts(D="stale"), "Neither model learned from them"),
            (verdicts(E="fine"), "and the world changed at 6,000"),
            (verdicts(A="seen"), "A: choose one of 'fine', 'stale'"),
            ('verdicts = ["fine"] * 5', "a dict with the keys A, B, C, D, E"),
        ],
        "right": [
            "def verdict(champion, challenger, holdout):\n"
            "    if holdout[0] < 6000:\n"
            "        return 'stale'\n"
            "    if holdout[1] > challenger[0] and holdout[0] < challenger[1]:\n"
            "        return 'seen by the challenger'\n"
            "    return 'seen by the champion' if holdout[0] < champion[1] else 'fine'\n"
            "verdicts = {k: verdict(*g.values()) for k, g in gates.items()}",
        ],
    },
    "09.3": {
        "wrong": [
            (
                of_many(
                    "ok = significantly_better(level)\n"
                    "    return best if ok(champion, challengers[best]) else None"
                ),
                "Each test alone keeps the level; ten tests do not",
            ),
            (
                of_many("return best if better_mean(champion, challengers[best]) else None"),
                "Ask for more than a lead",
            ),
            (of_many("return best"), "Ask for more than a lead"),
            (of_many("return int(challengers.mean(axis=1).argmax())"), "lower is better"),
            (of_many("return False"), "nobody passed"),
            (
                of_many(
                    "ok = significantly_better(level / 3)\n"
                    "    return best if ok(champion, challengers[best]) else None"
                ),
                "How many challengers share the level",
            ),
            (
                of_many(
                    "worst = int(challengers.mean(axis=1).argmax())\n"
                    "    ok = significantly_better(level / 10)\n"
                    "    return worst if ok(champion, challengers[worst]) else None"
                ),
                "does it choose the lowest loss",
            ),
            (
                of_many(
                    "return bool(significantly_better(level / 10)(champion, challengers[best]))"
                ),
                "Say which one",
            ),
            (
                of_many(
                    "half = len(champion) // 2\n"
                    "    best = challengers[:, :half].mean(axis=1).argmin()\n"
                    "    ahead = better_mean(champion[half:], challengers[best, half:])\n"
                    "    return best if ahead else None"
                ),
                "nearly a coin",
            ),
            (
                of_many(
                    "ok = significantly_better(0.005)\n"
                    "    return best if ok(champion, challengers[best]) else None"
                ),
                "use the level that it is given",
            ),
            (
                of_many(
                    "ahead = champion.mean() - challengers[best].mean()\n"
                    "    return best if ahead > 0.08 else None"
                ),
                "follow the number of challengers",
            ),
            (of_many("return best + 0.5"), "a whole number from 0 to 9"),
        ],
        "right": [
            of_many(  # half of the rows to choose, half to judge
                "half = len(champion) // 2\n"
                "    best = challengers[:, :half].mean(axis=1).argmin()\n"
                "    ok = significantly_better(level)\n"
                "    return best if ok(champion[half:], challengers[best, half:]) else None"
            ),
            MANY
            + "    wins = (champion > challengers).sum(axis=1)\n"
            + "    defeats = (champion < challengers).sum(axis=1)\n"
            + "    p = mcnemar(wins, defeats, mid=False)\n"
            + "    return p.argmin() if p.min() <= 1 - (1 - level) ** (1 / len(p)) else None",
        ],
    },
    "09.4": {
        "wrong": [
            (EVEN + "saving / (staleness * waited)", "Upside down"),
            (EVEN + "staleness / saving", "How many periods does the gate wait?"),
            (EVEN + "staleness * (waited + 1) / saving", "Count the periods waited only"),
            (EVEN + "staleness * waited", "That is what one change costs"),
            (EVEN + "staleness * waited / saving - waited", "Nothing is to be taken off"),
            (EVEN + "staleness * waited / saving + waited", "from change to change"),
            (EVEN + "staleness - saving", "a staleness of 2 and 3 periods waited"),
        ],
        "right": [
            EVEN + "waited / (saving / staleness)",
            EVEN + "np.sum(np.full(waited if isinstance(waited, int) else int(waited), staleness))"
            " / saving",
        ],
    },
}
