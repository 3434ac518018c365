from PySide6.QtCore import QRectF

from salviewer.kit.filter_crops import Place, spot

FRAME = QRectF(100, 50, 20, 20)


def test_a_large_crop_is_where_it_is_in_its_picture_cut_off_at_the_edge():
    assert spot(Place("a", 0.25, 0.5, 0.75, 1.5, ""), FRAME, 4) == QRectF(105, 60, 10, 10)


def test_a_small_crop_is_drawn_large_enough_to_be_seen_about_its_middle():
    assert spot(Place("a", 0.475, 0.475, 0.525, 0.525, ""), FRAME, 4) == QRectF(108, 58, 4, 4)


def test_a_small_crop_in_the_corner_stays_in_the_frame():
    assert spot(Place("a", 0.95, 0.95, 1.2, 1.2, ""), FRAME, 4) == QRectF(116, 66, 4, 4)
