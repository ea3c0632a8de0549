"""Every closed form of the workbook: where it stands, which tests hold it, compared with what.

`test_inventory.py` checks that each place still says it and that each test exists, and that no
formula of the notebooks is missing here.
"""

from typing import NamedTuple


class Form(NamedTuple):
    """One closed form.

    Parameters
    ----------
    what : str
        In words.
    places : dict of str to str or list of str
        Where it stands, and text that is found there: a function of helpers with its docstring
        (``helpers.memory.mixing``), a cell (``04/rule-text``, ``solutions/04/ex2-read``) or a file.
    tests : list of str
        Which hold it: file in tests/ and function.
    against : str
        With what they compare it, of: simulation, scipy, statsmodels, river, scikit-learn,
        quadrature (numerical integration or a search), counting (of all cases), published,
        algebra (another way to the same).
    """

    what: str
    places: dict
    tests: list
    against: str


LEAST = "theory/test_least_squares.py"
MIXES = "theory/test_mixes.py"
CHARTS = "theory/test_tests_and_charts.py"
COSTS = "theory/test_costs_and_gates.py"

BUDGET = [
    Form(
        "risk is the sum of four terms",
        {
            "00/terms-text": r"\text{risk} = \text{floor} + \text{approximation}",
            "12/budget-text": r"\text{risk} = \text{floor} + \text{approximation}",
            "helpers.budget.error_budget": "they add up to risk",
        },
        [
            "test_budget.py::test_the_terms_are_what_they_are_defined_to_be",
            "property/test_worlds.py::test_the_four_terms_add_up",
            f"{LEAST}::test_the_four_terms_from_rows_alone",
        ],
        "quadrature, algebra, simulation",
    ),
    Form(
        "risk of a fixed model, squared error and Brier score",
        {"helpers.budget.risk": "E[(y - m(x))^2]", "00/risk": "world.variance(X, t) + distance"},
        [
            "test_budget.py::test_risk_is_the_mean_loss_of_rows",
            "test_budget.py::test_brier_budget_by_quadrature",
        ],
        "simulation, quadrature",
    ),
    Form(
        "points that stand for all rows",
        {"helpers.worlds.World": "the trapezoid rule in the normal quantile"},
        [
            "test_worlds.py::test_points_of_one_feature_integrate_to_1e_9",
            "test_worlds.py::test_points_at_a_jump_are_as_good_as_said",
            "test_worlds.py::test_points_of_more_features",
        ],
        "quadrature",
    ),
    Form(
        "the fit on unlimited rows",
        {"helpers.budget.limit": "the limit is exact up to"},
        [
            "test_budget.py::test_the_line_on_the_hump",
            "test_budget.py::test_the_limit_is_what_very_many_rows_give",
        ],
        "simulation, algebra",
    ),
    Form(
        "least squares from sums of products",
        {"helpers.linear": "(X'X) b = X'y"},
        [
            "test_linear.py::test_normal_equations_by_hand",
            "test_linear.py::test_every_window_of_rows_is_that_of_scikit_learn",
            "test_memory.py::test_weighted_fits_are_scikit_learn_s",
        ],
        "algebra, scikit-learn",
    ),
    Form(
        "a retrain gains staleness times rows, so it pays from price over staleness rows on",
        {
            "00/ex2-text": "summed over rows",
            "08/rule-budget-text": r"\text{staleness} \times \text{rows until the next chance}",
            "12/rule-text": r"\text{staleness} \times \text{rows served until the next chance}",
            "solutions/01/ex3": '60 / budgets["frozen line"]["staleness"]',
            "solutions/11/ex1": 'saved / chosen["retrained"].sum()',
            "teaching/answers.md": "0.04 × 1,000 = 40",
        },
        [
            f"{LEAST}::test_a_retrain_pays_its_price_after_price_over_staleness_rows",
            "test_budget.py::test_staleness_is_what_a_retrain_gains_on_average",
        ],
        "simulation",
    ),
    Form(
        "lack of fit of the best line to c x^2, and three times the range 81 times",
        {
            "12/small-text": "$c^2 (b-a)^4/180$",
            "12/small": "3**4 / 180",
            "solutions/01/ex1-why": "$4h^4/45$",
            "solutions/01/ex1-algebra": "3**4 / 180",
        },
        [
            "test_budget.py::test_lack_of_fit_of_the_best_line_grows_with_the_fourth_power_of_the_range",
            f"{LEAST}::test_lack_of_fit_of_a_line",
        ],
        "simulation, algebra",
    ),
    Form(
        "a frozen line on a wider range, and under concept drift",
        {"01/flexible-text": "$y = x^2$", "01/changed-text": "then $1 - x$ is uniform too"},
        [
            "test_budget.py::test_the_line_on_the_hump",
            "test_budget.py::test_the_line_on_the_widened_square",
            "test_budget.py::test_concept_drift_on_the_same_inputs",
            f"{LEAST}::test_what_a_frozen_line_misses_on_a_wider_range",
        ],
        "simulation, algebra",
    ),
    Form(
        "t-test of a bend, and how often it finds a faint one",
        {"01/few": "np.linalg.inv(A.T @ A)[2, 2]", "solutions/01/ex2-tools": "(len(x) - 3)"},
        [
            f"{LEAST}::test_the_bend_is_tested_as_statsmodels_does",
            f"{LEAST}::test_the_bend_hides_as_often_as_the_t_law_says",
        ],
        "statsmodels, scipy, simulation",
    ),
]

LEVER = [
    Form(
        "excess of a right line after the inputs moved",
        {
            "02/lever-text": r"\frac{v_\text{new} + (m_\text{new} - m_\text{old})^2}{v_\text{old}}",
            "02/lever": "(v_new + ((c + d) / 2 - (a + b) / 2) ** 2) / v_old",
            "solutions/02/ex1-text": "share = factor / n",
        },
        [
            f"{LEAST}::test_the_lever_of_the_students",
            f"{LEAST}::test_the_trace_of_one_feature_is_the_lever",
        ],
        "simulation, algebra",
    ),
    Form(
        "the same with more features: a trace",
        {
            "02/lever-read": r"trace of $S_\text{old}^{-1} S_\text{new}$",
            "12/small-text": r"\text{tr}(S_{\text{old}}^{-1} S_{\text{new}})",
            "solutions/02/ex1-read": r"trace of $S_\text{old}^{-1} S_\text{new}$",
        },
        [f"{LEAST}::test_the_lever_of_several_features_is_a_trace"],
        "simulation, algebra",
    ),
    Form(
        "damage of a shift of the inputs and a turn of the relation",
        {"02/damage": "(2 + shift**2) / n + turn**2 * (1 + shift**2)"},
        [f"{LEAST}::test_the_damage_of_shift_and_turn"],
        "simulation",
    ),
]

CLASSIFIERS = [
    Form(
        "ceiling of accuracy, the mean of max(f, 1 - f)",
        {"02/desk-read": r"mean of $\max(f, 1 - f)$", "02/desk-again": "np.maximum(f, 1 - f)"},
        [f"{MIXES}::test_the_ceiling_of_accuracy_is_the_mean_of_the_larger_probability"],
        "quadrature, simulation",
    ),
    Form(
        "a step along the undecided line moves no probability",
        {
            "02/four-text": "in the direction $(1, 2)$",
            "02/four-worlds": "np.array([1, 2]) / 5**0.5",
        },
        [f"{MIXES}::test_a_step_along_the_undecided_line_moves_no_probability"],
        "algebra",
    ),
    Form(
        "accuracy that a model claims without labels, at any threshold",
        {
            "helpers.monitors.cbpe": "the mean of max(p, 1 - p)",
            "02/claim-text": r"$\max(p, 1 - p)$",
            "solutions/02/ex2": "np.where(p >= threshold, p, 1 - p)",
            "12/small-text": r"the mean of $\max(p, 1-p)$",
        },
        [
            "test_monitors.py::test_in_a_calibrated_world_the_estimates_are_right",
            "test_monitors.py::test_uniform_probabilities_have_closed_forms",
            f"{MIXES}::test_what_a_calibrated_model_claims_is_what_scikit_learn_measures",
        ],
        "simulation, scikit-learn, algebra",
    ),
    Form(
        "Brier score that a model claims, the mean of p (1 - p)",
        {
            "helpers.monitors.expected_brier": "the mean of p (1 - p)",
            "02/four-budgets": "expected_brier",
        },
        [
            "test_monitors.py::test_in_a_calibrated_world_the_estimates_are_right",
            f"{MIXES}::test_what_a_calibrated_model_claims_is_what_scikit_learn_measures",
        ],
        "simulation, scikit-learn",
    ),
    Form(
        "error measured on labels of which a share is wrong",
        {
            "helpers.incident_worlds.measured_error": "true * (1 - flipped) + (1 - true) * flipped",
            "06/flips-formula": "true * (1 - flipped) + (1 - true) * flipped",
            "12/small-text": "$e(1-r) + (1-e)r$",
            "teaching/answers.md": "0.12 × 0.75 + 0.88 × 0.25 = 0.31",
        },
        [
            "test_incidents.py::test_measured_error_is_that_of_flipped_labels",
            f"{MIXES}::test_wrong_labels_shift_a_measured_error",
        ],
        "simulation",
    ),
    Form(
        "Wilson's interval",
        {"02/four-intervals": 'method="wilson"', "02/few-labels": 'method="wilson"'},
        [f"{COSTS}::test_wilsons_interval_is_that_of_statsmodels"],
        "statsmodels, scipy",
    ),
]

WEIGHTS = [
    Form(
        "weights are the ratio of the densities, and weighted means those of the new mix",
        {
            "03/idea": [
                r"w(x) = \frac{p_\text{new}(x)}{p_\text{old}(x)}",
                r"E_\text{old}[w\,\ell] = \int",
            ],
            "12/ess-text": r"w(x) = \frac{P_{\text{new}}(x)}{P_{\text{old}}(x)}",
            "helpers.adaptation.importance_weights": "E_source[w(x) loss] = E_target[loss]",
        },
        [
            "test_adaptation.py::test_weights_are_the_ratio_of_the_densities",
            "test_adaptation.py::test_weighted_means_are_those_of_the_target",
            f"{MIXES}::test_weighted_rows_stand_for_the_new_mix",
        ],
        "simulation, algebra",
    ),
    Form(
        "Kish's effective sample size",
        {
            "03/ess-define": r"\text{ESS} = \frac{\left(\sum w\right)^2}{\sum w^2}",
            "12/ess-text": r"\text{ESS} = \frac{(\sum w)^2}{\sum w^2}",
            "helpers.adaptation.effective_sample_size": "(sum w)^2 / sum w^2",
            "solutions/03/ex1": "w.sum() ** 2 / (w**2).sum()",
        },
        [
            "test_adaptation.py::test_ess_is_the_ratio_of_variances_of_means",
            f"{MIXES}::test_kishs_rows_are_those_of_the_variance",
        ],
        "simulation, algebra",
    ),
    Form(
        "mean square of the weights between two normal mixes, and the share of rows left",
        {
            "03/ess-closed-text": [
                r"\frac{\sigma_\text{old}^2}{\sigma_\text{new}\sqrt{v}}\; e^{\Delta^2/v}",
                r"$v = 2\sigma_\text{old}^2 - \sigma_\text{new}^2$",
                r"$v \le 0$",
            ],
            "03/ess-closed": "np.exp(-(shift**2) / v)",
        },
        [
            f"{MIXES}::test_the_long_run_share_by_quadrature_and_simulation",
            f"{MIXES}::test_a_new_mix_that_is_too_wide_has_no_long_run_share",
            "test_adaptation.py::test_ess_of_many_rows_tends_to_the_closed_form",
        ],
        "quadrature, simulation",
    ),
    Form(
        "weights from a classifier's odds",
        {
            "03/estimated-text": r"\cdot \frac{P(\text{new}|x)}{P(\text{old}|x)}",
            "helpers.adaptation.classifier_weights": "n_s / n_t * P(target|x) / P(source|x)",
        },
        [
            "test_adaptation.py::test_classifier_weights_maximise_the_likelihood",
            f"{MIXES}::test_odds_times_rows_are_the_ratio_of_densities",
        ],
        "scipy, algebra",
    ),
    Form(
        "with five labels a line's excess has an infinite variance",
        {"03/against-labels-read": "With 5 labels the variance of the excess is even infinite"},
        [f"{MIXES}::test_five_labels_leave_a_line_with_an_infinite_variance"],
        "scipy, simulation",
    ),
    Form(
        "precision under another share, while recall and AUC stay",
        {
            "03/metrics-read": r"\frac{\pi\,\Phi(1)}{\pi\,\Phi(1) + (1-\pi)\,\Phi(-1)}",
            "03/metrics-print": "0.1 * hit / (0.1 * hit + 0.9 * miss)",
            "teaching/answers.md": "84 of 228 is 37 in 100",
        },
        [f"{MIXES}::test_precision_falls_with_the_share_and_recall_does_not"],
        "simulation, scikit-learn",
    ),
    Form(
        "best accuracy after the shift",
        {"03/repriored-run": "0.9 * norm.cdf(1 + np.log(9) / 2) + 0.1"},
        [f"{MIXES}::test_the_best_accuracy_after_the_shift"],
        "simulation, quadrature",
    ),
    Form(
        "probabilities under another prior",
        {
            "helpers.adaptation.reprior": "each class times new / old",
            "03/reprior": "probabilities * np.divide(new, old)",
            "12/prior-text": r"\propto p_k(x)\,\pi_k^{\text{new}}/\pi_k^{\text{old}}",
            "solutions/03/ex3": "p * new / old",
        },
        [
            "test_adaptation.py::test_reprior_is_bayes_rule",
            "test_adaptation.py::test_reprior_of_three_classes",
            f"{MIXES}::test_one_persons_new_probability_is_bayes_rule",
            f"{MIXES}::test_among_rows_of_one_probability_that_share_is_ill",
        ],
        "simulation, scipy, algebra",
    ),
    Form(
        "EM's share: a fixed point, and the top of the likelihood",
        {
            "helpers.adaptation.em_prior": "takes the mean of their probabilities as the next",
            "03/em-text": "Their mean probability, under the right share, is the right share",
            "12/prior-text": r"$\pi^{\text{new}}$ becomes the mean",
        },
        [
            "test_adaptation.py::test_em_finds_the_maximum_of_the_likelihood",
            "test_adaptation.py::test_em_of_three_classes_finds_the_maximum",
            f"{MIXES}::test_the_right_share_is_the_mean_probability_under_it",
        ],
        "simulation, quadrature",
    ),
    Form(
        "BBSE: shares of predictions are the prior times the confusion matrix",
        {
            "helpers.adaptation.bbse_prior": "sum_i prior_i P(predicted j|true i)",
            "12/prior-text": "*predicted shares = prior × confusion matrix*",
        },
        [
            "test_adaptation.py::test_bbse_of_two_classes_is_the_closed_form",
            "test_adaptation.py::test_bbse_of_many_classes_against_least_squares",
            f"{MIXES}::test_shares_of_alarms_are_prior_times_confusion",
        ],
        "simulation, algebra",
    ),
    Form(
        "Kitagawa's split",
        {
            "03/kitagawa-text": r"\underbrace{\sum (s_1 - s_0)\,\tfrac{r_0 + r_1}{2}}_{\text{mix}}",
            "helpers.adaptation.kitagawa": "mix = sum (s1 - s0) (r0 + r1) / 2",
            "solutions/03/ex4": "(bank.errors_before + bank.errors_after) / 2",
        },
        [
            "test_adaptation.py::test_kitagawa_adds_up_to_the_whole_change",
            f"{MIXES}::test_kitagawas_parts_are_the_mean_of_the_two_orders",
        ],
        "algebra",
    ),
    Form(
        "two normal classes: Bayes' rule and quantiles of the mixture",
        {"helpers.worlds.two_classes": "(means[1] - means[0]) (x - their mean) / sd^2"},
        [
            "test_worlds.py::test_two_classes_follow_bayes_rule",
            "test_worlds.py::test_floor_of_two_classes_against_integration",
        ],
        "scipy, quadrature",
    ),
]

MEMORY = [
    Form(
        "excess is the squared distance of the coefficients",
        {
            "04/excess-text": r"\text{excess} = |\hat b - b|^2",
            "05/excess-text-2": "exactly the squared distance",
            "helpers.memory": "|b_hat - b_today|^2",
        },
        [f"{LEAST}::test_excess_is_the_squared_distance_of_the_coefficients"],
        "simulation",
    ),
    Form(
        "estimation error of least squares",
        {
            "helpers.memory.estimation": "d s2 / (n - d - 1)",
            "04/formula-text": r"\underbrace{\frac{d\,s^2}{n-d-1}}_{\text{estimation}}",
            "04/estimation": "d * s2 / (n - d - 1)",
            "09/saves-guess": ["$d s^2/(n - d - 1)$", r"$10/49 \approx 0.20$"],
            "09/saves-print": "10 / (n - 11)",
            "12/formulas-text": r"\text{estimation} = \frac{d s^2}{n-d-1}",
            "teaching/answers.md": "1 + 5/(8 − 5 − 1) = 3.5",
        },
        [
            "test_memory.py::test_estimation_is_the_mean_of_the_exact_law",
            "test_budget.py::test_estimation_of_least_squares",
            f"{LEAST}::test_estimation_is_the_trace_of_scipys_inverse_wishart_mean",
        ],
        "simulation, scipy",
    ),
    Form(
        "law of the excess on few rows, an F distribution, its median and infinite variance",
        {
            "helpers.memory.fresh_excess": "s2 d / (n - d + 1) times an F variable",
            "04/formula-text": r"$n \ge d + 2$",
            "04/few-read": "with fewer than $d + 4$ rows the variance of the excess is infinite",
            "06/few": "1 + np.sum((fit - today) ** 2)",
            "teaching/answers.md": "beats the old model in 40",
        },
        [
            "test_memory.py::test_estimation_is_the_mean_of_the_exact_law",
            "test_memory.py::test_the_law_of_one_coefficient",
            "test_memory.py::test_the_law_has_no_mean_below_d_plus_2_rows_and_no_variance_below_d_plus_4",
            f"{LEAST}::test_the_law_of_few_rows",
        ],
        "simulation, quadrature, scipy",
    ),
    Form(
        "break-even rows",
        {
            "helpers.memory.break_even_rows": "m = d + 1 + d s2 / jump2",
            "04/break-even-text": r"m^* = d + 1 + \frac{d\,s^2}{|\delta|^2}",
            "04/break-even": "d + 1 + d * s2 / jump2",
            "06/ex3-text": r"$m^* = d + 1 + d\,s^2/|\delta|^2$",
            "12/formulas-text": r"m^* = d + 1 + \frac{d s^2}{|\delta|^2}",
            "solutions/04/ex1": "inputs + 1 + inputs * sd**2 / (change**2).sum()",
            "TEACHING.md": "Four times as many for the noise: 26",
        },
        [
            "test_memory.py::test_break_even_rows_solve_their_equation",
            f"{LEAST}::test_break_even_rows_by_simulation",
        ],
        "simulation, quadrature",
    ),
    Form(
        "mixed rows are noise to one fit",
        {
            "helpers.memory.mixing": "[(d + 1) n^2 - (d + 5) n + 2 (d + 1)]",
            "04/formula-text": r"\underbrace{\frac{d+1}{n}\,\text{spread}}_{\text{mixing}}",
            "04/half": "(d + 1) / 2000 * share * (1 - share) * jump2",
            "helpers.memory": "E[tr W tr W^-1] = d (n d - 2) / (n - d - 1)",
        },
        [
            "test_memory.py::test_mixing_is_near_d_plus_1_over_n",
            f"{LEAST}::test_mixed_rows_are_noise_to_one_fit",
            f"{LEAST}::test_the_mean_trace_behind_the_mixing",
        ],
        "simulation, counting",
    ),
    Form(
        "one fit across a step",
        {"helpers.memory.step_excess": "Exact", "04/step-many-print": "step_excess(old, 1000"},
        [
            "test_memory.py::test_one_fit_across_a_step",
            f"{LEAST}::test_mixed_rows_are_noise_to_one_fit",
        ],
        "simulation, counting",
    ),
    Form(
        "the mean of old and new rows against that of the new ones",
        {
            "04/mean-text": r"\Big(\frac{1000}{1000+m}\Big)^2\delta^2 + \frac{1}{1000+m}",
            "04/mean": "(1000 / (1000 + m)) ** 2 * shift**2 + 1 / (1000 + m)",
        },
        [f"{LEAST}::test_the_mean_of_old_and_new_rows"],
        "simulation",
    ),
    Form(
        "rows from which the new mean is better, and never below the old one's error",
        {
            "04/mean-many-read": [
                r"m = \frac{1}{\delta^2/s^2 - 1/n_{\text{old}}}",
                r"\delta^2 \le s^2/n_{\text{old}}",
            ],
        },
        [
            f"{LEAST}::test_rows_from_which_new_ones_alone_do_better",
            f"{LEAST}::test_a_change_below_the_old_means_error_is_never_forgotten",
        ],
        "quadrature, simulation",
    ),
    Form(
        "how far a walk and a ramp go",
        {"04/drift-print": "(d * q * 100) ** 0.5"},
        [f"{LEAST}::test_how_far_a_walk_and_a_ramp_go"],
        "simulation",
    ),
    Form(
        "excess of a window on a walk",
        {
            "helpers.memory.window_excess": "d s2 / (w - d - 1) + d q w / 3",
            "04/rule-text": r"\text{excess}(w) \approx \frac{d\,s^2}{w-d-1} + \frac{d\,q\,w}{3}",
            "08/ages-text": r"$d q\,w/3$",
            "12/window-text": r"\frac{d s^2}{w-d-1} + \frac{d q w}{3}",
            "04/effective-read": "$d q w/3$",
        },
        [
            "test_memory.py::test_a_window_on_a_random_walk",
            "test_memory.py::test_the_rough_forms_and_their_minima",
            f"{LEAST}::test_a_window_lags_by_a_third_of_a_walk_and_by_half_of_a_ramp",
            f"{LEAST}::test_a_window_on_walk_and_ramp_at_once",
        ],
        "simulation, counting",
    ),
    Form(
        "excess of a window on a ramp",
        {
            "helpers.memory.window_excess": "v^2 w^2 / 4",
            "04/effective-read": "$v^2 w^2/4$",
            "12/window-text": r"\frac{v^2 w^2}{4}",
            "solutions/04/ex2-text": "$v w/2$",
            "solutions/04/ex2": "d * s2 / (w - d - 1) + v**2 * w**2 / 4",
        },
        [
            "test_memory.py::test_a_window_on_a_ramp",
            f"{LEAST}::test_a_window_lags_by_a_third_of_a_walk_and_by_half_of_a_ramp",
            f"{LEAST}::test_a_window_on_walk_and_ramp_at_once",
            f"{LEAST}::test_the_valley_of_the_solution",
        ],
        "simulation, counting",
    ),
    Form(
        "where the valleys lie: a square root on a walk, a cube root on a ramp",
        {
            "04/rule-text": r"w^* = d + 1 + \sqrt{3 s^2/q}",
            "04/rule": "d + 1 + (3 * s2 / (times * q)) ** 0.5",
            "12/window-text": r"\sqrt{3 s^2/q}",
            "12/window": "(3 / 3e-4) ** 0.5",
            "solutions/04/ex2-read": [
                r"w = \sqrt{3 s^2/q}",
                r"w = (2 d s^2/v^2)^{1/3}",
                r"-d s^2/w^2 + d q/3 = 0",
                r"-d s^2/w^2 + v^2 w/2 = 0",
            ],
            "solutions/04/ex3": "(1 / 4) ** (1 / 3)",
            "helpers.memory.best_window": "by trying all",
        },
        [
            "test_memory.py::test_the_rough_forms_and_their_minima",
            "test_memory.py::test_the_best_window_is_a_minimum_or_all_of_the_history",
            f"{LEAST}::test_the_valleys_of_the_rules",
        ],
        "quadrature",
    ),
    Form(
        "effective rows of exponential forgetting",
        {
            "helpers.memory.effective_rows": "(1 + decay) / (1 - decay)",
            "helpers.memory.decay_of": "the inverse of `effective_rows`",
            "04/forget-text": [r"N = \frac{1+\lambda}{1-\lambda}", r"N = (\sum g)^2 / \sum g^2"],
            "12/window-text": r"$(1+\lambda)/(1-\lambda)$",
        },
        [
            "test_memory.py::test_effective_rows_are_kish_s",
            f"{LEAST}::test_effective_rows_are_those_that_average_noise_as_well",
        ],
        "simulation, counting",
    ),
    Form(
        "excess of forgetting: a quarter of a walk, half of a ramp",
        {
            "helpers.memory.forgetting_excess": "d s2 / N + d q N / 4 + v^2 N^2 / 4",
            "04/effective-read": ["$d q N/4$", "$v^2 N^2/4$"],
        },
        [
            "test_memory.py::test_forgetting_is_as_near_to_simulation_as_it_says",
            "test_memory.py::test_forgetting_is_the_sum_over_its_rows",
            f"{LEAST}::test_each_part_of_forgetting_is_as_near_as_it_says",
            f"{LEAST}::test_forgetting_lags_by_a_quarter_of_a_walk_and_by_half_of_a_ramp",
        ],
        "simulation, counting",
    ),
    Form(
        "forgetting after a step",
        {
            "helpers.memory.forgetting_step_excess": "the noise's sd within 2% of simulation",
            "04/recovery-formula": "forgetting_step_excess(decay, m, 1.0, d, s2)",
        },
        [
            "test_memory.py::test_forgetting_a_step",
            f"{LEAST}::test_forgetting_a_step_is_as_near_as_it_says",
        ],
        "simulation",
    ),
    Form(
        "best decay on a walk, which no other weighting beats (Muth 1960)",
        {
            "helpers.memory.best_decay": "sqrt(4 s2 / q) effective rows",
            "04/duel-read": "no other weighting of the past does better (Muth, 1960)",
        },
        [
            "test_memory.py::test_best_decay_against_a_search_over_the_decay_itself",
            f"{LEAST}::test_no_weighting_of_the_past_beats_forgetting_on_a_walk",
        ],
        "statsmodels, quadrature",
    ),
    Form(
        "forgetting against the best window: a seventh less on a walk, nothing on a ramp",
        {"04/duel-read": "about a seventh less"},
        ["test_memory.py::test_forgetting_beats_the_best_window_on_a_walk_and_ties_on_a_ramp"],
        "quadrature",
    ),
]

TEMPOS = [
    Form(
        "floor of a mixture of two worlds",
        {
            "helpers.worlds.gradual": "w (1 - w) (f_after - f_before)^2",
            "05/floors-read": r"$w(1-w)\,|b_{new}-b_{old}|^2$",
            "05/kinds-text": r"$w(1-w)\,|b_{new}-b_{old}|^2$",
        },
        [
            "test_gradual.py::test_mean_variance_and_floor",
            "test_gradual.py::test_samples_have_the_mean_and_the_variance_of_the_world",
            f"{LEAST}::test_the_floor_and_the_best_slope_without_the_column",
        ],
        "simulation, algebra",
    ),
    Form(
        "expected excess of a window whose slopes moved, with rows of two kinds",
        {
            "05/theory-text": r"m(n,d)\;\mathrm{E}\,\overline{|b_j-\bar b|^2}",
            "05/expected": "mixing(n, 5) * mixed_rows",
        },
        [f"{LEAST}::test_the_closed_form_of_notebook_05"],
        "simulation",
    ),
    Form(
        "the first batch after a change costs the whole squared distance",
        {"05/recurring-print": "4 * changes / 72", "05/theory-step-read": "squared distance of 4"},
        [
            "test_memory.py::test_ends_of_the_step",
            f"{COSTS}::test_late_labels_cost_the_damage_for_each_row_until_the_cure",
        ],
        "algebra, simulation",
    ),
    Form(
        "the bias left by a share of old batches",
        {
            "solutions/05/ex2-text": [
                r"$s = \sqrt{0.1 / 4}$",
                "$s = 40 / (40 + n)$",
                "$n = 40 / s - 40$",
            ],
        },
        [f"{LEAST}::test_a_share_of_old_batches_leaves_its_square"],
        "quadrature",
    ),
    Form(
        "best slope, floor and frozen risk without the missing column",
        {
            "05/missing-closed-text": [r"$0.25 + 16\,p(1-p)$", "the best slope is $2(2p-1)$"],
            "05/missing-closed": "(4 * (2 * p - 1)) ** 2",
        },
        [
            f"{LEAST}::test_the_floor_and_the_best_slope_without_the_column",
            "test_gradual.py::test_a_stream_of_it_has_the_closed_form_loss_of_the_old_model",
        ],
        "simulation",
    ),
    Form(
        "half width of an interval for a mean, by Student's t",
        {
            "05/interval": "stats.t.ppf(0.975, len(values) - 1)",
            "teaching/answers.md": "The mean gain ± t × sd / √n",
        },
        [
            f"{COSTS}::test_half_widths_are_those_of_statsmodels",
            f"{COSTS}::test_intervals_cover_as_often_as_they_say",
        ],
        "statsmodels, scipy, simulation",
    ),
]

INCIDENTS = [
    Form(
        "exact risks of the incidents' models",
        {
            "helpers.incident_worlds.error_of_sides": "Phi(-1.2)",
            "helpers.incident_worlds.risk_of_weights": "(rest * SPREAD) ** 2",
            "helpers.incident_worlds.best_line_for_weights": "middle * SPREAD**2 / var",
            "helpers.incident_worlds.risk_of_leak": "(1 - b - c) ** 2",
            "helpers.incident_worlds.error_of_cut": 'the rule "1 where x > cut"',
            "helpers.incident_worlds.lending_risk": "p * (1 - p)",
        },
        [
            "test_incidents.py::test_error_of_sides_is_that_of_a_large_sample",
            "test_incidents.py::test_risk_of_weights_is_that_of_a_large_sample",
            "test_incidents.py::test_best_line_for_weights_has_the_least_risk",
            "test_incidents.py::test_risk_of_leak_is_that_of_a_large_sample",
            "test_incidents.py::test_error_of_cut_by_quadrature",
            "test_incidents.py::test_lending_risk_is_floor_and_squared_distance",
        ],
        "simulation, quadrature, algebra",
    ),
    Form(
        "estimation error of the incidents' fits",
        {
            "helpers.incidents.column_leaks": "2 / 497",
            "helpers.incidents.sensor_stuck": "2 * _D / (500 - _D - 1)",
            "helpers.incidents.labels_selected": "floor / 100",
        },
        [
            f"{LEAST}::test_estimation_behind_the_incidents_with_a_leak_and_a_stuck_sensor",
            f"{LEAST}::test_estimation_of_shares_of_repaid_loans",
            "test_incidents.py::test_noise_doubled_is_all_floor",
        ],
        "simulation",
    ),
    Form(
        "outcomes with a hidden cause follow the logistic law",
        {"helpers.incident_worlds.hidden_cause": "_SLOPE * x + other > 0"},
        ["test_incidents.py::test_hidden_cause_gives_the_logistic_law"],
        "simulation",
    ),
    Form(
        "R2 of a model with a leak",
        {"06/leak-r2": "1 - risk / variance"},
        [
            "test_incidents.py::test_leak_by_the_normal_law",
            "test_incidents.py::test_risk_of_leak_is_that_of_a_large_sample",
        ],
        "algebra, simulation",
    ),
    Form(
        "two looks at a case: half the squared difference is the noise",
        {
            "06/case1-text": "Half the squared difference, over the measured loss",
            "helpers.triage.signals": "np.diff(seen.repeats, axis=1) ** 2) / 2",
        },
        [f"{LEAST}::test_two_looks_at_a_case_tell_the_noise"],
        "simulation",
    ),
    Form(
        "variance explained by a blurred copy",
        {"solutions/11/ex2-why": "leaves about nine tenths of the variance explained"},
        [f"{LEAST}::test_a_blur_of_three_tenths_explains_nine_tenths"],
        "simulation",
    ),
    Form(
        "chance that a value is first seen late",
        {"helpers.cleaning.seen_late": "(1 - p)^k"},
        [
            f"{COSTS}::test_how_rare_a_first_late_appearance_is",
            "test_ugly_files.py::test_values_called_late_by_chance_are_rare",
        ],
        "scipy, simulation",
    ),
]

TESTS = [
    Form(
        "law of the KS gap of two samples",
        {
            "07/monday-text": "with $nm/(n+m)$ for the number of rows",
            "07/ks": "len(old) * len(new) / (len(old) + len(new))",
            "helpers.twosample.ks": "a level of 5% becomes 5.4%",
        },
        [
            "test_twosample.py::test_the_p_values_are_those_of_scipy",
            "test_twosample.py::test_with_equally_many_rows_the_asymptotic_level_is_a_little_too_high",
            "test_null_rates.py::test_ks",
            f"{CHARTS}::test_two_samples_gap_has_the_law_of_nm_over_n_plus_m_rows",
            f"{CHARTS}::test_the_law_of_the_gap_is_near_scipys_exact_one",
        ],
        "scipy, simulation",
    ),
    Form(
        "the PSI",
        {
            "02/psi-text": r"$(q_b - p_b) \log(q_b / p_b)$",
            "07/psi-text": r"$(q_b - p_b) \log(q_b / p_b)$",
            "helpers.twosample.psi": "(q_b - p_b) log(q_b / p_b)",
        },
        [
            "test_twosample.py::test_psi_against_a_plain_loop",
            "test_twosample.py::test_psi_of_a_normal_shift_is_near_its_population_value",
            f"{CHARTS}::test_at_a_shift_of_three_tenths_the_psi_lies_just_below_a_tenth",
        ],
        "counting, simulation",
    ),
    Form(
        "law of the PSI without drift",
        {
            "07/cuts-text": r"\text{PSI} \approx \left(\tfrac1n + \tfrac1m\right)\chi^2_{B-1}",
            "07/cuts": "2 / n * stats.chi2.ppf(0.95, bins - 1)",
            "12/psi-law-text": r"\text{PSI} \sim \left(\frac1N + \frac1M\right)\chi^2_{B-1}",
            "12/psi": ["chi2.sf(0.1 / scale, 9)", "9 * (1 / 100 + 1 / 100)"],
            "helpers.twosample.psi": "(1/n + 1/m) chi2",
            "solutions/07/ex1-text": r"$(1/n + 1/m)\,\chi^2_{B-1}$",
        },
        [
            "test_twosample.py::test_without_a_shift_psi_follows_its_law",
            "test_null_rates.py::test_psi_by_the_cut_of_its_law",
            f"{CHARTS}::test_the_law_of_the_psi_without_drift",
            f"{CHARTS}::test_the_psi_of_ten_bins_is_twice_the_chi_squared_distance",
        ],
        "simulation, scipy",
    ),
    Form(
        "alarms of KS and PSI when a normal feature moves, for many rows",
        {"helpers.pictures_detection.limit_rates": "non-central chi2 with 9 degrees of freedom"},
        ["test_shift_picture.py::test_the_laws_are_near_simulated_shares"],
        "simulation",
    ),
    Form(
        "some alarm among independent tests",
        {
            "07/many-print": "1 - 0.95**50",
            "07/wine-print": "1 - 0.95**13",
            "12/many": "1 - 0.95**50",
            "teaching/answers.md": "1 − 0.95⁵⁰ = 0.92",
        },
        [
            "test_null_rates.py::test_fifty_features_under_bonferroni_and_holm",
            f"{CHARTS}::test_some_alarm_among_independent_tests",
        ],
        "simulation, scipy",
    ),
    Form(
        "Bonferroni and Holm",
        {
            "helpers.twosample.bonferroni": "p <= level / d",
            "helpers.twosample.holm": "level / (d - 1)",
            "12/many-text": [r"$p \le \alpha/m$", r"$\alpha/(m-i+1)$"],
            "solutions/09/ex3": "level / len(challengers)",
        },
        [
            "test_twosample.py::test_holm_by_hand_and_as_statsmodels",
            "test_null_rates.py::test_fifty_features_under_bonferroni_and_holm",
            "test_null_rates.py::test_holm_holds_its_level_where_some_features_moved",
        ],
        "statsmodels, simulation",
    ),
    Form(
        "alarms of a test that is looked at again and again",
        {"07/peek": "np.sqrt(np.arange(1, 21))"},
        [f"{CHARTS}::test_looking_often_by_armitages_recursion"],
        "quadrature, simulation, published",
    ),
    Form(
        "Wasserstein distance of a shift",
        {"07/distance": "stats.wasserstein_distance(old, new + years)"},
        [f"{CHARTS}::test_the_wasserstein_distance_of_a_shift_is_the_shift"],
        "scipy",
    ),
    Form(
        "MMD and its permutation p-value",
        {"helpers.joint.mmd": "E k(x, x') + E k(y, y') - 2 E k(x, y)"},
        [
            "test_joint.py::test_mmd_is_that_of_a_plain_loop",
            "test_joint.py::test_the_p_value_is_that_of_all_splits",
            "test_null_rates.py::test_mmd_is_exact_and_its_p_value_uniform",
        ],
        "counting, simulation",
    ),
    Form(
        "the AUC is Mann and Whitney's statistic over all pairs",
        {
            "07/domain": "u / (len(score_old) * len(score_new))",
            "helpers.joint.domain_classifier": "the chance that a new row scores above an old one",
        },
        [
            "test_joint.py::test_the_auc_is_that_of_the_halves_not_used_for_the_fit",
            "test_null_rates.py::test_domain_classifier",
        ],
        "scikit-learn, simulation",
    ),
    Form(
        "out-of-fold scores double the variance of an AUC",
        {"helpers.joint.domain_classifier": "doubles the variance of the AUC"},
        ["test_null_rates.py::test_out_of_fold_scores_would_reject_too_often"],
        "simulation",
    ),
    Form(
        "alarm on inputs: ten times a squared mean is chi-squared",
        {
            "08/rule-inputs-text": "chi-squared with five degrees of freedom",
            "08/rule-inputs": "chi2.ppf(0.99, d)",
        },
        [f"{CHARTS}::test_the_alarm_on_inputs_is_chi_squared"],
        "simulation, scipy",
    ),
]

CHART = [
    Form(
        "run lengths of the Bernoulli CUSUM",
        {
            "helpers.run_lengths.bernoulli_chain": "S = max(0, S + up) on an error",
            "helpers.run_lengths.mean_run_length": "(I - Q)^-1 1",
            "07/chain-mean": "np.linalg.solve(np.eye(len(chain)) - chain, np.ones(len(chain)))",
        },
        [
            "test_run_lengths.py::test_the_bernoulli_chart_as_enumerated",
            "test_run_lengths.py::test_the_bernoulli_chart_as_simulated",
            "test_run_lengths.py::test_a_fair_walk_needs_h_times_h_plus_one_rows",
            f"{CHARTS}::test_the_bernoulli_chain_by_stepping",
        ],
        "counting, simulation, algebra",
    ),
    Form(
        "the Bernoulli chart's steps, and where it stands still",
        {
            "07/path-read": "below one in seven the sum drifts down",
            "07/deaf": '"delta": 1 / 7 - 0.1, "threshold": 60 / 7',
        },
        [f"{CHARTS}::test_the_bernoulli_chart_stands_still_at_one_error_in_seven"],
        "algebra",
    ),
    Form(
        "run lengths of the normal CUSUM (Brook and Evans 1972)",
        {
            "helpers.run_lengths.normal_chain": "S = max(0, S + z - k)",
            "helpers.run_lengths.cusum_run_length": "Richardson",
            "12/cusum-text": [r"$S \leftarrow \max(0, S + z - k)$", "$S > h$"],
        },
        [
            "test_run_lengths.py::test_the_published_table_to_three_digits",
            "test_run_lengths.py::test_one_sided_run_lengths_solve_the_integral_equation",
            "test_run_lengths.py::test_two_sided_run_lengths_as_simulated",
        ],
        "published, quadrature, simulation",
    ),
    Form(
        "Siegmund's approximation",
        {
            "helpers.run_lengths.siegmund": "(exp(-2 D b) + 2 D b - 1) / (2 D^2)",
            "07/chain-tripled-read": [
                r"$(e^{-2Db} + 2Db - 1) / (2D^2)$",
                "$b = h + 1.166$",
                "$b^2$ at $D = 0$",
            ],
            "12/cusum-text": [
                r"\text{ARL} \approx \frac{e^{-2\Delta b} + 2\Delta b - 1}{2\Delta^2}",
                "$b = h + 1.166$",
                r"$\Delta = \text{shift} - k$",
            ],
        },
        [
            "test_run_lengths.py::test_siegmund_is_close_and_continuous",
            f"{CHARTS}::test_siegmunds_formula_by_simulation",
            f"{CHARTS}::test_the_overshoot_of_siegmunds_formula",
        ],
        "simulation, quadrature, published",
    ),
    Form(
        "two sides: rates of alarm add up",
        {
            "helpers.run_lengths.cusum_run_length": "1/ARL = 1/ARL+ + 1/ARL-",
            "07/risk-print": "1 - (1 - one_side) ** 2",
        },
        [
            "test_run_lengths.py::test_two_sided_run_lengths_as_simulated",
            "test_run_lengths.py::test_a_two_sided_chart_alarms_in_most_quiet_streams",
            f"{CHARTS}::test_two_sides_alarm_as_if_they_were_independent",
        ],
        "simulation",
    ),
    Form(
        "share of streams that have alarmed by a row",
        {
            "helpers.run_lengths.alarmed_by": "the run length's distribution",
            "12/cusum": "alarmed_by(normal_chain(0.5, 4), 1000)",
        },
        [
            "test_run_lengths.py::test_the_bernoulli_chart_as_enumerated",
            "test_run_lengths.py::test_the_distribution_has_the_mean_of_the_linear_system",
            "test_run_lengths.py::test_a_two_sided_chart_alarms_in_most_quiet_streams",
            f"{CHARTS}::test_two_sides_alarm_as_if_they_were_independent",
        ],
        "counting, algebra, simulation",
    ),
    Form(
        "a quiet month has a chance of about exp(-n/A)",
        {"solutions/07/ex3-why": r"$e^{-n/A}$"},
        [f"{CHARTS}::test_quiet_run_lengths_are_nearly_geometric"],
        "quadrature",
    ),
    Form(
        "a unit of threshold costs two rows and divides false alarms by e",
        {"solutions/07/ex4-why": "divides the false alarms by $e$"},
        [f"{CHARTS}::test_one_unit_of_threshold_costs_two_rows_and_divides_false_alarms_by_e"],
        "quadrature",
    ),
    Form(
        "cost per row of a threshold",
        {"solutions/07/ex4": "1.25 * cusum_run_length(0.5, h, 1) / 5000"},
        [f"{CHARTS}::test_the_cost_of_a_threshold"],
        "simulation",
    ),
    Form(
        "the best allowance is half the shift (Moustakides 1986)",
        {
            "07/path-text": "half the rise that the chart is made for",
            "helpers.monitors.Cusum": "half that shift",
        },
        [f"{CHARTS}::test_the_best_allowance_is_half_the_shift"],
        "quadrature",
    ),
    Form(
        "threshold for a wanted quiet time",
        {"helpers.run_lengths.threshold_for": "quiet for a wanted average run length"},
        ["test_run_lengths.py::test_the_threshold_gives_the_run_length_asked_for"],
        "quadrature",
    ),
    Form(
        "delay of a batch chart",
        {"07/rival": "batch / stats.norm.sf(limit - shift * np.sqrt(batch))"},
        [f"{CHARTS}::test_a_batch_chart_waits_geometrically"],
        "simulation, scipy",
    ),
    Form(
        "limit of the batch chart in the league",
        {"07/league-chart": "np.sqrt(size * target * (1 - target))"},
        [f"{CHARTS}::test_the_batch_charts_limit_is_of_the_binomial_law"],
        "scipy",
    ),
    Form(
        "DDM's rule",
        {"07/deaf-text": r"$p + s > p_{\min} + 3 s_{\min}$"},
        [f"{CHARTS}::test_ddm_alarms_where_the_text_says"],
        "river",
    ),
    Form(
        "Page and Hinkley's test, and how its alpha eats the allowance",
        {
            "07/page-hinkley": "alpha * total + x - mean - delta",
            "helpers.monitors.PageHinkley": "after some 1 / (1 - alpha) rows",
        },
        [
            "test_monitors.py::test_page_hinkley_alarms_at_the_steps_of_river",
            f"{CHARTS}::test_page_hinkleys_alpha_eats_the_allowance",
        ],
        "river, algebra",
    ),
    Form(
        "more noise and a turned relation with one law of losses",
        {"07/about": "2 + np.sqrt(1.25)", "07/about-text": r"of mean 1 and sd $\sqrt2$"},
        [f"{CHARTS}::test_noise_and_turn_with_the_same_law"],
        "simulation, scipy",
    ),
    Form(
        "F1 of an alarm at every row",
        {
            "07/league-read": "two thirds of a perfect F1",
            "helpers.detection.score_detectors": "`Always`",
        },
        [
            "test_detection.py::test_always_misses_nothing_and_its_f1_is_made_of_the_horizon_alone",
            f"{CHARTS}::test_an_alarm_at_every_row_has_two_thirds_of_f1",
        ],
        "algebra, scikit-learn",
    ),
    Form(
        "shares of the classic worlds",
        {
            "helpers.classic_worlds.sea": "abs(a^2 - b^2) / 200",
            "helpers.classic_worlds.stagger": "15 rows",
            "helpers.classic_worlds.sine1": "1 - cos(1) = .46",
            "helpers.classic_worlds.friedman1": "Var(f) = 23.83",
            "helpers.classic_worlds.friedman1_local": "1.6%, 5.4% and 18%",
        },
        [
            "test_classic_worlds.py::test_sea_concepts_disagree_on_the_strip_between_their_thresholds",
            "test_classic_worlds.py::test_river_sea_has_the_other_orientation",
            "test_classic_worlds.py::test_stagger_is_exact_on_its_27_rows",
            "test_classic_worlds.py::test_river_stagger_has_our_share",
            "test_classic_worlds.py::test_sine1_and_its_flip",
            "test_classic_worlds.py::test_friedman_moments_by_quadrature",
            "test_classic_worlds.py::test_river_friedman_has_our_function",
            f"{CHARTS}::test_measured_shares_of_sea_and_stagger_by_counting",
        ],
        "river, simulation, quadrature, counting",
    ),
]

PERIODS = [
    Form(
        "growth of the excess with age",
        {"08/ages": ["fresh + d * q * (n / 3 + age)", "(speed * (n / 2 + age)) ** 2"]},
        [f"{COSTS}::test_a_fit_on_a_ramp_ages_by_the_square"],
        "simulation",
    ),
    Form(
        "cost of a period and the square-root law on a walk",
        {
            "08/ages-read": [
                r"\text{walk: } \frac{c}{T} + \frac{d q\,T}{2}",
                r"T^* = \sqrt{\frac{2c}{d q}}",
            ],
            "12/period-text": r"T^* = \sqrt{\frac{2c}{\text{slope}}}",
            "helpers.costs.best_period": "price / T + slope * T / 2",
            "solutions/08/ex1-read": "Half or double the period costs a quarter more",
        },
        [
            "test_costs.py::test_square_root_law",
            f"{COSTS}::test_the_cost_of_a_period_on_a_walk",
            f"{COSTS}::test_the_square_root_law_on_simulated_walks",
            f"{COSTS}::test_the_square_root_law_is_the_economic_order_quantity",
        ],
        "simulation, quadrature",
    ),
    Form(
        "cost of a period and the cube-root law on a ramp",
        {
            "08/ages-read": [
                r"v^2\left(\frac{wT}{2} + \frac{T^2}{3}\right)",
                r"T^* \approx \left(\frac{3c}{2v^2}\right)^{1/3}",
            ],
            "12/period-text": r"T^* \approx \left(\frac{3c}{2 v^2}\right)^{1/3}",
            "helpers.costs.best_period_ramp": "speed^2 (window^2 / 4 + window T / 2 + T^2 / 3)",
        },
        [
            "test_costs.py::test_cube_root_law",
            f"{COSTS}::test_the_cost_of_a_period_on_a_ramp",
            f"{COSTS}::test_a_fit_on_a_ramp_ages_by_the_square",
        ],
        "quadrature, simulation",
    ),
    Form(
        "at the best period staleness has cost the price of a retrain",
        {"08/families-text": r"$d q\,T^{*2}/2 = c$"},
        [f"{COSTS}::test_the_square_root_law_is_the_economic_order_quantity"],
        "algebra",
    ),
    Form(
        "schedules checked by hand, and the price from which never wins",
        {
            "08/check": "200 / k * (10 + 0.2 * k * (k - 1) / 2) - 10",
            "solutions/08/ex2": "growing(0).sum() - 2 * growing(100).sum()",
        },
        ["test_costs.py::test_deterministic_check", f"{COSTS}::test_the_schedule_checked_by_hand"],
        "counting",
    ),
    Form(
        "the cheapest schedule by dynamic programming",
        {
            "helpers.costs.cheapest_schedule": "(price + V(n) if n < steps else 0)",
            "08/least-cost": "value[r + 1 :]",
        },
        ["property/test_policies.py::test_the_cheapest_schedule_is_the_cheapest_of_all"],
        "counting",
    ),
    Form(
        "the week after a bad week",
        {
            "08/better-read": "in five cases of 100",
            "teaching/answers.md": "about 97.5 of 100 cases",
        },
        [f"{COSTS}::test_a_week_after_a_bad_one_is_better_in_all_but_half_of_five_per_cent"],
        "simulation",
    ),
    Form(
        "staleness estimated from the rows of the window",
        {
            "08/rule-budget-estimate": "noise * (1 + d / (n - d - 1))",
            "helpers.policies.cost_aware": "RSS / (n - p) (1 + p / (n - p - 1))",
            "helpers.league.Now": "times 1 + d / (n - d - 1)",
        },
        [
            "test_league.py::test_staleness_is_estimated_without_bias",
            "test_combinations.py::test_the_formula_expects_what_new_rows_cost",
            f"{LEAST}::test_staleness_is_estimated_right_from_the_rows_of_the_window",
        ],
        "simulation",
    ),
    Form(
        "labels bought by a policy that watches one batch in m",
        {"08/frontier": "watched + (1 - watched) * n * retrains"},
        [f"{COSTS}::test_labels_of_a_policy_that_watches_one_batch_in_m"],
        "simulation",
    ),
    Form(
        "total cost: errors, labels, each bought once, and training",
        {
            "helpers.costs.total_cost": "row's label is bought once",
            "08/question": r"\text{total cost} = \text{errors} + \text{labels} + \text{training}",
        },
        [
            "test_costs.py::test_parts_add_up",
            "test_costs.py::test_a_label_is_bought_once",
            "property/test_policies.py::test_costs_add_up_and_are_in_proportion_to_the_prices",
        ],
        "counting, algebra",
    ),
    Form(
        "late labels",
        {
            "08/delay-text": r"\Delta \times (L + \text{detection} + \text{collection})",
            "08/late-print": "4 * (L + n)",
            "12/late-text": r"\Delta \times (L + \text{detection} + \text{collection})",
            "12/late": "damage * (delay + detection + collection)",
            "solutions/12/ex2": 'labels["rows_a_week"] + (120 + 60) / labels["share"]',
        },
        [
            f"{COSTS}::test_late_labels_cost_the_damage_for_each_row_until_the_cure",
            f"{COSTS}::test_extra_loss_with_labels_bought_early",
        ],
        "simulation",
    ),
    Form(
        "normal intervals for a mean",
        {
            "08/refit-print": "1.96 * values.std(ddof=1) / len(values) ** 0.5",
            "12/stale": "1.96 * gains.std(ddof=1) / len(gains) ** 0.5",
        },
        [f"{COSTS}::test_half_widths_are_those_of_statsmodels"],
        "statsmodels",
    ),
    Form(
        "a placebo's times are uniform",
        {
            "helpers.policies.placebo": "all equally likely",
            "helpers.league.random_times": "equally likely",
        },
        [
            "test_combinations.py::test_placebo_is_uniform_over_the_batches",
            "test_league.py::test_random_times",
        ],
        "simulation",
    ),
]

GATES = [
    Form(
        "labels for a paired comparison (Connor 1987)",
        {
            "helpers.gates.paired_labels": "(z_level sqrt(psi) + z_power sqrt(psi - gap^2))^2",
            "09/fifty-read": r"z_\text{level}\sqrt{\psi} + z_\text{power}\sqrt{\psi - \delta^2}",
            "12/gate-text": [
                r"n = (z_\alpha \sqrt{\psi} + z_\beta \sqrt{\psi - \text{gap}^2})^2/\text{gap}^2",
                r"$\psi = b + c$",
                "$= b - c$",
            ],
        },
        [
            "test_gates.py::test_exact_power_is_what_the_formula_asked_for",
            f"{COSTS}::test_paired_labels_are_statsmodels_sample_size",
            f"{COSTS}::test_connors_formula_is_rough_below_some_twenty_disagreements",
        ],
        "statsmodels, counting",
    ),
    Form(
        "labels and power of an unpaired comparison",
        {
            "helpers.gates.unpaired_labels": "(z_level + z_power)^2 (p (1 - p) + q (1 - q))",
            "helpers.gates.unpaired_power": "normal approximation behind `unpaired_labels`",
            "12/gate-text": r"n = (z_\alpha + z_\beta)^2\,(p(1-p) + q(1-q))/(q-p)^2",
        },
        [
            "test_gates.py::test_unpaired_against_statsmodels",
            "test_gates.py::test_unpaired_power_by_simulation",
            f"{COSTS}::test_unpaired_and_mean_labels_are_statsmodels_sample_sizes",
        ],
        "statsmodels, simulation",
    ),
    Form(
        "labels for a comparison of mean losses",
        {
            "helpers.gates.mean_labels": "((z_level + z_power) sd / gap)^2",
            "12/gate-text": r"n = ((z_\alpha + z_\beta)\,\sigma/\text{gap})^2",
        },
        [
            "test_gates.py::test_means_against_statsmodels",
            f"{COSTS}::test_unpaired_and_mean_labels_are_statsmodels_sample_sizes",
            f"{COSTS}::test_mean_labels_give_the_power_asked_for",
        ],
        "statsmodels, simulation",
    ),
    Form(
        "exact power of McNemar's mid-p test",
        {"helpers.gates.paired_power": "binomial(m, wins / psi)"},
        [
            "test_gates.py::test_power_by_counting_every_table",
            "test_gates.py::test_power_by_simulation",
            f"{COSTS}::test_chances_and_power_by_drawing_tables",
            f"{COSTS}::test_the_mid_p_value_is_hardly_ever_above_its_level",
        ],
        "counting, simulation",
    ),
    Form(
        "chance that the better model is not ahead",
        {
            "helpers.gates.chance_not_ahead": "behind or level",
            "teaching/answers.md": "In 39.2 of 100",
        },
        [
            "test_gates.py::test_power_by_counting_every_table",
            f"{COSTS}::test_chances_and_power_by_drawing_tables",
        ],
        "counting, simulation",
    ),
    Form(
        "McNemar's exact and mid-p values",
        {"helpers.gates.mcnemar": "m tosses of a coin"},
        [
            "test_gates.py::test_mcnemar_by_counting_and_by_statsmodels",
            f"{COSTS}::test_mcnemar_by_scipy_and_statsmodels",
        ],
        "statsmodels, scipy, counting",
    ),
    Form(
        "paired tests of a gate",
        {
            "helpers.gates.significantly_better": "the paired t-test on the mean difference",
            "helpers.gates.better_mean": "on a tie the champion stays",
        },
        [
            "test_gates.py::test_real_losses_are_decided_by_the_paired_tests_of_scipy",
            "test_gates.py::test_zero_one_losses_are_decided_by_mcnemar",
            "test_gates.py::test_equal_real_losses_pass_as_often_as_the_level_says",
        ],
        "scipy, simulation",
    ),
    Form(
        "variance of the gap, paired and apart, and the power of the wrong test",
        {
            "09/variance": [
                "wins + defeats - gap**2",
                "sum(p * (1 - p) for p in (champion_accuracy, challenger_accuracy))",
            ],
            "09/power": "(won - lost) / (paired * row_apart) ** 0.5",
        },
        [
            f"{COSTS}::test_what_a_shared_row_and_a_row_each_bring_to_the_gap",
            f"{COSTS}::test_chances_and_power_by_drawing_tables",
        ],
        "simulation",
    ),
    Form(
        "lead of the best of ten, and how often one of ten passes",
        {
            "09/ten-reveal": "k * norm.pdf(x) * norm.cdf(x) ** (k - 1)",
            "09/ten-gate-print": "1 - (1 - 0.025) ** k",
        },
        [f"{COSTS}::test_the_best_of_ten_by_its_order_statistic"],
        "published, quadrature, simulation",
    ),
    Form(
        "changes between which a gate breaks even",
        {
            "09/rule": "price / (saving + price / 50)",
            "solutions/09/ex4": "staleness * waited / saving",
        },
        [f"{COSTS}::test_periods_at_which_a_gate_breaks_even"],
        "simulation",
    ),
    Form(
        "days of a canary",
        {"09/canary": "each / 2 * (1 / share + 1 / (1 - share)) / 2000"},
        [f"{COSTS}::test_a_canary_needs_as_many_rows_as_its_small_share_sets"],
        "simulation",
    ),
    Form(
        "power drawn in the picture of notebook 09",
        {"helpers.pictures_gates.power_picture": "norm.isf(level) * (disagreement / n) ** 0.5"},
        ["test_power_picture.py::test_the_gate_cuts_the_lead_where_the_formula_has_its_power"],
        "algebra",
    ),
]

INTERVALS = [
    Form(
        "block bootstrap, and how often it covers",
        {
            "helpers.compare.block_bootstrap": "blocks of 4 cover the truth in about 85 of",
            "10/intervals-read": "catch the truth in fewer than nine cases out of ten",
        },
        [
            "test_compare.py::test_the_width_is_that_of_the_means_of_the_blocks_on_the_ring",
            "test_compare.py::test_a_short_series_is_covered_less_often_as_the_docstring_says",
        ],
        "algebra, simulation",
    ),
    Form(
        "interval stretched for few periods",
        {"helpers.verdict.difference": "blocks of n^(1/3) periods"},
        [
            "test_verdict.py::test_series_are_covered_as_often_as_the_docstring_says",
            "test_verdict.py::test_the_interval_is_the_bootstraps_stretched_about_the_mean",
        ],
        "simulation",
    ),
    Form(
        "size of a weekly bias by luck alone",
        {"10/calibration": "np.sqrt(2 / np.pi * rates * (1 - rates)"},
        [f"{COSTS}::test_the_size_of_a_bias_by_luck_alone"],
        "scipy, simulation",
    ),
    Form(
        "log loss, a row's and that of a constant forecast",
        {
            "10/naive": "rates * np.log(forecast) + (1 - rates) * np.log(1 - forecast)",
            "helpers.backtest.log_loss": "np.clip(probability, 1e-12, 1 - 1e-12)",
        },
        [
            "test_backtest.py::test_log_loss_is_the_usual_one",
            f"{COSTS}::test_the_naive_log_loss_is_scikit_learns",
        ],
        "scikit-learn",
    ),
    Form(
        "scores of blind guesses",
        {"teaching/answers.md": "*k* + (12 − *k*)/4"},
        [f"{COSTS}::test_scores_of_blind_guesses"],
        "simulation",
    ),
    Form(
        "a sample holds each row with probability 1 / step",
        {"helpers.sampling.sampled": "probability 1 / step"},
        ["test_sampling.py::test_every_place_within_a_step_is_as_likely"],
        "simulation",
    ),
]

FORMS = [
    *BUDGET, *LEVER, *CLASSIFIERS, *WEIGHTS, *MEMORY, *TEMPOS, *INCIDENTS, *TESTS, *CHART,
    *PERIODS, *GATES, *INTERVALS,
]  # fmt: skip

# Formulas of the notebooks that claim nothing: (place, text, what they are). A letter that is given
# a number, such as k = 0.5, is a setting and need not be here.
DEFINITIONS = [
    ("00/environment-read", "y = x^2", "a world"),
    ("01/ex1-text", "y = x^2", "a world"),
    ("01/flexible-hump-read", "y = x^2", "a world"),
    ("01/flexible-hump-read", "y = (1 - x)^2", "a world"),
    ("05/floors-read", "|b_{new}-b_{old}|^2 = 4", "arithmetic"),
    ("08/delay-text", "2^2 = 4", "arithmetic"),
    ("solutions/01/ex1-why", r"h = (\text{high} - \text{low})/2", "a name"),
]

# Public functions and classes of the modules of closed forms that state none.
WITHOUT = {
    "helpers.memory": {
        "forgetting_weights": "weights",
        "window_weights": "weights",
        "weighted_fits": "fits, see least squares from sums of products",
    },
    "helpers.costs": {"Prices": "settings"},
    "helpers.gates": {},
    "helpers.run_lengths": {},
    "helpers.twosample": {
        "KS": "a result",
        "CategoryCounts": "a result",
        "category_counts": "counts; the test is scipy's",
        "pair_of_rows": "checks",
        "psi_against": "the PSI once more",
    },
    "helpers.joint": {"MMD": "a result", "DomainTest": "a result"},
    "helpers.compare": {"paired_difference": "a block bootstrap"},
    "helpers.adaptation": {},
    "helpers.incident_worlds": {
        "check_share": "checks",
        "two_sides": "draws rows",
        "people": "draws rows",
        "leaky": "draws rows",
        "lend": "a simulation",
    },
    "helpers.classic_worlds": {},
    "helpers.monitors": {
        "cusum_alarms": "Cusum on many streams",
        "page_hinkley_alarms": "PageHinkley on many streams",
    },
    "helpers.budget": {
        "fresh_risks": "a simulation",
        "budget_over_time": "the budget batch by batch",
        "budget_table": "text",
        "rounded": "text",
    },
}
