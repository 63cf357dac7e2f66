"""Calls the hooks of a build back end (PEP 517). Runs inside the build environment, in the source's folder.

usage: build_hooks.py QUESTION

QUESTION     JSON: {"backend": "setuptools.build_meta", "paths": [], "settings": {}, "wheels": FOLDER,
             "site": SITE-PACKAGES, "bytecode": [FOLDER, ...]}

The back end is imported once, and each hook runs in a process forked from there: a fresh one for each, as front ends
give them, without importing again. Writes what get_requires_for_build_wheel answers to stdout as a line of JSON, waits
for a line on stdin, and calls build_wheel; without that line it ends there.
"""
import importlib
import json
import os
import sys


def read_bytecode_from(folders, site):
    """Modules in the folder `site` take their bytecode from these folders where they have it; all else is as ever."""
    external = sys.modules.get("_frozen_importlib_external")
    original = getattr(external, "cache_from_source", None)
    if not folders or original is None:
        return
    site = os.path.join(site, "")

    def cache_from_source(path, *arguments, **options):
        if isinstance(path, str) and path.startswith(site):
            for folder in folders:
                kept = os.path.join(folder, path[len(site):] + "c")
                if os.path.exists(kept):
                    return kept
        return original(path, *arguments, **options)

    external.cache_from_source = cache_from_source


def call(hook, *arguments):
    """The hook's answer. Where it fails the program ends as the hook's process did."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        answer = json.dumps(hook(*arguments))
        with os.fdopen(writing, "w") as file:
            file.write(answer)
        sys.exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        answer = file.read()
    status = os.waitpid(child, 0)[1]
    if status:
        sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
    return json.loads(answer)


def main():
    question = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what hooks print is not an answer
    sys.path[:] = [os.path.abspath(path) for path in question["paths"]] + [path for path in sys.path if path]
    sys.argv[:] = [""]
    read_bytecode_from(question["bytecode"], question["site"])
    module, _, attribute = question["backend"].partition(":")
    backend = importlib.import_module(module)
    for part in filter(None, attribute.split(".")):
        backend = getattr(backend, part)
    ask = getattr(backend, "get_requires_for_build_wheel", None)
    answers.write(json.dumps(list(call(ask, question["settings"])) if ask else []) + "\n")
    answers.flush()
    if sys.stdin.readline():
        call(backend.build_wheel, question["wheels"], question["settings"])


main()
