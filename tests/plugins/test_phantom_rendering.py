"""Surfaces, visibility and light of the phantoms' renderer: solids of known area, hand-placed triangles, slow rays."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer_plugins.phantoms import turntable
from salviewer_plugins.phantoms.an8flower import An8FlowerSingle6c
from salviewer_plugins.phantoms.augment import CROPPED, CUTS, Cut, cut_out
from salviewer_plugins.phantoms.light import Lamp, encode, linear
from salviewer_plugins.phantoms.params import An8FlowerParams
from salviewer_plugins.phantoms.plant import grow
from salviewer_plugins.phantoms.surfaces import Mesh, curve, sweep, unit
from salviewer_plugins.phantoms.visibility import rasterise

X, Y, Z = np.eye(3)


def sphere(radius=1.0, rings=41, sides=40):
    angle = np.linspace(0, np.pi, rings)
    path = -radius * np.cos(angle)[:, None] * Y
    return sweep(path, Z, X, radius * np.sin(angle), radius * np.sin(angle), sides=sides)


def faces(mesh):
    return np.moveaxis(mesh.points[mesh.triangles], 1, 0)


def test_a_swept_sphere_has_a_spheres_area_volume_and_normals():
    mesh = sphere(2.0)
    a, b, c = faces(mesh)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    volume = np.einsum("fi,fi", a, np.cross(b, c)) / 6  # positive only if all faces look outward
    assert area == pytest.approx(4 * np.pi * 4, rel=0.01)
    assert volume == pytest.approx(4 / 3 * np.pi * 8, rel=0.01)
    assert np.einsum("vi,vi->v", mesh.normals, mesh.points / 2).min() > 0.999


def test_a_fold_lifts_the_edges_and_a_vein_darkens_them():
    path = np.array([[0.0, 0, 0], [0, 0, 1]])
    flat = sweep(path, X, Y, 1.0, 0.0, sides=4)
    folded = sweep(path, X, Y, 1.0, 0.0, sides=4, fold=0.5, vein=0.25)
    np.testing.assert_allclose((folded.points - flat.points)[:4], [[0, 0.5, 0], [0, 0, 0]] * 2, atol=1e-12)
    np.testing.assert_allclose(folded.tone[:4], [0.75, 1, 0.75, 1], atol=1e-12)


def test_a_bezier_curve_through_points_on_a_line_is_that_line():
    path, tangent = curve([(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)], np.array([0, 0.25, 1]))
    np.testing.assert_allclose(path, [[0, 0, 0], [0.75, 0, 0], [3, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(tangent, [X, X, X], atol=1e-12)


def test_every_part_of_the_plant_is_a_surface_seen_from_outside():
    plant = grow(np.random.default_rng(0))
    a, b, c = faces(plant.mesh)
    volume = np.einsum("fi,fi->f", a, np.cross(b, c)) / 6
    assert set(plant.names) == {"pot", "soil", "stem", "leaf", "calyx", "flower"}
    for index, name in enumerate(plant.names):
        assert volume[plant.part == index].sum() > 0, name
    assert np.isfinite(plant.mesh.normals).all()


def shown(xy, depth, triangles, n):
    hits = rasterise(np.array(xy, float), np.array(depth, float), np.array(triangles), n)
    picture = np.full(n * n, -1)
    picture[hits.place] = hits.triangle
    return picture.reshape(n, n), hits


def test_two_triangles_cover_a_square_without_hole_or_overhang():
    square = [(1, 1), (1, 7), (7, 7), (7, 1)]  # down, right, up: turned to the eye where y points down
    picture, _ = shown(square, [5, 5, 5, 5], [(0, 1, 2), (0, 2, 3)], 8)
    assert (picture[1:7, 1:7] >= 0).all()
    assert (picture >= 0).sum() == 36
    assert (picture[1:7, 1:7] == 0).sum() in range(15, 22)  # the diagonal's cells go to either


def test_a_face_turned_away_is_not_seen():
    picture, _ = shown([(1, 1), (1, 7), (7, 7)], [5, 5, 5], [(0, 2, 1)], 8)
    assert (picture < 0).all()


def test_the_nearer_surface_hides_the_farther_whatever_their_order():
    far, near = [(0, 0), (0, 8), (8, 8), (8, 0)], [(2, 2), (2, 6), (6, 6), (6, 2)]
    quads = [(0, 1, 2), (0, 2, 3)]
    for corners, depth, near_first in (
        (far + near, [9] * 4 + [3] * 4, False),
        (near + far, [3] * 4 + [9] * 4, True),
    ):
        triangles = quads + [tuple(i + 4 for i in t) for t in quads]
        picture, _ = shown(corners, depth, triangles, 8)
        seen_near = (picture < 2) if near_first else (picture >= 2)
        expected = np.zeros((8, 8), bool)
        expected[2:6, 2:6] = True
        np.testing.assert_array_equal(seen_near, expected)


def test_what_lies_between_corners_follows_perspective():
    """Half way on the raster between corners 1 and 3 away, a point is 1.5 away: 1 / depth is the mean of 1 and 1/3."""
    _, hits = shown([(0, 0), (0, 9), (9, 9), (9, 0)], [1, 1, 3, 3], [(0, 1, 2), (0, 2, 3)], 9)
    middle = hits.place == 4 * 9 + 4
    assert hits.depth[middle] == pytest.approx(1.5)
    np.testing.assert_allclose(hits.weights.sum(0), 1, atol=1e-9)


def test_linear_light_and_srgb_bytes_are_inverse_to_each_other():
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(encode(linear(levels).astype(np.float32)), levels)
    assert linear(188) == pytest.approx(0.5029, abs=1e-4)  # half the light is 188, not 128
    assert encode(np.array([7.0], np.float32))[0] == 255


def test_a_surface_behind_another_is_in_its_shadow():
    lamp = Lamp(unit([0.0, 1.0, 0.2]))
    ball = sphere(0.5)
    roof = Mesh(ball.points + 2 * lamp.direction, ball.normals, ball.tone, ball.triangles)
    top = ball.points[ball.normals @ lamp.direction > 0.9]
    both = np.concatenate([ball.points, roof.points])
    alone = lamp.reaches(ball.points, ball.triangles, top.T)
    under = lamp.reaches(both, np.concatenate([ball.triangles, roof.triangles + len(ball.points)]), top.T)
    assert alone.min() == 1
    assert under.max() == 0


@pytest.mark.parametrize("view", [0, 13, 27])
def test_the_flowers_share_of_a_pixel_is_what_slow_rays_find(view):
    """Nine rays per pixel, each against every triangle (Möller and Trumbore), at the flower's rim."""
    plant = grow_as_seed_0()
    rendered = turntable.Turntable(0).view(view)
    share = rendered.shares["flower"]
    rows, columns = np.nonzero((share > 0) & (share < 255))
    some = np.random.default_rng(view).permutation(len(rows))[:12]
    turn = 2 * np.pi * view / turntable.VIEWS
    c, s = np.cos(turn), np.sin(turn)
    turned = plant.mesh.points @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    flower = plant.part == plant.names.index("flower")
    found = [
        sum(sees(turned, plant.mesh.triangles, flower, y, x) for y, x in points(rows[i], columns[i])) for i in some
    ]
    expected = share[rows[some], columns[some]] / 255 * 9
    assert np.abs(found - expected).max() < 1.5  # a ray through a rim may go either way by rounding
    assert (np.abs(found - expected) > 0.1).mean() < 0.1
    mask = An8FlowerSingle6c().open(An8FlowerParams())[view].masks["flower"][rows[some], columns[some]]
    np.testing.assert_array_equal(mask, expected > 4.5)


def grow_as_seed_0():
    rng = np.random.default_rng(0)
    Lamp.placed(rng)
    return grow(rng)


def points(row, column):
    """The nine points of a pixel, in pixels, (y, x)."""
    return [(row + (i + 0.5) / 3, column + (j + 0.5) / 3) for i in range(3) for j in range(3)]


def sees(corners, triangles, wanted, y, x):
    """Whether the nearest triangle on the ray through (y, x) is a wanted one. The camera is written out anew."""
    e = np.deg2rad(22)
    eye = np.array([0, 1.78 + 11 * np.sin(e), 11 * np.cos(e)])
    forward, upward = np.array([0, -np.sin(e), -np.cos(e)]), np.array([0, np.cos(e), -np.sin(e)])
    ray = forward + (x / 150 - 1) / 5.9 * X - (y / 150 - 1) / 5.9 * upward
    a, b, c = np.moveaxis(corners[triangles], 1, 0)
    p = np.cross(ray, c - a)
    det = np.einsum("fi,fi->f", b - a, p)
    safe = np.where(np.abs(det) > 1e-14, det, np.inf)
    u = np.einsum("fi,fi->f", eye - a, p) / safe
    q = np.cross(eye - a, b - a)
    v, t = q @ ray / safe, np.einsum("fi,fi->f", c - a, q) / safe
    hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0) & np.isfinite(safe)
    return bool(hit.any()) and bool(wanted[np.argmin(np.where(hit, t, np.inf))])


def test_there_are_25_cuts_of_a_frame():
    assert len(set(CUTS)) == len(CUTS) == 25
    assert {c.angle_deg for c in CUTS} == {5, 10, 15, 20, 25}


@pytest.mark.parametrize(("crop", "top", "left"), [(0, 0, 0), (1, 0, 50), (2, 50, 0), (3, 50, 50), (4, 25, 25)])
def test_crops_are_the_four_corners_and_the_centre(crop, top, left):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (300, 300, 3), np.uint8)
    layer = rng.integers(0, 256, (300, 300), np.uint8)
    pixels, share = cut_out(picture, layer, Cut(crop, 0), (0, 0, 0))
    np.testing.assert_array_equal(pixels, picture[top : top + CROPPED, left : left + CROPPED])
    np.testing.assert_array_equal(share, layer[top : top + CROPPED, left : left + CROPPED])


def test_a_crop_is_turned_counter_clockwise_about_its_centre_with_its_layer():
    layer = np.zeros((300, 300), np.uint8)
    layer[145:156, 205:216] = 255  # centred at (150.5, 210.5), 60 pixels to the right of the centre
    pixels, share = cut_out(np.repeat(layer[..., None], 3, 2), layer, Cut(4, 25), (9, 8, 7))
    y, x = np.average(np.indices(share.shape).reshape(2, -1) + 0.5, axis=1, weights=share.ravel())
    angle = np.deg2rad(25)
    assert (y, x) == pytest.approx((125.5 - 60.5 * np.sin(angle), 125.5 + 60.5 * np.cos(angle)), abs=0.7)
    np.testing.assert_array_equal(pixels[50:200, 50:200, 0], share[50:200, 50:200])
    assert tuple(pixels[0, 0]) == (9, 8, 7)
    assert share[0, 0] == 0
