"""Answers to the exercises of notebook 03: wrong ones with their hints, and other right ones."""

EACH = (
    "sizes = {}\nfor name, (x, mix) in archive.items():\n    w = new_mix.pdf(x) / mix.pdf(x)\n    "
)
NEW = "def new_probability(p, old, new):\n    "
PARTS = "s0, r0, s1, r1 = bank.to_numpy().T\nsplit = "

ANSWERS = {
    "03.1": {
        "wrong": [
            ("sizes = {name: len(x) for name, (x, mix) in archive.items()}", "the number of rows"),
            (
                "sizes = {}\nfor name, (x, mix) in archive.items():\n"
                "    sizes[name] = effective_sample_size(mix.pdf(x) / new_mix.pdf(x))",
                "The new mix belongs on top",
            ),
            (EACH + "sizes[name] = (w**2).sum() / w.sum() ** 2", "The squared sum belongs on top"),
            (EACH + "sizes[name] = w.sum()", "it cannot tell how many rows count"),
            (EACH + "sizes[name] = w.sum() / (w**2).sum()", "square the sum on top"),
            (EACH + "sizes[name] = w.sum() ** 2 / (w**2).sum() / len(x)", "the share of rows"),
            (
                "sizes = {}\nfor name, (x, mix) in archive.items():\n"
                "    sizes[name] = effective_sample_size(new_mix.pdf(x) / old_mix.pdf(x))",
                "its own mix",
            ),
            (
                "sizes = {name: len(x) * long_run_share(mix, new_mix)\n"
                "         for name, (x, mix) in archive.items()}",
                "at least one row always counts",
            ),
            ("sizes = [1, 2, 3]", "keys A, B, C"),
        ],
        "right": [
            EACH + "sizes[name] = round(effective_sample_size(w), 1)",
            EACH + "sizes[name] = len(x) / (1 + (w.std() / w.mean()) ** 2)",
            "sizes = {name: effective_sample_size(importance_weights(x, mix.pdf, new_mix.pdf))\n"
            "         for name, (x, mix) in archive.items()}",
        ],
    },
    "03.2": {
        "wrong": [
            ('choices = {"A": "leave", "B": "leave", "C": "leave"}', "A: how wrong"),
            ('choices = {"A": "weight", "B": "weight", "C": "weight"}', "B: the line is a little"),
            ('choices = {"A": "weight", "B": "leave", "C": "leave"}', "C: how wrong"),
            ('choices = {"A": True, "B": False, "C": True}', "A: choose"),
            ('choices = "weight"', "keys A, B, C"),
        ],
        "right": [
            'choices = dict(C="weight", B="leave", A="weight")',
            "choices = {}\nfor name, design in designs.items():\n"
            "    plain, weighted = race(*design, repeats=100).mean(axis=0)\n"
            '    choices[name] = "weight" if weighted < plain else "leave"',
        ],
    },
    "03.3": {
        "wrong": [
            (NEW + "return p * new / old", "Only the ill are rescaled"),
            (NEW + "return min(1, p * new / old)", "Cutting at 1"),
            (NEW + "return reprior(np.array([[1 - p, p]]), [1 - new, new], [1 - old, old])[0, 1]",
             "Old and new are swapped"),
            (NEW + "odds = p / (1 - p) * (new / (1 - new)) / (old / (1 - old))\n    return odds",
             "Those are the odds"),
            (NEW + "ill = p * new / old\n    return ill / (ill + 1 - p)", "keep their old weight"),
            (NEW + "return p + new - old", "A shift of the share"),
            (NEW + "return p", "Unchanged"),
            (NEW + "return p * new", "nothing should change"),
            (NEW + "return p * np.sqrt(new / old)", "which factor do they get"),
        ],
        "right": [
            NEW + "return reprior(np.array([[1 - p, p]]), [1 - old, old], [1 - new, new])[0, 1]",
            NEW + "odds = p / (1 - p) * (new / (1 - new)) / (old / (1 - old))\n"
            "    return odds / (1 + odds)",
            "from scipy.special import expit, logit\n"
            "new_probability = lambda p, old, new: expit(logit(p) - logit(old) + logit(new))",
        ],
    },
    "03.4": {
        "wrong": [
            (PARTS + "kitagawa(s0, r0, s1, r1)[::-1]", "in the wrong order"),
            (PARTS + "kitagawa(s1, r1, s0, r0)", "The signs are turned around"),
            (PARTS + "((s1 - s0) @ r0, (r1 - r0) @ s0)", "Yours do not add up to it"),
            (PARTS + "((s1 - s0) @ r0, (r1 - r0) @ s1)", "without favour to before"),
            (PARTS + "[100 * part for part in kitagawa(s0, r0, s1, r1)]", "percentage points"),
            (PARTS + "np.array(kitagawa(s0, r0, s1, r1)) / (s1 @ r1 - s0 @ r0)",
             "shares of the change"),
            (PARTS + "(s1 @ r1 - s0 @ r0, 0)", "are not its two parts"),
            (PARTS + "np.round(kitagawa(s0, r0, s1, r1), 2)", "Give three decimals"),
            (PARTS + "(0.03, 0.03)", "should add up to the whole change"),
            (PARTS + "s1 @ r1 - s0 @ r0", "should be a pair"),
        ],
        "right": [
            PARTS + "kitagawa(s0, r0, s1, r1)",
            PARTS + "np.round(kitagawa(s0, r0, s1, r1), 3)",
            "split = [0.061, -0.011]",
            PARTS + "np.array([(s1 - s0) @ (r0 + r1), (r1 - r0) @ (s0 + s1)]) / 2",
        ],
    },
}  # fmt: skip
