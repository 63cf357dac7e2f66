"""Fills the isolated environment that a build back end runs in. Runs inside the container, under the cell's Python.

usage: build_environment.py SOURCE ENVIRONMENT SETTINGS INSTALLER [REQUIREMENT ...]

SOURCE       folder with the pyproject.toml (or only a setup.py)
ENVIRONMENT  folder of the virtual environment to be made
SETTINGS     the back end's config settings as JSON
INSTALLER    "uv" or "pip"
REQUIREMENT  what the front end itself needs in the environment

Installs the static build requirements, asks the back end for the others (get_requires_for_build_wheel, PEP 517) and
installs those. Everything it says goes to stderr.
"""
import json
import os
import re
import subprocess
import sys

try:
    import tomllib
except ImportError:  # Python 3.9 and 3.10: pip carries a copy
    from pip._vendor import tomli as tomllib

HOOK = """
import importlib, json, os, sys
name, paths, settings, answer = json.loads(sys.argv[1])
sys.path[:0] = [os.path.abspath(path) for path in paths]
module, _, attribute = name.partition(":")
backend = importlib.import_module(module)
for part in filter(None, attribute.split(".")):
    backend = getattr(backend, part)
hook = getattr(backend, "get_requires_for_build_wheel", None)
with open(answer, "w") as file:
    json.dump(list(hook(settings)) if hook else [], file)
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def build_system(source):
    """The [build-system] table with PEP 517's defaults filled in."""
    table = {}
    path = os.path.join(source, "pyproject.toml")
    if os.path.exists(path):
        with open(path, "rb") as file:
            table = tomllib.load(file).get("build-system", {})
    elif not os.path.exists(os.path.join(source, "setup.py")):
        sys.exit(f"{source} has neither a pyproject.toml nor a setup.py: it is not a Python project")
    if "build-backend" not in table:
        table["build-backend"] = "setuptools.build_meta:__legacy__"
        table.setdefault("requires", ["setuptools >= 40.8.0"])
    return table


def run(*command, **options):
    say("$ " + " ".join(command))
    done = subprocess.run(command, stdout=sys.stderr, **options)
    if done.returncode:
        sys.exit(done.returncode)


def compile_natively(environment):
    """In a foreign container a native Python of the same version writes the bytecode, ten times as fast as ours would."""
    cross = os.environ.get("WHEELFORGE_CROSS", "")
    version = "python%d.%d" % sys.version_info[:2]
    native = os.path.join(cross, "python", "bin", "python3")
    if cross and os.path.isdir(os.path.join(cross, "python", "lib", version)) and not hasattr(sys, "pypy_version_info"):
        subprocess.run([native, "-I", "-m", "compileall", "-q", "-j2", os.path.join(environment, "lib", version, "site-packages")])


def warn_of_rust(requirements):
    """In a foreign container only the C and C++ compilers are native ones."""
    names = {re.split(r"[^\w.-]", requirement.strip())[0].lower().replace("_", "-") for requirement in requirements}
    if os.environ.get("WHEELFORGE_CROSS") and names & {"maturin", "setuptools-rust"}:
        say("note: this project is built with Rust. No native compiler takes the place of the container's cargo and rustc: "
            "where the image has them they run under emulation, which is slow; [engine.hosts] can give the architecture a machine of its own")


def main():
    source, environment, settings, installer, *wanted = sys.argv[1:]
    python = os.path.join(environment, "bin", "python")

    def install(requirements):
        install_with_uv_or_pip(requirements)
        compile_natively(environment)

    def install_with_uv_or_pip(requirements):
        if installer == "uv":
            run("uv", "pip", "install", "--python", python, *requirements)
        else:
            run(python, "-m", "pip", "install", "--disable-pip-version-check", *requirements)

    system = build_system(source)
    if installer == "uv":
        run("uv", "venv", "--quiet", "--python", sys.executable, environment)
    else:
        run(sys.executable, "-m", "venv", environment)
    say("build requirements: " + ", ".join(system.get("requires", [])))
    warn_of_rust(system.get("requires", []))
    install([*wanted, *system.get("requires", [])])

    answer = environment + ".requires.json"
    question = [system["build-backend"], system.get("backend-path", []), json.loads(settings), answer]
    path = os.path.join(environment, "bin") + os.pathsep + os.environ["PATH"]
    run(python, "-c", HOOK, json.dumps(question), cwd=source,
        env={**os.environ, "PATH": path, "VIRTUAL_ENV": environment})
    with open(answer) as file:
        dynamic = json.load(file)
    if dynamic:
        say("the back end also requires: " + ", ".join(dynamic))
        warn_of_rust(dynamic)
        install(dynamic)


main()
