"""The CSV text of a region table, to the letter."""

from __future__ import annotations

import csv
import io

import numpy as np

from salviewer.api import RegionTable
from salviewer.data.region_csv import region_csv


def table(**changed):
    f = np.float32
    parts = {
        "labels": np.array([3, 8, 9], np.int32),
        "centroids": np.array([[-20.5, 4, 7.25], [1, 2, 3], [0, 0, 0]], f),
        "sizes": np.array([7800, 12.3456, 1], f),
        "impact": np.array([0.25, 0.5, np.nan], f),
        "rank_low": np.array([1, 1, np.nan], f),
        "rank_high": np.array([2, 2, np.nan], f),
        "columns": np.array([[0.75, 1e-9, np.nan]], f),
        "regions": ("Hippocampus", 'Gyrus, "upper"', "=SUM(A1)"),
        "sides": ("left", "", "right"),
        "column_names": ("light",),
    }
    return RegionTable("Regions", **parts | changed)


def test_best_first_and_what_is_not_known_is_empty():
    assert region_csv(table()).split("\r\n") == [
        "rank,label,region,side,size_mm3,x_mm,y_mm,z_mm,impact,rank_low,rank_high,light",
        '1,8,"Gyrus, ""upper""",,12.3,1.00,2.00,3.00,0.5,1,2,1e-09',
        "2,3,Hippocampus,left,7800.0,-20.50,4.00,7.25,0.25,1,2,0.75",
        ",9,'=SUM(A1),right,1.0,0.00,0.00,0.00,,,,",
        "",
    ]


def test_it_reads_back():
    rows = list(csv.DictReader(io.StringIO(region_csv(table()))))
    assert [row["region"] for row in rows[:2]] == ['Gyrus, "upper"', "Hippocampus"]
    assert [float(row["light"]) for row in rows[:2]] == [1e-9, 0.75]
