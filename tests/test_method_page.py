"""A method's page is read from its own file, without running it."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from salviewer.api import ExplainerInfo, Source
from salviewer.gui.method_page import as_html, page_of
from salviewer.host import Host


@pytest.fixture(scope="module")
def infos():
    return Host.discover().explainers


def test_every_built_in_method_has_source_needs_and_a_text(infos):
    for info in infos.values():
        page = page_of(info)
        assert page.needs.startswith("Needs ")
        assert len(page.text) > 60, info.key
        assert page.citation in as_html(page) or "&" in as_html(page)


def test_formulas_and_tables_keep_their_form(infos):
    html = as_html(page_of(infos["glas"]))
    assert "<pre>S(x_j) = 1/|Omega|" in html
    assert "<td>lambda</td><td>1e-5 (printed &quot;105&quot;)</td>" in html
    assert "<th align=left>paper</th>" in html


def test_reading_it_runs_nothing(infos):
    before = set(sys.modules)
    page_of(infos["lrp"])
    assert "salviewer_plugins.baselines.relevance" not in set(sys.modules) - before


@pytest.mark.parametrize("run", ["no.such.module:Name", "salviewer:Name", "sys:Name"])
def test_a_method_whose_file_cannot_be_read_still_has_a_page(infos, run):
    page = page_of(replace(infos["glas"], run=run))
    assert page.title == "GLAS"
    assert "<h2>GLAS</h2>" in as_html(page)


def test_nothing_of_a_plugin_is_taken_for_markup():
    source = Source("<b>A</b> & B", url="javascript:alert(1)")
    info = ExplainerInfo("x", "<i>X</i>", "s", "no.where:X", "no.where:Y", source, "q")
    html = as_html(page_of(info))
    assert "&lt;i&gt;X" in html
    assert "<b>A" not in html
    assert "javascript" not in html
