"""Answers to the exercises of notebook 10: wrong ones with their hints, and other right ones."""

FOUR = "def four_weeks(rates):\n    "
GAPS = "def leaking_gaps(table, outcome):\n    "
SHARE = "def earlier_share(minutes, disrupted, now):\n    ago = now - minutes\n    "
GAIN = "(frozen.loss.mean() - monthly.loss.mean())"
NEWER = "(frozen.loss.mean() - recent.loss.mean())"

ANSWERS = {
    "10.1": {
        "wrong": [
            (FOUR + "return rates.rolling(4).mean().loc[9:]", "week 9 changes when the rates from"),
            (FOUR + "return rates.rolling(4).mean().shift(-1).loc[9:]", "nobody knows them"),
            (FOUR + "return rates.rolling(4, center=True).mean().loc[9:50]", "44 forecasts"),
            (FOUR + "return rates.shift(1).loc[9:]", "averaged is 1"),
            (FOUR + "return rates.rolling(8).mean().shift(1).loc[9:]", "averaged is 8"),
            (FOUR + "return rates.expanding().mean().shift(1).loc[9:]", "mean of all weeks before"),
            (FOUR + "return rates.rolling(4).mean().shift(4).loc[9:]", "lies 4 weeks back"),
            (FOUR + "return rates.rolling(4).mean().shift(3).loc[9:]", "lies 3 weeks back"),
            (FOUR + "return [rates.loc[5:8].mean()] * 44", "the same for every week"),
            (FOUR + "return rates.rolling(4).median().shift(1).loc[9:]", "weeks 5 to 8"),
            (FOUR + "return rates.rolling(4).mean()", "week 9 changes when"),
            (FOUR + "return rates.rolling(4).mean().shift(1).loc[13:]", "44 forecasts"),
            (FOUR + "return rates.rolling(12).mean().shift(1).loc[9:]", "is missing"),
        ],
        "right": [
            FOUR + "return rates.shift().rolling(4).mean()",
            FOUR + "return rates.rolling(4).mean().loc[8:51].to_numpy()",
            FOUR + "return rates.rolling(4).mean().shift(1).dropna().tolist()",
            FOUR + "return [sum(rates[w - k] for k in (1, 2, 3, 4)) / 4 for w in range(9, 53)]",
            "four_weeks = lambda rates: sum(rates.shift(k) for k in range(1, 5)).loc[9:52] / 4",
        ],
    },
    "10.2": {
        "wrong": [
            (f"share = 1 - {NEWER} / {GAIN}", "share of the added rows"),
            (f"share = {GAIN} / {NEWER}", "Upside down"),
            (f"share = {NEWER}", "a difference of log losses"),
            (f"share = 100 * {NEWER} / {GAIN}", "in per cent"),
            ("share = recent.loss.mean() / monthly.loss.mean()", "divides two losses"),
            (f"share = {GAIN} / {NEWER} - 1", "one part by the other"),
            ("share = 0.5", "newer rows only"),
            ("share = (frozen.loss - recent.loss) / (frozen.loss - monthly.loss)", "one number"),
        ],
        "right": [
            "share = 0.71",
            "share = (frozen.loss - recent.loss).sum() / (frozen.loss - monthly.loss).sum()",
            "share = (paired_difference(frozen, recent)['mean']\n"
            "         / paired_difference(frozen, monthly)['mean'])",
        ],
    },
    "10.3": {
        "wrong": [
            (SHARE + "return disrupted[ago >= 0].mean()", "not settled yet"),
            (SHARE + "return disrupted[(ago >= 0) & (ago <= 240)].mean()", "not settled yet"),
            (SHARE + "return disrupted[(ago <= -120) & (ago >= -240)].mean()", "not settled yet"),
            (SHARE + "return disrupted[ago >= 120].mean()", "look back without end"),
            (SHARE + "return disrupted[(ago > 120) & (ago < 240)].mean()", "both ends count"),
            (SHARE + "return disrupted[(ago >= 120) & (ago < 240)].mean()", "both ends count"),
            (SHARE + "return disrupted[(ago >= 120) & (ago <= 240)].sum()", "number of flights"),
            (SHARE + "return 100 * disrupted[(ago >= 120) & (ago <= 240)].mean()", "per cent"),
            (SHARE + "window = (ago >= 120) & (ago <= 240)\n"
             "    return disrupted[window].sum() / max(window.sum(), 1)", "No news is not good"),
            (SHARE + "return 1 - disrupted[(ago >= 120) & (ago <= 240)].mean()", "not disrupted"),
            (SHARE + "return disrupted[(ago >= 2) & (ago <= 4)].mean()", "2 hours are 120"),
            (SHARE + "return (ago >= 120) & (ago <= 240)", "Return one number"),
            (SHARE + "return np.nan", "you return NaN"),
            (SHARE + "return 'a third'", "Return one number, the share"),
            (SHARE + "window = disrupted[(ago >= 120) & (ago <= 240)]\n"
             "    return window.mean() if len(window) > 1 else np.nan", "there are flights in"),
            (SHARE + "return np.median(disrupted[(ago >= 120) & (ago <= 240)])", "the share is"),
        ],
        "right": [
            SHARE + "window = disrupted[(ago >= 120) & (ago <= 240)]\n"
            "    return sum(window) / len(window) if len(window) else np.nan",
            SHARE + "return pd.Series(disrupted)[(ago >= 120) & (ago <= 240)].mean()",
            SHARE + "a, b = np.searchsorted(minutes, [now - 240, now - 120 + 1])\n"
            "    return disrupted[a:b].mean()",
        ],
    },
    "10.4": {
        "wrong": [
            (GAPS + "return [c for c in table if table.loc[table[c].isna(), outcome].all()]",
             "'cancelled' has no gaps at all"),
            (GAPS + "rows = table[table[outcome] == 1]\n"
             "    return [c for c in table if rows[c].isna().all()]", "does not matter"),
            (GAPS + "return [c for c in table if table[c].isna().any()]", "the outcome is 0"),
            (GAPS + "return ['tail_number']", "'tail_number' is not a column of"),
            (GAPS + "gaps = table.drop(columns=outcome).isna()\n"
             "    return [c for c in gaps if table.loc[gaps[c], outcome].all()]",
             "'crew' has no gaps at all"),
            (GAPS + "return [c for c in table if table.loc[table[c].isna(), outcome].mean() > 0.9]",
             "in 1 of these rows the outcome is 0"),
            (GAPS + "return 'tail_number'", "as a list or a set"),
            (GAPS + "return []", "'tail_number' is missing from your answer"),
        ],
        "right": [
            GAPS + "return (c for c in table if table[c].isna().any()\n"
            "            and table.loc[table[c].isna(), outcome].all())",
            GAPS + "return {c for c in table if table[c].isna().any()\n"
            "            and table.loc[table[c].isna(), outcome].min() == 1}",
            GAPS + "gaps = table.drop(columns=outcome).isna()\n"
            "    left = gaps[table[outcome] == 0].sum()\n"
            "    return gaps.columns[(gaps.sum() > 0) & (left == 0)]",
        ],
    },
}  # fmt: skip
