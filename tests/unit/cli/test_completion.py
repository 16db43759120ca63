"""Completion in a real bash (zsh reads the same script; fish has its own), and what is said of a mistyped command."""

import shutil
import subprocess

import pytest

from pipeline.cli.arguments import parser
from pipeline.cli.completion import SHELLS, script

ASK = """
source {script}
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_b12
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed(tmp_path, words):
    "What bash proposes for the last word"
    path = tmp_path / "b12.bash"
    path.write_text(script(parser(), "bash"))
    asked = ["bash", "--norc", "-eu", "-c", ASK.format(script=path, words=words)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(("words", "proposed"), [
    ("b12 work", ["worklist"]),
    ("b12 --home /tmp ref", ["refused"]),
    ("b12 worklist --pr", ["--priority"]),
    ("b12 worklist --format x", ["xlsx"]),
    ("b12 --home /tmp worklist --format ''", ["table", "csv", "json", "xlsx", "fhir", "omop"]),
    ("b12 decide RUN p", ["publish"]),
    ("b12 protocol ''", ["check", "show", "test", "new", "diff", "review", "sign", "signatures"]),
    ("b12 completion f", ["fish"]),
    ("b12 worklist --out w", []),  # a file: left to bash
    ("b12 ingest lab", []),
])  # fmt: skip
def test_bash_completes(tmp_path, words, proposed):
    assert completed(tmp_path, words) == proposed


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_in_every_script_and_the_shell_reads_it(tmp_path, shell):
    text = script(parser(), shell)
    [commands] = [action.choices for action in parser()._actions if action.dest == "command"]
    assert all(name in text for name in commands)
    if shutil.which(shell):
        (tmp_path / "script").write_text(text)
        read = [shell, "--no-execute" if shell == "fish" else "-n", tmp_path / "script"]
        assert subprocess.run(read, capture_output=True, timeout=20).returncode == 0


@pytest.mark.parametrize(("typed", "said"), [
    ("worklst", "worklst is not a command. Did you mean worklist?"),
    ("nonsense", "nonsense is not a command. For all of them: b12 --help"),
    ("worklist --formt csv", "--formt is not an option. Did you mean --format?"),
    ("worklist --format cvs", "cvs is not one of table, csv, json, xlsx, fhir, omop. Did you mean csv?"),
    ("protocol chekc", "chekc is not one of check, show, test, new, diff, review, sign, signatures. Did you mean check?"),
    ("screen --hold-warnde", "Did you mean --hold-warned?"),
    ("runs 20261130", "20261130 is one argument too many."),
    ("", "give a command. For all of them: b12 --help"),
])  # fmt: skip
def test_what_was_meant_is_said(capsys, typed, said):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(typed.split())
    assert ended.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())
