"""Without new labels: importance weights, effective sample size, new priors, the mix or the rate.

Two assumptions, never both: under *covariate shift* P(x) moves and P(y|x) stays, and weights mend
a fit; under *prior shift* (label shift) P(y) moves and P(x|y) stays, and new priors mend the
probabilities. The inputs alone do not tell which of the two holds.
"""

import numpy as np

_ROUNDING = 1e-6  # how far shares or probabilities may be from adding up to 1


def importance_weights(X, source, target):
    """Weights that make rows of one mix count as in another: ``target(x) / source(x)``.

    For any loss, E_source[w(x) loss] = E_target[loss], if P(y|x) is the same in both and source
    is positive wherever target is (Shimodaira 2000, eq. 3.3).

    Parameters
    ----------
    X : array of shape (n,) or (n, d)
        The labelled rows, in the shape that the densities take.
    source, target : callable
        Density of the inputs that the rows came from, and of those to come: ``density(X)`` of
        shape (n,), such as ``scipy.stats.norm(1, 0.5).pdf``.

    Returns
    -------
    ndarray of shape (n,)
        Weights >= 0, with mean 1 in expectation.

    Raises
    ------
    ValueError
        If a density is negative or not finite, if source is zero at a row, or target at all.
    """
    densities = {"source": source, "target": target}
    for name, density in densities.items():
        densities[name] = values = np.asarray(density(X), float)
        if values.shape != (len(X),):
            raise ValueError(
                f"{name} must return one density per row, shape ({len(X)},); got {values.shape}. "
                "With one feature give X[:, 0]."
            )
        if not np.isfinite(values).all() or (values < 0).any():
            raise ValueError(f"{name} must be a density: finite and >= 0 at every row")
    if (densities["source"] == 0).any():
        row = int((densities["source"] == 0).argmax())
        raise ValueError(
            f"source is 0 at row {row}, so its weight is infinite. Is that the density the rows "
            "came from? Give the right one, or leave out rows it cannot have brought."
        )
    if (densities["target"] == 0).all():
        raise ValueError(
            "target is 0 at every row: no overlap, and no weight can make up for rows that are "
            "not there. Collect labels where the target is."
        )
    return densities["target"] / densities["source"]


def classifier_weights(X_source, X_target, degree=2):
    """Importance weights without densities: the odds of a classifier that tells the mixes apart.

    With n_s and n_t rows, w(x) = n_s / n_t * P(target|x) / P(source|x) (Bickel, Brückner and
    Scheffer 2007). A logistic regression on polynomials gives the probabilities; degree 2 is
    right where both mixes are normal. No penalty: it would pull the weights together.

    Parameters
    ----------
    X_source, X_target : array of shape (n_s, d), (n_t, d)
        Rows to be weighted, and unlabelled rows of the mix to come.
    degree : int
        Of the polynomials, at least 1.

    Returns
    -------
    ndarray of shape (n_s,)
        Weights of the rows of ``X_source``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the classifier tells the mixes apart without an error.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    X_source, X_target = np.asarray(X_source, float), np.asarray(X_target, float)
    for name, X in [("X_source", X_source), ("X_target", X_target)]:
        if X.ndim != 2 or len(X) == 0 or X.shape[1] != X_source.shape[-1]:
            raise ValueError(
                f"{name} must hold rows of the same features as X_source, shape (n, d); got "
                f"{X.shape}. For one feature use X.reshape(-1, 1)."
            )
        if not np.isfinite(X).all():
            raise ValueError(f"{name} has NaN or infinity; fill or drop such rows first")
    mix = np.repeat([0, 1], [len(X_source), len(X_target)])
    polynomials = PolynomialFeatures(degree, include_bias=False)
    classifier = make_pipeline(
        polynomials, StandardScaler(), LogisticRegression(C=1e6, max_iter=5000)
    )
    log_odds = classifier.fit(np.concatenate([X_source, X_target]), mix).decision_function
    if log_odds(X_source).max() < log_odds(X_target).min():
        raise ValueError(
            "X_source and X_target do not overlap: a classifier tells them apart without an error, "
            "and the weights would be infinite. Collect labels where the target is."
        )
    return len(X_source) / len(X_target) * np.exp(log_odds(X_source))


def effective_sample_size(weights):
    """Number of equally weighted rows that would be worth as much: (sum w)^2 / sum w^2.

    For a weighted mean of values with equal variances it is exact (Kish 1965, sec. 11.7). As n
    grows it tends to n E[w]^2 / E[w^2]. It is at least 1 and knows only the rows that are there:
    where large weights are rare, it is too large until one of them is drawn.

    Parameters
    ----------
    weights : array of shape (n,)
        Non-negative, not all zero; their scale does not matter.

    Returns
    -------
    float
        Between 1 and n, in rows.

    Raises
    ------
    ValueError
        If a weight is negative, infinite or NaN, or all are zero.
    """
    weights = np.asarray(weights, float)
    if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(
            "weights must be a series of finite numbers >= 0. An infinite one means no overlap: "
            "collect labels there."
        )
    if not weights.any():
        raise ValueError("weights are all zero, or there are none: no row counts. Check the ratio.")
    weights = weights / weights.max()
    return float(weights.sum() ** 2 / (weights**2).sum())


def reprior(probabilities, old, new):
    """Probabilities for another prior: each class times new / old, scaled to add up to 1.

    Bayes' rule under prior shift (Saerens, Latinne and Decaestecker 2002, eq. 2.4).

    Parameters
    ----------
    probabilities : array of shape (n, K)
        P(class|x) for the old prior, one column a class, as ``predict_proba`` gives them.
    old, new : array of shape (K,)
        Share of each class where the model was trained, and where it predicts.

    Returns
    -------
    ndarray of shape (n, K)

    Raises
    ------
    ValueError
        If probabilities or shares are outside [0, 1] or do not add up to 1, or a share is 0.
    """
    p = _probabilities(probabilities)
    odds = p * (_shares("new", new, p.shape[1]) / _shares("old", old, p.shape[1]))
    return odds / odds.sum(axis=1, keepdims=True)


def em_prior(probabilities, prior, tolerance=1e-9, max_steps=100_000):
    """The share of each class among unlabelled rows under prior shift, by EM.

    Each step gives the rows the current prior (`reprior`) and takes the mean of their
    probabilities as the next (Saerens, Latinne and Decaestecker 2002, eq. 2.9). It climbs the
    concave likelihood sum_i log sum_k q_k p_ik / prior_k, and stops when no share moves by
    ``tolerance`` any more.

    Parameters
    ----------
    probabilities : array of shape (n, K)
        The model's P(class|x) for the unlabelled rows, under the prior it was trained with.
    prior : array of shape (K,)
        Share of each class where the model was trained.
    tolerance : float
        Largest move of a share in the last step, > 0.
    max_steps : int
        Steps before it gives up.

    Returns
    -------
    ndarray of shape (K,)

    Raises
    ------
    ValueError
        As for `reprior`.
    RuntimeError
        If it does not settle.
    """
    p = _probabilities(probabilities)
    prior = _shares("prior", prior, p.shape[1])
    if not tolerance > 0:
        raise ValueError(f"tolerance must be above 0; got {tolerance}. Try 1e-9.")
    ratio, shares = p / prior, prior
    for _ in range(max_steps):
        odds = ratio * shares
        before, shares = shares, (odds / odds.sum(axis=1, keepdims=True)).mean(axis=0)
        if abs(shares - before).max() < tolerance:
            return shares
    raise RuntimeError(
        f"the prior still moves after max_steps={max_steps}. The classes hardly differ in these "
        "rows; raise max_steps or tolerance, or merge classes."
    )


def bbse_prior(confusion, predicted_share):
    """The share of each class among unlabelled rows under prior shift, from predicted labels.

    Black box shift estimation (Lipton, Wang and Smola 2018, sec. 3): the predicted shares are
    mixed from the true ones, predicted_j = sum_i prior_i P(predicted j|true i), and this is
    solved for the prior.

    Parameters
    ----------
    confusion : array of shape (K, K)
        P(predicted j|true i) in row i, on labelled rows that the model has not seen:
        ``sklearn.metrics.confusion_matrix(y, predicted, normalize="true")``.
    predicted_share : array of shape (K,)
        Share of each class among the model's predictions for the unlabelled rows.

    Returns
    -------
    ndarray of shape (K,)

    Raises
    ------
    ValueError
        If a row is no distribution (a class absent from the labelled rows), the matrix cannot be
        inverted, or a share comes out at 0 or below.
    """
    confusion = np.asarray(confusion, float)
    if confusion.ndim != 2 or len(confusion) < 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(
            f"confusion must be square, a row and a column a class; got shape {confusion.shape}. "
            "Give confusion_matrix all labels."
        )
    if not _within(confusion) or not np.allclose(confusion.sum(axis=1), 1, atol=_ROUNDING):
        raise ValueError(
            "confusion must hold P(predicted|true) in [0, 1], each row adding up to 1. Use "
            'normalize="true"; a row of zeros is a class absent from the labelled rows: leave it '
            "out or label some."
        )
    predicted = np.asarray(predicted_share, float)
    if (
        predicted.shape != (len(confusion),)
        or not _within(predicted)
        or abs(predicted.sum() - 1) > _ROUNDING
    ):
        raise ValueError(
            f"predicted_share must be {len(confusion)} shares in [0, 1] that add up to 1; got "
            f"{predicted}. Divide the counts by their sum."
        )
    if np.linalg.cond(confusion) > 1e8:
        raise ValueError(
            "confusion cannot be inverted: two classes get the same predictions. Merge them, or "
            "use a model that tells them apart."
        )
    shares = np.linalg.solve(confusion.T, predicted)
    if (shares <= 0).any():
        raise ValueError(
            f"predicted_share gives class {shares.argmin()} a share of {shares.min():.3g}: it is "
            "absent from these rows, or they are too few. Take more rows, or leave the class out."
        )
    return shares


def kitagawa(share_old, rate_old, share_new, rate_new):
    """Split the change of an overall rate into the mix of segments and the rates within them.

    mix = sum (s1 - s0) (r0 + r1) / 2 and rate = sum (r1 - r0) (s0 + s1) / 2. Their sum is the
    whole change, sum s1 r1 - sum s0 r0: an identity (Kitagawa 1955, eq. 2).

    Parameters
    ----------
    share_old, share_new : array of shape (K,)
        Share of rows in each segment, before and after.
    rate_old, rate_new : array of shape (K,)
        Rate (an error rate, a mean loss) within each segment, before and after.

    Returns
    -------
    mix, rate : float
        In the units of the rates.

    Raises
    ------
    ValueError
        If shares are none, or a segment has no rate or the lists differ in length.
    """
    count = np.size(share_old)
    old = _shares("share_old", share_old, count, positive=False)
    new = _shares("share_new", share_new, count, positive=False)
    rates = []
    for name, rate in [("rate_old", rate_old), ("rate_new", rate_new)]:
        rates.append(np.asarray(rate, float))
        if rates[-1].shape != (count,) or not np.isfinite(rates[-1]).all():
            raise ValueError(
                f"{name} must be {count} finite numbers, one a segment; got {rate}. A segment "
                "without rows has no rate: merge it with a neighbour."
            )
    mix = (new - old) @ (rates[0] + rates[1]) / 2
    rate = (rates[1] - rates[0]) @ (old + new) / 2
    return float(mix), float(rate)


def _within(values):
    return bool(np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all())


def _probabilities(probabilities):
    p = np.asarray(probabilities, float)
    if p.ndim != 2 or len(p) == 0 or p.shape[1] < 2:
        raise ValueError(
            f"probabilities must have a row an example and a column a class; got shape {p.shape}. "
            "Give predict_proba(X) whole, without [:, 1]."
        )
    if not _within(p):
        raise ValueError(
            "probabilities must lie in [0, 1]; got NaN or a value outside. Scores and logits "
            "have to be turned into probabilities first."
        )
    if not np.allclose(p.sum(axis=1), 1, atol=_ROUNDING):
        raise ValueError("probabilities must add up to 1 in each row: give a column for each class")
    return p


def _shares(name, values, count, positive=True):
    values = np.asarray(values, float)
    if values.shape != (count,) or not _within(values) or abs(values.sum() - 1) > _ROUNDING:
        raise ValueError(
            f"{name} must be {count} shares in [0, 1] that add up to 1; got {values}. Divide the "
            "counts by their sum."
        )
    if positive and not values.all():
        raise ValueError(
            f"{name} is 0 for class {int(values.argmin())}: a class that is absent has no "
            "probability to be rescaled. Leave its column out, or get rows of it."
        )
    return values
