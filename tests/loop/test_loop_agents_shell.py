"""What the shells of coding agents do to a program: some hide the configuration of git."""

from __future__ import annotations

from loop_world import World, environment


def test_a_commit_without_an_identity_says_whose_it_is(world, tmp_path):
    nobody = {name: value for name, value in environment(tmp_path / "home").items() if not name.startswith("GIT_A")}
    nobody = {name: value for name, value in nobody.items() if not name.startswith("GIT_COMMITTER")}
    stranger = World(world.root, nobody)
    document = stranger.win("80")
    assert any("git knows no identity" in note for note in document["notes"])
    assert world.git("log", "-1", "--format=%an <%ae>").strip() == "AutoLoop <autoloop@localhost>"
