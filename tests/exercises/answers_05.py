"""Answers to the exercises of notebook 05: wrong ones with their hints, and other right ones."""


def tempos(**changed):
    right = {
        "A": "gradual", "B": "recurring", "C": "sudden", "D": "incremental", "E": "gradual",
    }  # fmt: skip
    return f"tempo_of = {right | changed}"


def calendar(body):
    return f"def calendar(edges, now):\n    {body}"


ANSWERS = {
    "05.1": {
        "wrong": [
            (tempos(A="incremental"), "A: so far gradual and incremental look alike"),
            (tempos(D="gradual"), "D: so far gradual and incremental look alike"),
            (tempos(E="sudden"), "E: 4 batches have a slope near the middle"),
            (tempos(B="sudden"), "B: the slope crosses over 4 times"),
            (tempos(C="recurring"), "C: does the slope ever come back"),
            (tempos(C="incremental"), "C: how many batches have a slope in the middle"),
            (tempos(A="slow"), "A: choose one of"),
            ('tempo_of = ["gradual", "recurring", "sudden"]', "keys A, B, C, D, E"),
        ],
        "right": [
            'tempo_of = dict(zip("ABCDE", "gradual recurring sudden incremental gradual".split()))'
        ],
    },
    "05.2": {
        "wrong": [
            ("new_batches = 40 / (0.1 / 4) - 40", "the share that is down to the target"),
            ("new_batches = 40 / (0.1 / 4) ** 0.5", "counts all batches"),
            ("new_batches = 50 * (40 / (0.1 / 4) ** 0.5 - 40)", "Those are rows"),
            ("new_batches = 7.5", "Turned around"),
            ("new_batches = 80", "Which s makes s squared times 4"),
        ],
        "right": [
            "new_batches = 213",
            "n = np.arange(1, 1000)\nnew_batches = n[4 * (40 / (40 + n)) ** 2 <= 0.1][0]",
        ],
    },
    "05.3": {
        "wrong": [
            (calendar("return edges[now - 2], edges[now]"), "all your rows are of the other"),
            (calendar("return edges[max(0, now - 8)], edges[now]"), "of the other state"),
            (calendar("return edges[0], edges[now]"), "hold both states"),
            (
                calendar("return edges[max(0, now - 20)], edges[max(2, now - 10)]"),
                "hold both states",
            ),
            (calendar("return edges[now], edges[now + 1]"), "The future is not for sale"),
            (calendar("return edges[now // 10 * 10], edges[now]"), "not a window of old rows"),
            (
                calendar("e = edges[max(0, now - 20)]\n    return e, e + 10"),
                "at worst 10 of them: too few",
            ),
            (calendar("return edges[now - 2]"), "Return two row numbers"),
        ],
        "right": [
            calendar("return edges[max(0, now - 20)], edges[max(0, now - 20) + 1]"),
            calendar(
                "s = 10 * (now // 10 % 2)\n"
                "    return (edges[s], edges[s + 10]) if now >= 20 else (edges[0], edges[now])"
            ),
        ],
    },
    "05.4": {
        "wrong": [
            ('column = "meter"', "meter moves at the same time"),
            ('column = "tariff"', "tariff moves at the same time"),
            ('column = "bill"', "it is computed from it"),
            ('column = "area"', "area looks the same in both halves"),
            ('column = "week"', "week is no candidate"),
            ('column = "heat pump"', "is not a candidate"),
        ],
        "right": ['column = "heat_" + "pump"', "column = table.columns[4]"],
    },
}
