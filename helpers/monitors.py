"""What can be said of a deployed classifier from its own probabilities, without labels.

Both estimates assume that the probabilities are calibrated on the rows at hand: of the rows that
get p, the share p has the outcome 1. No unlabelled row can show whether that still holds.
"""

import numpy as np


def cbpe(probabilities, threshold=0.5):
    """Confidence-based performance estimation: the accuracy that a classifier expects of itself.

    A row with probability p is called 1 if p >= threshold, and is then right with probability p;
    otherwise it is called 0 and right with probability 1 - p. The estimate is the mean over the
    rows; at threshold .5 that is the mean of max(p, 1 - p). The library NannyML, which coined
    the name, first calibrates p on reference rows; here p is taken as it is.

    Parameters
    ----------
    probabilities : array of shape (n,)
        P(y=1|x) as the model has it.
    threshold : float
        From which probability on a row is called 1, between 0 and 1.

    Returns
    -------
    float
        Expected accuracy, between 0 and 1.

    Raises
    ------
    ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    J. Białek, J. Kivimäki, W. Kuberski, N. Perrakis, "Estimating model performance under
    covariate shift without labels", NeurIPS, 2025.
    """
    p = _checked(probabilities)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be a probability between 0 and 1; got {threshold}")
    return float(np.mean(np.where(p >= threshold, p, 1 - p)))


def expected_brier(probabilities):
    """The Brier score that a classifier expects of itself: the mean of p (1 - p).

    Parameters
    ----------
    probabilities : array of shape (n,)
        P(y=1|x) as the model has it.

    Returns
    -------
    float
        Expected Brier score, between 0 and 1/4.

    Raises
    ------
    ValueError
        Naming the argument, what was wrong and what to do.
    """
    p = _checked(probabilities)
    return float(np.mean(p * (1 - p)))


def _checked(probabilities):
    p = np.asarray(probabilities, float)
    if p.ndim != 1 or len(p) == 0:
        raise ValueError(
            f"probabilities must be one number a row; got shape {p.shape}. From predict_proba "
            "take the column of class 1: predict_proba(X)[:, 1]."
        )
    if not ((p >= 0) & (p <= 1)).all():  # also NaN
        raise ValueError(
            "probabilities must lie between 0 and 1, without NaN. Pass predict_proba(X)[:, 1], "
            "not scores or log-odds; scipy.special.expit turns log-odds into probabilities."
        )
    return p
