"""A function shown in a notebook and kept in helpers gives the same on the same inputs."""

import ast
import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import helpers.plots
from helpers.worlds import World, uniform
from tests import sample
from tests.notebooks import code_cells, every_notebook, load, name_of, play

DRAWS = 20


def world_model_time(rng):
    """A moving world, a line fitted to some of its rows, and a time."""
    speed, noise = rng.uniform(0.01, 0.1, size=2)
    world = World(uniform(0, 1), lambda X, t: X[:, 0] ** 2 - speed * t * X[:, 0], noise=noise)
    return world, LinearRegression().fit(*world.sample(rng, 20, t=0)), rng.uniform(0, 20)


def weights_of_rows(rng):
    """Weights between 0 and some tens, for some number of rows."""
    return (rng.exponential(size=rng.integers(1, 50)) ** 2,)


def probabilities_and_priors(rng):
    """Probabilities of three classes, and two priors."""
    return rng.dirichlet(np.ones(3), 8), rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(3))


def two_tables(rng):
    """Shares and rates of four segments, before and after."""
    return rng.dirichlet(np.ones(4)), rng.random(4), rng.dirichlet(np.ones(4)), rng.random(4)


def rows_inputs_noise(rng):
    """More rows than coefficients, and a noise variance."""
    d = rng.integers(1, 20)
    return d + rng.integers(2, 500), d, rng.uniform(0.1, 5)


def inputs_noise_change(rng):
    """Coefficients, noise variance and squared length of a change."""
    return rng.integers(1, 20), rng.uniform(0.1, 5), rng.uniform(0.01, 5)


def two_samples(rng):
    """Old and new rows of two features, not equally many."""
    return [rng.normal(rng.random(), size=(rng.integers(50, 200), 2)) for _ in range(2)]


def two_samples_and_a_model(rng):
    """Old and new rows, and a classifier to tell them apart."""
    return *two_samples(rng), LogisticRegression(), rng.integers(1000)


def streams_and_a_chart(rng):
    """Streams whose mean rises, and the target, k, h and sd of a CUSUM chart."""
    values = rng.normal(size=(8, 200)) + (np.arange(200) >= 150)
    return values, rng.normal(0, 0.1), rng.uniform(0, 1), rng.uniform(1, 8), rng.uniform(0.5, 2)


def streams_and_a_test(rng):
    """Streams whose mean rises, and what a Page-Hinkley test is set to."""
    values = rng.normal(size=(8, 200)) + (np.arange(200) >= 150)
    alpha = rng.choice([1, 0.9999, 0.99])
    return values, rng.uniform(0, 0.5), rng.uniform(1, 20), rng.integers(1, 60), alpha


def rate_and_steps(rng):
    """Error rate, threshold and steps of a Bernoulli CUSUM."""
    return rng.random(), rng.integers(2, 40), rng.integers(1, 9), rng.integers(1, 4)


def chain_of_sums(rng):
    """A Markov chain that ends sooner or later."""
    return (rng.dirichlet(np.ones(7), 6)[:, :6],)


def wins_and_losses(rng):
    """Shares of rows where one of two models is right alone, a level and a power."""
    losses = rng.uniform(0, 0.2)
    return losses + rng.uniform(0.01, 0.2), losses, rng.uniform(0.001, 0.2), rng.uniform(0.5, 0.99)


def error_and_share(rng):
    """A share of errors, and a share of wrong labels."""
    return rng.random(), rng.random()


def seed_and_rate(rng):
    """A seed and a rate of exploration."""
    return int(rng.integers(2**31)), rng.choice([0.0, 0.02, 0.05])


def some_signals(rng):
    """Signals of an incident, on both sides of every question."""
    shares = {name: rng.choice([0.0, 0.3], p=[0.8, 0.2]) for name in ("outside", "empty")}
    shares |= {name: rng.choice([0.0, 0.5]) for name in ("overturned", "unlabelled", "repeats")}
    counts = {"labels": rng.choice([8, 500]), "needed": 11}
    return (shares | counts | {"loss up": rng.normal(3, 2), "gain": rng.normal(3, 2)},)


# Name of the function -> random arguments for both, drawn with a Generator.
TWINS = {
    "paired_labels": wins_and_losses,
    "risk": world_model_time,
    "estimation": rows_inputs_noise,
    "break_even_rows": inputs_noise_change,
    "effective_sample_size": weights_of_rows,
    "reprior": probabilities_and_priors,
    "kitagawa": two_tables,
    "measured_error": error_and_share,
    "lend": seed_and_rate,
    "inputs_and_labels": some_signals,
    "losses_and_gains": some_signals,
    "ks": two_samples,
    "psi": two_samples,
    "domain_classifier": two_samples_and_a_model,
    "cusum_alarms": streams_and_a_chart,
    "page_hinkley_alarms": streams_and_a_test,
    "bernoulli_chain": rate_and_steps,
    "mean_run_length": chain_of_sums,
}


def kept():
    """Map the name of each public function of helpers to the function."""
    modules = [m.name for m in pkgutil.iter_modules(helpers.__path__) if m.name != "exercises"]
    found = {}
    for module in (importlib.import_module(f"helpers.{name}") for name in modules):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found[name] = function
    return found


def shown(notebook):
    """Map the name of each function that a notebook defines to the id of its cell."""
    return {
        node.name: cell.id
        for cell in code_cells(notebook)
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef)
    }


def pairs(paths, functions):
    """The functions that a notebook shows and helpers keeps, as (path, name)."""
    return [(p, name) for p in paths for name in shown(load(p)) if name in functions]


def assert_equal_twins(path, name, kept_function, draw):
    """Run a notebook up to the function `name`; compare it with its twin on random arguments."""
    notebook, namespace = load(path), {}
    for cell, _ in play(notebook, namespace, path.parent):
        if cell.id == shown(notebook)[name]:
            break
    rng = np.random.default_rng(0)
    for _ in range(DRAWS):
        arguments = draw(rng)
        shown_result, kept_result = namespace[name](*arguments), kept_function(*arguments)
        if kept_result is None or isinstance(kept_result, str):
            assert shown_result == kept_result
        else:
            np.testing.assert_allclose(shown_result, kept_result, rtol=1e-9, atol=1e-12)


PAIRS = pairs(every_notebook(), kept())


@pytest.mark.parametrize(("path", "name"), PAIRS, ids=[f"{name_of(p)}-{n}" for p, n in PAIRS])
def test_twins_are_equal(path, name):
    assert name in TWINS, f"{name} is shown in {path.name}: give TWINS arguments for it"
    assert_equal_twins(path, name, kept()[name], TWINS[name])


def test_no_twin_without_its_function():
    assert set(TWINS) <= {name for _, name in PAIRS}


def twice(x):
    return x + x


def test_a_twin_that_differs_is_caught(tmp_path):
    same = sample.code("same", "import numpy as np\n\ndef twice(x):\n    return np.multiply(x, 2)")
    path = sample.write(sample.notebook(same), tmp_path / "01_sample.ipynb")
    assert pairs([path], {"twice": twice}) == [(path, "twice")]
    assert_equal_twins(path, "twice", twice, lambda rng: (rng.normal(size=3),))
    same.source = same.source.replace("2", "2.001")
    sample.write(sample.notebook(same), path)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equal_twins(path, "twice", twice, lambda rng: (rng.normal(size=3),))


def test_public_functions_of_helpers_are_found():
    assert kept()["show"] is helpers.plots.show
