"""The host: each plugin in its own guard, duplicates and other API versions refused in a sentence."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from salviewer.api import ExplainerInfo, Source, hookimpl
from salviewer.errors import InvalidChoice, PluginError
from salviewer.host import Found, Host


def info(key, run="salviewer_plugins.glas.glas:Glas", params="salviewer_plugins.glas.params:GlasParams"):
    return ExplainerInfo(key, key.title(), "", run, params, Source("somebody 1999"), "What?")


def plugin(*infos, api=(1, 0), error=None):
    module = ModuleType("made_up")

    @hookimpl
    def salviewer_explainers():
        if error:
            raise error
        return list(infos)

    module.salviewer_explainers = salviewer_explainers
    module.SALVIEWER_API = api
    return module


def found(name, module):
    def load():
        if isinstance(module, Exception):
            raise module
        return module

    return Found(name, "somewhere", "2.0", load)


def test_the_built_in_plugins_come_through_the_same_entry_points():
    host = Host.discover()
    assert {"glas", "rglas"} <= set(host.explainers)
    assert [p.error for p in host.plugins] == [""] * len(host.plugins)
    assert host.version(host.explainer("glas")).startswith("glas ")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (ImportError("no module named spam"), "no module named spam"),
        (plugin(error=RuntimeError("boom")), "boom"),
        (plugin(info("b"), api=(2, 0)), "version 2 of the plugin interface"),
        (plugin(42), "must return ExplainerInfo"),
    ],
)
def test_a_broken_plugin_is_listed_and_the_others_go_on(broken, words):
    host = Host([found("bad", broken), found("good", plugin(info("a")))])
    assert set(host.explainers) == {"a"}
    record = host.plugins[0]
    assert record.name == "bad"
    assert words in record.error
    assert record.offers == ()
    assert host.plugins[1].offers == ("a",)


def test_two_plugins_with_one_key_are_both_named_and_the_first_stays():
    host = Host([found("one", plugin(info("a"))), found("two", plugin(info("a"), info("b")))])
    assert set(host.explainers) == {"a"}
    assert "“one” and “two” both offer “a”" in host.plugins[1].error


def test_an_unknown_method_is_answered_with_near_ones():
    with pytest.raises(InvalidChoice, match="“gals”: did you mean glas"):
        Host.discover().explainer("gals")


def test_a_run_path_that_does_not_import_names_the_plugin():
    host = Host([found("one", plugin(info("a", run="not_there.at_all:Thing")))])
    with pytest.raises(PluginError, match="“one” is switched off: ModuleNotFoundError"):
        host.load(host.explainer("a"))


def test_a_params_path_must_name_params():
    host = Host([found("one", plugin(info("a", params="pathlib:Path")))])
    with pytest.raises(PluginError, match=r"no salviewer\.api\.Params"):
        host.params(host.explainer("a"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Not A Key"},
        {"run": "no-colon"},
        {"params": "a.b"},
        {"needs": frozenset({"magic"})},
        {"output": "score"},
    ],
)
def test_a_descriptor_that_cannot_work_is_refused_where_it_is_made(wrong):
    good = {
        "key": "a",
        "title": "A",
        "summary": "",
        "run": "a.b:C",
        "params": "a.b:P",
        "source": Source(""),
        "answers": "",
    }
    with pytest.raises(ValueError, match="a|key"):
        ExplainerInfo(**good | wrong)


def test_discovering_loads_no_torch_no_numpy_and_no_qt():
    script = (
        "import sys; from salviewer.host import Host; h = Host.discover(); assert h.explainers, h.plugins; "
        "[h.params(i) for i in h.explainers.values()]; "
        "print([m for m in ('torch', 'numpy', 'PySide6', 'pyqtgraph') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert out.stdout.strip() == "[]"
