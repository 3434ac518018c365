import numpy as np
import pytest
from scipy.optimize import LinearConstraint, minimize

from salviewer.numeric.mu_lasso import mu_lasso, path


def problem(images=80, features=30, classes=4, seed=0):
    """Features as a network's are, not negative and some of them zero, and one label for each image."""
    rng = np.random.default_rng(seed)
    x = np.maximum(rng.standard_normal((images, features)) + 0.3, 0)
    labels = np.eye(classes)[rng.integers(classes, size=images)]
    return x, labels


def slopes(x, labels, weights):
    return 2 * x.T @ (x @ weights - labels)


def objective(x, labels, weights):
    return ((x @ weights - labels) ** 2).sum(0)


def assert_optimal(x, labels, solution, tolerance=1e-5):
    """Where w_j is active the gradient is -nu sign(w); elsewhere at most nu; with nu above 0 the bound is reached."""
    for w, slope in zip(solution.weights.T, slopes(x, labels, solution.weights).T, strict=True):
        nu = np.abs(slope).max(initial=0.0)
        slack = tolerance * np.abs(x).sum()
        assert np.abs(w).sum() <= solution.mu * (1 + 1e-9)
        active = np.abs(w) > 1e-7
        if nu > slack:
            assert np.abs(w).sum() == pytest.approx(solution.mu, rel=1e-6)
            np.testing.assert_allclose(slope[active], -nu * np.sign(w[active]), atol=slack)


@pytest.mark.parametrize("mu", [0.01, 0.1, 0.5, 2.0])
@pytest.mark.parametrize("shape", [(80, 30), (12, 60), (300, 90)])
def test_the_optimality_conditions_hold(shape, mu):
    x, labels = problem(*shape)
    solution = mu_lasso(x, labels, mu, gap=1e-9)
    assert solution.gap.max() <= 1e-9
    np.testing.assert_allclose(solution.objective, objective(x, labels, solution.weights), rtol=1e-9, atol=1e-12)
    assert_optimal(x, labels, solution)


@pytest.mark.filterwarnings("ignore:delta_grad:UserWarning")  # scipy takes the bounds for something to learn
@pytest.mark.parametrize("mu", [0.2, 1.0])
def test_an_interior_point_solver_finds_the_same(mu):
    x, labels = problem(60, 12, 3)
    solution = mu_lasso(x, labels, mu, gap=1e-10)
    gram, n = x.T @ x, x.shape[1]
    for j, wanted in enumerate(labels.T):
        # w = p - q with p, q >= 0 makes it a quadratic programme with bounds and one inequality
        both = np.block([[gram, -gram], [-gram, gram]])
        linear = np.concatenate([x.T @ wanted, -x.T @ wanted])
        found = minimize(
            lambda z, b=both, c=linear: z @ b @ z - 2 * c @ z,
            np.full(2 * n, mu / (4 * n)),
            jac=lambda z, b=both, c=linear: 2 * (b @ z - c),
            hess=lambda z, b=both: 2 * b,
            method="trust-constr",
            bounds=[(0, None)] * (2 * n),
            constraints=LinearConstraint(np.ones(2 * n), -np.inf, mu),
            options={"gtol": 1e-8, "barrier_tol": 1e-9, "maxiter": 1000},
        )
        np.testing.assert_allclose(solution.weights[:, j], found.x[:n] - found.x[n:], atol=1e-3)
        assert solution.objective[j] <= found.fun + wanted @ wanted + 1e-6


@pytest.mark.parametrize("mu", [0.1, 1.0, 5.0])
@pytest.mark.filterwarnings("ignore")
def test_spgl1_finds_the_same(mu):
    spgl1 = pytest.importorskip("spgl1", reason="spgl1 is not installed")
    x, labels = problem(100, 40, 3)
    solution = mu_lasso(x, labels, mu, gap=1e-10)
    for w, wanted in zip(solution.weights.T, labels.T, strict=True):
        theirs = spgl1.spg_lasso(x, wanted, mu, opt_tol=1e-9, iter_lim=5000, verbosity=0)[0]
        np.testing.assert_allclose(w, theirs, atol=1e-4)


def test_planted_filters_are_found():
    rng = np.random.default_rng(1)
    classes = rng.integers(5, size=1500)
    x = rng.gamma(1.0, size=(1500, 400)) * 0.01
    planted = {j: rng.choice(400, 3, replace=False) for j in range(5)}
    for j, columns in planted.items():
        x[np.ix_(classes == j, columns)] += 0.04
    solution = mu_lasso(x.astype(np.float32), np.eye(5)[classes], 10.0)
    for j, columns in planted.items():
        strongest = np.argsort(-solution.weights[:, j])[:3]
        assert set(strongest) == set(columns)
    assert ((x @ solution.weights).argmax(1) == classes).mean() > 0.98


def test_mu_of_zero_gives_nothing_and_is_exact():
    x, labels = problem()
    solution = mu_lasso(x, labels, 0.0)
    assert not solution.weights.any()
    assert (solution.gap == 0).all()
    np.testing.assert_allclose(solution.objective, labels.sum(0))


def test_a_mu_that_does_not_bind_gives_least_squares():
    x, labels = problem(200, 15, 3)
    exact = np.linalg.lstsq(x, labels, rcond=None)[0]
    solution = mu_lasso(x, labels, 1e3, gap=1e-8)
    np.testing.assert_allclose(solution.weights, exact, atol=1e-5)
    assert solution.gap.max() <= 1e-8


def test_fewer_images_than_features_can_be_fitted_whole():
    x, labels = problem(15, 60, 2)
    solution = mu_lasso(x, labels, 50.0, gap=1e-4)
    assert solution.objective.max() < 1e-3
    assert solution.gap.max() <= 1e-4


def test_constant_features_and_classes_without_images_are_no_trouble():
    x, labels = problem(60, 10, 4)
    x[:, 0], x[:, 1], x[:, 2] = 0.0, 1.0, x[:, 3]
    labels[:, 3] = 0
    solution = mu_lasso(x, labels, 0.5, gap=1e-8)
    assert not solution.weights[:, 3].any()
    assert not solution.weights[0].any()
    assert solution.gap[3] == 0
    assert np.isfinite(solution.weights).all()
    assert_optimal(x, labels, solution)


def test_more_mu_never_fits_worse_and_the_path_agrees_with_each_alone():
    x, labels = problem(150, 40, 3)
    mus = (2.0, 0.1, 0.5)
    solutions = list(path(x, labels, mus, gap=1e-9))
    assert [s.mu for s in solutions] == sorted(mus)
    totals = [s.objective.sum() for s in solutions]
    assert totals == sorted(totals, reverse=True)
    for solution in solutions:
        np.testing.assert_allclose(solution.weights, mu_lasso(x, labels, solution.mu, gap=1e-9).weights, atol=1e-4)


def test_what_was_not_reached_is_told():
    x, labels = problem(60, 200, 3)
    solution = mu_lasso(x, labels, 5.0, gap=1e-12, steps=1)
    least = mu_lasso(x, labels, 5.0, gap=1e-6)
    assert solution.gap.max() > 1e-12
    too_large = solution.objective - least.objective
    assert (too_large <= solution.gap * np.maximum(solution.objective, 1e-3 * labels.sum(0)) + 1e-5).all()


def test_half_precision_on_disk_is_read_by_blocks(tmp_path, monkeypatch):
    x, labels = problem(500, 40, 3)
    table = np.memmap(tmp_path / "x", np.float16, "w+", shape=x.shape)
    table[:] = x
    monkeypatch.setattr("salviewer.numeric.feature_rows.BLOCK_BYTES", 40 * 4 * 7)
    solution = mu_lasso(table, labels, 0.5)
    assert_optimal(table.astype(np.float64), labels, mu_lasso(table.astype(np.float64), labels, 0.5, gap=1e-9))
    assert solution.gap.max() <= 1e-4


def test_the_watch_can_stop_it_and_sees_the_trace():
    x, labels = problem()
    seen = []

    def watch(mu, trace):
        seen.append((mu, len(trace)))
        if len(trace) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(path(x, labels, (1.0,), watch=watch))
    assert seen == [(1.0, 1), (1.0, 2)]


def test_wrong_arguments_are_named():
    x, labels = problem()
    with pytest.raises(ValueError, match="at least 0, not -1"):
        list(path(x, labels, (-1.0,)))
    with pytest.raises(ValueError, match="of the same N"):
        mu_lasso(x[:5], labels, 1.0)


def nearly_separable(images=90, features=40, classes=3):
    """Few weights of great size fit the labels nearly without error, and every feature is there twice, nearly."""
    rng = np.random.default_rng(3)
    of_class = rng.integers(classes, size=images)
    causes = 0.3 * rng.standard_normal((images, 12)) + 2 * rng.standard_normal((classes, 12))[of_class]
    x = np.maximum(causes @ rng.standard_normal((12, features)) + 0.1 * rng.standard_normal((images, features)), 0)
    x /= x.sum(1, keepdims=True)
    return np.concatenate([x, x * 1.0001 + 1e-5 * rng.random(x.shape)], 1), np.eye(classes)[of_class]


@pytest.mark.parametrize("mu", [20.0, 40.0, 80.0, 400.0])
def test_a_great_bound_on_nearly_separable_classes_is_solved_in_few_steps(mu):
    x, labels = nearly_separable()
    solution = mu_lasso(x, labels, mu, gap=1e-6)
    assert solution.gap.max() <= 1e-6
    assert solution.steps <= 1000
    np.testing.assert_allclose(solution.objective, objective(x, labels, solution.weights), rtol=1e-6, atol=1e-9)
