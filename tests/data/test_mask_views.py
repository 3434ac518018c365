"""Views of masks: known pixels, and which mask is the answer."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.api.masks import MaskStack
from salviewer.data.mask_views import Contrast, evidence_view, stacks_in, view, views_of


def made(value=0.25, *, keeps=True, shown=True, **more):
    mask = np.full((3, 2, 2), 1.0, np.float32)
    mask[:, 0, 0] = (value, 0.5, 0.0)
    raw = np.stack([np.full((2, 2), v, np.float32) for v in (0.8, 0.6, 0.4)])
    return MaskStack("m", mask, raw if shown else raw[:0], np.full(3, 0.5, np.float32), keeps, **more)


def test_what_is_left_and_what_is_taken():
    # e = m x + (1 - m) r: 0.25 * 0.8 + 0.75 * 0.5 = 0.575; 0.5 * 0.6 + 0.5 * 0.5 = 0.55; 0.5
    stack = made()
    np.testing.assert_allclose(view(stack, "explanation")[0, 0], (0.575, 0.55, 0.5), atol=1e-6)
    np.testing.assert_allclose(view(stack, "explanation")[1, 1], (0.8, 0.6, 0.4), atol=1e-6)
    # e~ = (1 - m) x + m r: 0.75 * 0.8 + 0.25 * 0.5 = 0.725; 0.55; 0.4
    np.testing.assert_allclose(view(stack, "complement")[0, 0], (0.725, 0.55, 0.4), atol=1e-6)


def test_masks_show_the_evidence_of_a_deletion_in_the_complement():
    stack = made(keeps=False)
    np.testing.assert_allclose(view(stack, "mask")[0, 0], (0.25, 0.5, 0.0), atol=1e-6)
    np.testing.assert_allclose(view(stack, "mask-complement")[0, 0], (0.75, 0.5, 1.0), atol=1e-6)
    assert view(stack, "mean")[0, 0, 0] == pytest.approx(0.75)
    assert view(stack, "blue").shape == (2, 2, 1)
    assert view(stack, "blue")[0, 0, 0] == 1
    assert evidence_view(stack) == "complement"
    assert evidence_view(made()) == "explanation"


def test_channels_of_a_bgr_model_are_turned():
    stack = made()
    np.testing.assert_allclose(view(stack, "mask", bgr=True)[0, 0], (0.0, 0.5, 0.25), atol=1e-6)
    assert view(stack, "red", bgr=True)[0, 0, 0] == 0


def test_contrast_lifts_the_evidence_alone():
    contrast = Contrast(4.0, 0.5)
    stack = made(0.99, keeps=False)  # evidence 0.01 in red
    assert view(stack, "red", contrast=contrast)[0, 0, 0] == pytest.approx(0.2, abs=1e-4)
    assert view(stack, "mask", contrast=contrast)[0, 0, 0] == pytest.approx(0.8, abs=1e-4)
    np.testing.assert_array_equal(view(stack, "explanation", contrast=contrast), view(stack, "explanation"))
    assert contrast.words.startswith("Masks are shown 4 times stronger and with gamma 0.5;")
    assert Contrast().words == ""


def test_the_answer_among_the_kept():
    kept = [made(0.9, series="sparsity", at=2.0, shown=False), made(0.25, series="sparsity", at=1.0, shown=False)]
    masks, at = stacks_in([*kept, made(0.25)])
    assert len(masks) == 2
    assert masks[at].series == ""
    assert all(one.shown.size for one in masks)
    assert [m.size for m in masks] == sorted(m.size for m in masks)
    assert stacks_in([]) == ((), 0)


def test_one_mask_for_all_colours():
    stack = made()
    one = MaskStack("m", stack.mask[:1], stack.shown, stack.nothing)
    assert "red" not in views_of(one)
    assert view(one, "mask").shape == (2, 2, 1)
    np.testing.assert_allclose(view(one, "explanation")[0, 0, 1], 0.25 * 0.6 + 0.75 * 0.5, atol=1e-6)
