"""The command line: whatever is typed wrong is one line, exit code 2, and leaves nothing behind."""

import os
import subprocess
import sys

import pytest
from PIL import Image

from shoal.cli import main


@pytest.fixture
def shoal(tmp_path, monkeypatch, capsys):
    """Run `shoal` in a folder with `photos/p.png`, `empty/` and `text`: exit code, both streams."""
    for folder in ("photos", "empty"):
        (tmp_path / folder).mkdir()
    Image.new("L", (12, 9)).save(tmp_path / "photos" / "p.png")
    (tmp_path / "text").write_text("no picture")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["shoal", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nothing", "No such command 'nothing'; --help shows what there is"),
        ("--nothing", "No such option: --nothing"),
        ("degrade", "Missing argument 'path'"),
        ("degrade photos --scal 3", "No such option: --scal (Possible options: --scale)"),
        ("degrade photos --scale 1", "--scale 1 is not an integer of at least 2"),
        ("degrade photos --scale x", "--scale x is not an integer of at least 2: e.g. --scale 3"),
        ("score photos photos --scale 2.5", "--scale 2.5 is not an integer of at least 2"),
        ("upscale photos --scale 17", "--scale 17 is no number from 1 to 16: e.g. --scale 2.5"),
        ("upscale photos --scale 3 --size 40x", "--scale and --size both say how large"),
        ("upscale photos --size 40", "--size 40 is no size: e.g. 3840x (width), x2160 (height)"),
        ("upscale nowhere --model eedz", "no weights of eedz at scale 2 ship"),
        ("upscale photos -o p.avif", "p.avif: AVIF isn't written: choose one of png"),
        ("upscale photos -o p.gif", "p.gif: GIF isn't written: choose one of png"),
        ("runs explain eeds --set Set5 --scale 2.5", "--scale 2.5 is not an integer"),
        ("degrade photos --scale 10", "photos/p.png: 12 x 9 is smaller than the scale 10"),
        ("degrade nowhere", "nowhere: no such picture or folder"),
        ("degrade empty", "empty has no picture in it"),
        ("degrade text", "text: not a picture"),
        ("degrade photos -o text", "text/p.png can't be written: File exists"),
        ("degrade photos -o text/new", "text/new/p.png can't be written: Not a directory"),
        ("degrade photos -o ''", "an argument is empty: give it a value"),
        ("degrade a\nb.png", r"a\nb.png: no such picture or folder"),
        ("score photos photos", "Missing option '--scale'"),
        ("score photos photos --scale 2 --csv text/s.csv", "text is not a folder"),
        ("score nowhere photos/p.png --scale 3", "nowhere: no such picture or folder"),
        ("data show nothing", "'nothing' is not a picture set: there are"),
        ("data fetch st5", "'st5' is not a picture set: did you mean Set5?"),
        ("data fetch set5 --root text", "text/Set5 cannot be written: Not a directory"),
        ("data fetch set5 --mirror nonsense", "mirror 'nonsense' is not an http(s) address"),
        ("runs list --runs text", "text holds no runs"),
        ("runs verify --runs text", "text is not a folder of runs: name one with --runs DIR"),
        ("runs verify --runs empty", "empty holds no finished runs"),
        ("runs clean --runs nowhere", "nowhere is not a folder of runs: name one with --runs DIR"),
        ("runs explain eeds", "Missing option '--set'"),
        ("runs explain eeds --set Set5", "no finished run of eeds was scored on Set5 at x3"),
        ("report nothing --runs nowhere", "nowhere holds no grid named 'nothing'"),
        ("report ../x --runs text", "../x is no folder of findings"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2_and_leaves_nothing(shoal, tmp_path, line, says):
    before = sorted(tmp_path.rglob("*"))
    code, out, err = shoal(*("" if word == "''" else word for word in line.split(" ")))
    assert (code, out) == (2, "")
    assert err.startswith("shoal: ")
    assert says in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("group", [(), ("data",), ("runs",)])
def test_a_command_without_its_subcommand_shows_the_help(shoal, group):
    code, out, err = shoal(*group)
    assert (code, err) == (2, "")
    assert "Usage: " in out


@pytest.mark.parametrize(
    ("command", "default"),
    [
        ("export", "output/<run>.onnx"),
        ("upscale", "2, or that of --weights"),
        ("report", "the newest"),
        ("data list", "$SHOAL_DATA, else data"),
    ],
)
def test_the_help_shows_defaults_that_are_worked_out(shoal, monkeypatch, command, default):
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = shoal(*command.split(), "--help")
    assert f"[default: ({default})]" in out


@pytest.mark.parametrize(
    ("raised", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "stopped by SIGINT"),
        (PermissionError(13, "Permission denied", "photos"), 2, "photos: Permission denied"),
        (EOFError(), 1, "nothing was done"),  # a question, and nobody there to answer
    ],
)
def test_what_comes_from_outside_is_one_line(shoal, monkeypatch, raised, code, says):
    def interrupted(*_, **__):
        raise raised

    monkeypatch.setattr("shoal.data.commands.print_list", interrupted)
    ended, _, err = shoal("data", "list")
    assert ended == code
    assert err.strip() == f"shoal: {says}"


def test_exceptions_of_our_own_are_not_swallowed(shoal, monkeypatch):
    monkeypatch.setattr("shoal.data.commands.print_list", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        shoal("data", "list")


def test_a_terminal_that_lacks_letters_shows_them_escaped(tmp_path):
    command = [sys.executable, "-c", "from shoal.cli import main; main()"]
    done = subprocess.run(
        [*command, "data", "list", "--root", "é"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert r"here: in \xe9" in done.stdout
