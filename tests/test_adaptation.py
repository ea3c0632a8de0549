"""Weights, effective sample sizes and priors against closed forms and other ways to get them."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, softmax
from scipy.stats import norm
from sklearn.metrics import confusion_matrix

from helpers.adaptation import (
    bbse_prior,
    classifier_weights,
    effective_sample_size,
    em_prior,
    importance_weights,
    kitagawa,
    reprior,
)
from helpers.worlds import sudden, two_classes

OLD, NEW = norm(1, 0.5), norm(2, 0.25)  # the mixes of notebook 03


def rng(seed=0):
    return np.random.default_rng(seed)


def within_4_se(values, truth):
    values = np.asarray(values)
    return abs(values.mean() - truth) < 4 * values.std(ddof=1) / len(values) ** 0.5


def mean_square(shift, s, t):
    """E[w^2] from N(0, s^2) to N(shift, t^2), by completing the square."""
    d = 2 * s**2 - t**2
    return s**2 / (t * d**0.5) * np.exp(shift**2 / d)


# importance_weights


def test_weights_are_the_ratio_of_the_densities():
    x = np.linspace(-1, 3, 41)
    exact = 0.5 / 0.25 * np.exp(-((x - 2) ** 2) / (2 * 0.25**2) + (x - 1) ** 2 / (2 * 0.5**2))
    np.testing.assert_allclose(importance_weights(x, OLD.pdf, NEW.pdf), exact, rtol=1e-9)


def test_weights_are_1_where_nothing_moves():
    np.testing.assert_allclose(importance_weights(np.arange(5.0), OLD.pdf, OLD.pdf), 1, rtol=1e-12)


def test_weighted_means_are_those_of_the_target():
    x = OLD.rvs((400, 150), random_state=rng())
    w = importance_weights(x.ravel(), OLD.pdf, NEW.pdf).reshape(x.shape)
    assert within_4_se(w.mean(axis=1), 1)
    assert within_4_se((w * x).mean(axis=1), 2)


def test_weights_in_several_dimensions():
    X = rng().normal(size=(7, 2))

    def density(X):
        return norm.pdf(X).prod(axis=1)

    np.testing.assert_allclose(
        importance_weights(X, density, lambda X: density(X - 1)), np.exp(X.sum(axis=1) - 1)
    )


# classifier_weights


def test_classifier_weights_come_close_to_the_ratio():
    x_old, x_new = OLD.rvs(20_000, random_state=rng()), NEW.rvs(20_000, random_state=rng(1))
    known = importance_weights(x_old, OLD.pdf, NEW.pdf)
    estimated = classifier_weights(x_old[:, None], x_new[:, None])
    inside = (x_old > 1) & (x_old < 2.5)  # where rows of both are found
    np.testing.assert_allclose(estimated[inside], known[inside], rtol=0.15)
    assert estimated.mean() == pytest.approx(1, abs=0.05)


def test_classifier_weights_maximise_the_likelihood():
    """The same odds from scipy's own climb of the logistic likelihood."""
    x_old, x_new = OLD.rvs(150, random_state=rng()), NEW.rvs(300, random_state=rng(1))
    A = np.vander(np.concatenate([x_old, x_new]) - 1.5, 3)
    sign = np.repeat([-1, 1], [150, 300])

    def loss(beta):
        return np.logaddexp(0, -sign * (A @ beta)).sum()

    def slope(beta):
        return -A.T @ (sign * expit(-sign * (A @ beta)))

    found = minimize(loss, np.zeros(3), jac=slope, method="BFGS", options={"gtol": 1e-8}).x
    odds = 150 / 300 * np.exp(A[:150] @ found)
    estimated = classifier_weights(x_old[:, None], x_new[:, None])
    np.testing.assert_allclose(estimated, odds, rtol=0.01, atol=1e-4)


def test_classifier_weights_know_how_many_rows_there_are():
    x_old, x_new = OLD.rvs(500, random_state=rng()), NEW.rvs(500, random_state=rng(1))
    once = classifier_weights(x_old[:, None], x_new[:, None])
    thrice = classifier_weights(x_old[:, None], np.tile(x_new, 3)[:, None])
    assert thrice.mean() == pytest.approx(once.mean(), rel=0.15)


# effective_sample_size


def test_ess_of_equal_weights_is_their_number():
    assert effective_sample_size(np.full(7, 0.2)) == pytest.approx(7, abs=1e-9)
    assert effective_sample_size([0, 0, 3, 0]) == pytest.approx(1, abs=1e-9)


def test_ess_of_weights_1_to_n():
    n = 50  # (n (n + 1) / 2)^2 over n (n + 1) (2 n + 1) / 6
    exact = 1.5 * n * (n + 1) / (2 * n + 1)
    assert effective_sample_size(np.arange(1, n + 1)) == pytest.approx(exact, abs=1e-9)


def test_ess_does_not_depend_on_the_scale():
    w = rng().exponential(size=30)
    for scale in (1e-300, 1e-3, 1e300):
        assert effective_sample_size(w * scale) == pytest.approx(effective_sample_size(w), rel=1e-9)


def test_ess_is_n_over_1_plus_the_squared_coefficient_of_variation():
    w = rng().exponential(size=30)
    exact = 30 / (1 + (w.std() / w.mean()) ** 2)
    assert effective_sample_size(w) == pytest.approx(exact, rel=1e-9)


def test_ess_is_the_ratio_of_variances_of_means():
    """Kish's meaning: a weighted mean varies as one of so many equally weighted rows."""
    w = np.arange(1.0, 21)
    means = rng().normal(size=(20_000, 20)) @ w / w.sum()
    assert within_4_se(means**2, 1 / effective_sample_size(w))


@pytest.mark.parametrize(("shift", "t"), [(1, 0.25), (0.3, 0.4), (0, 0.6)])
def test_mean_square_of_the_weights_between_normals(shift, t):
    def integrand(x):
        return norm.pdf(x, shift, t) ** 2 / norm.pdf(x, 0, 0.5)

    exact = quad(integrand, -12, 12, epsabs=1e-12, epsrel=1e-12, limit=500)[0]
    assert mean_square(shift, 0.5, t) == pytest.approx(exact, abs=1e-9)


def test_ess_of_many_rows_tends_to_the_closed_form():
    x = norm(0, 0.5).rvs((200, 20_000), random_state=rng())
    w = norm.pdf(x, 0.3, 0.4) / norm.pdf(x, 0, 0.5)
    shares = [effective_sample_size(row) / len(row) for row in w]
    assert within_4_se(shares, 1 / mean_square(0.3, 0.5, 0.4))


# reprior


def test_reprior_is_bayes_rule():
    before, after = two_classes(0.5), two_classes(0.1)
    X = np.linspace(-4, 4, 33)[:, None]
    p = before.mean(X, 0)
    moved = reprior(np.column_stack([1 - p, p]), [0.5, 0.5], [0.9, 0.1])
    np.testing.assert_allclose(moved[:, 1], after.mean(X, 0), atol=1e-9)
    np.testing.assert_allclose(moved.sum(axis=1), 1, atol=1e-12)


def test_reprior_of_three_classes():
    X, means, old, new = (
        np.linspace(-3, 3, 9),
        np.array([-1, 0, 2]),
        [0.2, 0.3, 0.5],
        [0.6, 0.3, 0.1],
    )
    joint = norm.pdf(X[:, None], means)
    from_old, to_new = (
        joint * share / (joint @ share)[:, None] for share in map(np.array, (old, new))
    )
    np.testing.assert_allclose(reprior(from_old, old, new), to_new, atol=1e-9)
    np.testing.assert_allclose(reprior(to_new, new, old), from_old, atol=1e-9)
    np.testing.assert_allclose(reprior(from_old, old, old), from_old, atol=1e-12)


# em_prior


def log_likelihood(shares, p, prior):
    return np.log(p @ (shares / prior)).sum()


def test_em_finds_the_maximum_of_the_likelihood():
    world = two_classes(sudden(0.4, 0.15, at=1))
    X, _ = world.sample(rng(), 500, 1)
    f, prior = world.mean(X, 0), np.array([0.6, 0.4])
    p = np.column_stack([1 - f, f])
    best = minimize_scalar(
        lambda q: -log_likelihood(np.array([1 - q, q]), p, prior),
        bounds=(1e-6, 1 - 1e-6), method="bounded", options={"xatol": 1e-10},
    )  # fmt: skip
    assert em_prior(p, prior)[1] == pytest.approx(best.x, abs=1e-6)


def test_em_of_three_classes_finds_the_maximum():
    means, prior = np.array([-2, 0, 2.5]), np.array([0.3, 0.3, 0.4])
    x = rng().normal(rng(1).choice(means, 400, p=[0.6, 0.3, 0.1]))
    p = norm.pdf(x[:, None], means) * prior
    p /= p.sum(axis=1, keepdims=True)
    best = minimize(
        lambda z: -log_likelihood(softmax([0, *z]), p, prior), [0, 0], method="BFGS",
        options={"gtol": 1e-6},
    )  # fmt: skip
    found = em_prior(p, prior)
    np.testing.assert_allclose(found, softmax([0, *best.x]), atol=1e-5)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_em_stands_still_where_reprior_agrees_with_itself():
    p = rng().dirichlet([1, 1, 1], size=200)
    found = em_prior(p, [0.2, 0.3, 0.5])
    again = reprior(p, [0.2, 0.3, 0.5], found).mean(axis=0)
    np.testing.assert_allclose(again, found, atol=1e-8)


def test_em_and_bbse_find_the_share():
    world, em, bbse = two_classes(sudden(0.5, 0.1, at=1)), [], []
    X, y = world.sample(rng(99), 20_000, 0)
    confusion = confusion_matrix(y, world.mean(X, 0) > 0.5, normalize="true")
    for seed in range(100):
        f = world.mean(world.sample(rng(seed), 1000, 1)[0], 0)
        em.append(em_prior(np.column_stack([1 - f, f]), [0.5, 0.5])[1])
        bbse.append(bbse_prior(confusion, [(f <= 0.5).mean(), (f > 0.5).mean()])[1])
    assert within_4_se(em, 0.1)
    flagged = 0.1 * norm.cdf(1) + 0.9 * norm.cdf(-1)  # in the long run
    assert within_4_se(bbse, bbse_prior(confusion, [1 - flagged, flagged])[1])
    assert np.std(em) < np.std(bbse)


# bbse_prior


def test_bbse_of_two_classes_is_the_closed_form():
    """(predicted share - false positive rate) / (true positive rate - false positive rate)."""
    confusion = np.array([[0.85, 0.15], [0.3, 0.7]])
    for share in (0.2, 0.31, 0.6):
        exact = (share - 0.15) / (0.7 - 0.15)
        np.testing.assert_allclose(
            bbse_prior(confusion, [1 - share, share]), [1 - exact, exact], atol=1e-9
        )


def test_bbse_of_many_classes_against_least_squares():
    """In the paper's own form: joint shares C, weights w = C^-1 mu, prior w * P(y)."""
    confusion = rng().dirichlet(np.ones(5), 5) + 2 * np.eye(5)
    confusion /= confusion.sum(axis=1, keepdims=True)
    old, new = np.array([0.1, 0.1, 0.2, 0.3, 0.3]), np.array([0.3, 0.2, 0.2, 0.1, 0.2])
    joint = (confusion * old[:, None]).T
    w = np.linalg.lstsq(joint, new @ confusion, rcond=None)[0]
    np.testing.assert_allclose(bbse_prior(confusion, new @ confusion), w * old, atol=1e-9)
    np.testing.assert_allclose(bbse_prior(confusion, new @ confusion), new, atol=1e-9)


# kitagawa


def test_kitagawa_adds_up_to_the_whole_change():
    for seed in range(20):
        s0, s1 = rng(seed).dirichlet(np.ones(4), 2)
        r0, r1 = rng(seed + 100).random((2, 4))
        mix, rate = kitagawa(s0, r0, s1, r1)
        assert mix + rate == pytest.approx(s1 @ r1 - s0 @ r0, abs=1e-12)
        assert kitagawa(s1, r1, s0, r0) == pytest.approx((-mix, -rate), abs=1e-12)


def test_kitagawa_is_the_mean_of_both_orders():
    s0, r0, s1, r1 = map(np.array, ([0.7, 0.3], [0.05, 0.15], [0.4, 0.6], [0.05, 0.16]))
    orders = [s1 @ r0 - s0 @ r0, s1 @ r1 - s0 @ r1]  # the mix first, or the rates first
    assert kitagawa(s0, r0, s1, r1)[0] == pytest.approx(np.mean(orders), abs=1e-12)
    assert kitagawa(s0, r0, s0, r1)[0] == pytest.approx(0, abs=1e-12)
    assert kitagawa(s0, r0, s1, r0)[1] == pytest.approx(0, abs=1e-12)


# bad input

HALF, P = [0.5, 0.5], np.array([[0.2, 0.8], [0.6, 0.4]])
ROWS = np.arange(6.0)[:, None]


def at(value):
    return lambda x: np.full(len(x), value)


BAD = {
    "source zero": (
        lambda: importance_weights([1.0, 9.0], lambda x: np.array([1, 0]), at(1)),
        "source", "infinite", "leave out rows",
    ),
    "no overlap": (
        lambda: importance_weights([1.0], at(1), at(0)), "target", "no overlap", "Collect labels",
    ),
    "density of two columns": (
        lambda: importance_weights(ROWS, OLD.pdf, NEW.pdf), "source", "(6,)", "X[:, 0]",
    ),
    "density negative": (
        lambda: importance_weights([1.0], at(1), at(-1)), "target", "density", ">= 0",
    ),
    "density infinite": (
        lambda: importance_weights([1.0], at(np.inf), at(1)), "source", "density", "finite",
    ),
    "classifier, no overlap": (
        lambda: classifier_weights(ROWS, ROWS + 20),
        "X_source and X_target", "do not overlap", "Collect labels",
    ),
    "classifier, one dimension": (
        lambda: classifier_weights(ROWS[:, 0], ROWS), "X_source", "(n, d)", "reshape(-1, 1)",
    ),
    "classifier, other features": (
        lambda: classifier_weights(ROWS, np.ones((3, 2))), "X_target", "same features", "(3, 2)",
    ),
    "classifier, no rows": (
        lambda: classifier_weights(ROWS, np.ones((0, 1))), "X_target", "rows", "(0, 1)",
    ),
    "classifier, NaN": (
        lambda: classifier_weights(ROWS, ROWS * np.nan), "X_target", "NaN", "drop",
    ),
    "weight negative": (lambda: effective_sample_size([1, -1]), "weights", ">= 0", "collect"),
    "weight infinite": (
        lambda: effective_sample_size([1, np.inf]), "weights", "no overlap", "collect labels",
    ),
    "weights all zero": (lambda: effective_sample_size([0, 0]), "weights", "all zero", "ratio"),
    "no weights": (lambda: effective_sample_size([]), "weights", "none", "ratio"),
    "weights of two columns": (lambda: effective_sample_size(P), "weights", "series", "collect"),
    "probabilities above 1": (
        lambda: em_prior([[1.2, -0.2]], HALF), "probabilities", "[0, 1]", "logits",
    ),
    "probabilities NaN": (
        lambda: reprior([[np.nan, 1]], HALF, HALF), "probabilities", "NaN", "logits",
    ),
    "probabilities of one column": (
        lambda: em_prior(P[:, 1], HALF), "probabilities", "column a class", "without [:, 1]",
    ),
    "probabilities, class left out": (
        lambda: reprior(P * 0.9, HALF, HALF), "probabilities", "add up to 1", "each class",
    ),
    "no rows": (lambda: em_prior(np.ones((0, 2)), HALF), "probabilities", "row", "predict_proba"),
    "class absent from train": (
        lambda: em_prior(P, [1, 0]), "prior", "class 1", "Leave its column out",
    ),
    "old share zero": (
        lambda: reprior(P, [0, 1], HALF), "old", "class 0", "Leave its column out",
    ),
    "class absent from target": (
        lambda: reprior(P, HALF, [1, 0]), "new", "class 1", "Leave its column out",
    ),
    "shares of other classes": (
        lambda: em_prior(P, [0.2, 0.3, 0.5]), "prior", "2 shares", "Divide the counts",
    ),
    "shares that are counts": (
        lambda: reprior(P, HALF, [30, 70]), "new", "2 shares", "Divide the counts",
    ),
    "tolerance zero": (lambda: em_prior(P, HALF, tolerance=0), "tolerance", "above 0", "1e-9"),
    "confusion not square": (
        lambda: bbse_prior(np.ones((2, 3)) / 3, HALF), "confusion", "square", "all labels",
    ),
    "confusion of counts": (
        lambda: bbse_prior([[8, 2], [3, 7]], HALF), "confusion", "[0, 1]", 'normalize="true"',
    ),
    "confusion, class absent from train": (
        lambda: bbse_prior([[0.8, 0.2], [0, 0]], HALF), "confusion", "absent", "label some",
    ),
    "confusion not invertible": (
        lambda: bbse_prior([[0.7, 0.3], [0.7, 0.3]], [0.7, 0.3]),
        "confusion", "inverted", "Merge them",
    ),
    "predicted counts": (
        lambda: bbse_prior([[0.8, 0.2], [0.3, 0.7]], [80, 20]),
        "predicted_share", "2 shares", "Divide the counts",
    ),
    "predicted, class absent from target": (
        lambda: bbse_prior([[0.8, 0.2], [0.3, 0.7]], [0.9, 0.1]),
        "predicted_share", "class 1", "leave the class out",
    ),
    "segment without rows": (
        lambda: kitagawa(HALF, [0.1, np.nan], HALF, [0.1, 0.2]), "rate_old", "no rate", "merge",
    ),
    "rates of other segments": (
        lambda: kitagawa(HALF, [0.1, 0.2], HALF, [0.1]), "rate_new", "one a segment", "merge",
    ),
    "segment shares in per cent": (
        lambda: kitagawa([50, 50], [0.1, 0.2], HALF, [0.1, 0.2]), "share_old", "2 shares", "Divide",
    ),
    "other segments afterwards": (
        lambda: kitagawa(HALF, [0.1, 0.2], [1.0], [0.1]), "share_new", "2 shares", "Divide",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "argument", "fault", "remedy"), BAD.values(), ids=list(BAD))
def test_bad_input_is_named_with_a_remedy(make, argument, fault, remedy):
    with pytest.raises(ValueError) as error:
        make()
    message = str(error.value)
    assert message.startswith(argument) and fault in message and remedy in message


def test_em_that_does_not_settle_says_so():
    p = np.array([[0.5, 0.5], [0.6, 0.4]])
    with pytest.raises(RuntimeError, match="max_steps=2.*raise max_steps or tolerance"):
        em_prior(p, [0.3, 0.7], max_steps=2)
