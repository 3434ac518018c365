"""`salviewer list`."""


def test_methods_are_listed_with_the_question_that_they_answer(salviewer):
    done = salviewer("list", "methods")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["key", "title", "answers"]
    assert {line.split()[0] for line in lines[1:]} >= {"glas", "rglas"}


def test_methods_as_json_carry_their_parameters(salviewer):
    found = {item["key"]: item for item in salviewer("list", "methods", "--json").json}
    grid = next(p for p in found["glas"]["params"] if p["name"] == "grid")
    assert grid["default"] == 15
    assert found["rglas"]["plugin"].startswith("glas ")


def test_metrics_say_what_they_answer_and_which_way_is_better(salviewer):
    lines = salviewer("list", "metrics").out.splitlines()
    deletion = next(line for line in lines if line.startswith("deletion"))
    assert "lower" in deletion
    assert deletion.endswith("?")
    keys = [m["key"] for m in salviewer("list", "metrics", "--json").json]
    assert keys == sorted(keys)
    assert "pointing-game" in keys


def test_every_plugin_is_listed_and_none_is_broken(salviewer):
    found = {item["name"]: item for item in salviewer("list", "plugins", "--json").json}
    assert set(found) >= {"architectures", "arrays", "glas", "phantoms"}
    assert [item["error"] for item in found.values()] == [""] * len(found)
    assert salviewer("list", "plugins").out.splitlines()[0].split()[:3] == ["name", "version", "origin"]


def test_a_broken_plugin_is_listed_and_the_others_go_on(salviewer, monkeypatch):
    from salviewer import host

    def broken():
        raise RuntimeError("no such library")

    real = list(host._installed())
    monkeypatch.setattr(host, "_installed", lambda: [*real, host.Found("sick", "somewhere", "2.0", broken)])
    found = {item["name"]: item for item in salviewer("list", "plugins", "--json").json}
    assert "no such library" in found["sick"]["error"]
    assert found["glas"]["error"] == ""
    assert "glas" in salviewer("list", "methods").out


def test_collections(salviewer):
    found = {item["key"]: item for item in salviewer("list", "collections", "--json").json}
    assert len(found["an8flower-single-6c"]["classes"]) == 6


def test_models(salviewer):
    names = {item["name"] for item in salviewer("list", "models", "--json").json}
    assert {"squeezenet1_0", "resnet18", "an8flower-cnn", "cifar-resnet20"} <= names


def test_classes_of_a_model(salviewer):
    listed = salviewer("list", "classes", "--model", "an8flower-cnn").out.splitlines()
    assert [line.split()[0] for line in listed] == list("012345")
    assert len(salviewer("list", "classes", "--model", "an8flower-cnn", "--json").json) == 6
