"""What the fault drills share: a small image, a project of six cells, runs that are watched, and what must hold afterwards.

The image is a clean Debian 12 with /opt/python/cp311-cp311; the cells are one Python on six platforms, and their back end
packs a ready module, so that a drill lasts seconds and needs no network.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ["WF_SOURCE_DIR"])
WHEELFORGE = os.environ["WHEELFORGE"]
IMAGE = "localhost/wheelforge/test-drill:1"
PLATFORMS = ["manylinux_2_17", "manylinux_2_24", "manylinux_2_28", "manylinux_2_31", "manylinux_2_34", "manylinux_2_36"]
KEPT_STEPS = ("build", "repair", "audit", "test:")


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(77)


def sh(*command, check=True, **settings):
    return subprocess.run(command, check=check, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **settings).stdout


def docker(*arguments, check=True):
    return sh("docker", *arguments, check=check)


def cell_id(platform):
    return f"cp311-{platform}_x86_64"


def make_image():
    """The drill's image, made once from the clean Debian 12."""
    if subprocess.run(["docker", "version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        skip("docker is not installed or does not answer")
    if not docker("images", "-q", IMAGE).strip():
        base = subprocess.run([SOURCE / "images/debian/build", "--if-missing", "--engine", "docker", "test-debian-12"], check=True,
                              text=True, stdout=subprocess.PIPE).stdout.split()[-1]
        name = f"drill-image-{os.getpid()}"
        docker("run", "--name", name, "--network", "none", base, "sh", "-c",
               "mkdir -p /opt/python/cp311-cp311/bin && ln -s /usr/bin/python3 /opt/python/cp311-cp311/bin/python"
               " && ln -s /usr/bin/python3 /opt/python/cp311-cp311/bin/python3")
        docker("commit", name, IMAGE)
        docker("rm", name)
    return IMAGE


def compile_module(folder):
    include = "/usr/include/python3.11"
    if not os.path.exists(include + "/Python.h"):
        # Only three names of the header are needed; the layout is that of CPython 3.11 on 64-bit machines.
        stub = folder / "stub"
        stub.mkdir()
        (stub / "Python.h").write_text(
            "typedef struct { long count; void *type; void *init; long index; void *copy; } PyModuleDef_Base;\n"
            "typedef struct PyModuleDef { PyModuleDef_Base base; const char *name; const char *doc; long size; void *methods,"
            " *slots, *traverse, *clear, *free; } PyModuleDef;\n"
            "#define PyModuleDef_HEAD_INIT {1, 0, 0, 0, 0}\n#define PYTHON_API_VERSION 1013\n"
            "#define PyMODINIT_FUNC __attribute__((visibility(\"default\"))) void *\n"
            "void *PyModule_Create2(struct PyModuleDef *, int);\n")
        include = str(stub)
    sh("gcc", "-shared", "-fPIC", "-O1", "-nostdlib", "-I", include, "-o", str(folder / "drill.so"), str(HERE / "project/drill.c"))


class Drill:
    """A checkout and a cache of its own; everything is gone at the end, and nothing of ours may be left on the engine."""

    def __init__(self, cells=4, jobs=2, sleep=0.5):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="wf-drill-"))
        self.cells = PLATFORMS[:cells]
        self.jobs = jobs
        self.sleep = sleep
        self.module = self.work / "module"
        self.module.mkdir()
        compile_module(self.module)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)

    def checkout(self, name="checkout", environment=None, extra="", build="", tested=True):
        """A fresh checkout; `environment`: platform → variables of that cell."""
        folder = self.work / name
        shutil.copytree(HERE / "project", folder)
        shutil.copy(self.module / "drill.so", folder)
        lines = ["[matrix]", 'python = ["cp311"]', f"platform = {json.dumps(self.cells)}", 'arch = ["x86_64"]',
                 "[images.use]", *(f'{p}_x86_64 = "{IMAGE}"' for p in self.cells),
                 "[build]", 'frontend = "pip"', build, "[repair]", 'command = "none"']
        if tested:
            lines += ["[test]", 'on = ["same"]', "command = \"python -c 'import drill'\""]
        else:
            lines += ["[test]", "on = []"]
        for platform in self.cells:
            variables = {"DRILL_TAG": f"cp311-cp311-{platform}_x86_64", "DRILL_SLEEP": str(self.sleep),
                         **(environment or {}).get(platform, {})}
            text = ", ".join(f'{k} = "{v}"' for k, v in variables.items())
            lines += ["[[override]]", f'select = "{cell_id(platform)}"', f"build.environment = {{ {text} }}"]
        (folder / "wheelforge.toml").write_text("\n".join(lines) + "\n" + extra)
        return folder

    def command(self, *arguments):
        return [WHEELFORGE, "build", f"-j{self.jobs}", "--engine", "docker", "--progress", "plain", "--events", "events.jsonl", *arguments]

    def environment(self, cache):
        return {**os.environ, "WHEELFORGE_CACHE": str(self.work / cache)}

    def start(self, folder, *arguments, cache="cache"):
        return subprocess.Popen(self.command(*arguments), cwd=folder, env=self.environment(cache), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, folder, *arguments, cache="cache", timeout=300):
        process = self.start(folder, *arguments, cache=cache)
        out, _ = process.communicate(timeout=timeout)
        return process.returncode, out


def wheels(folder):
    out = folder / "wheelhouse"
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.glob("*")} if out.exists() else {}


def report(folder):
    """The latest run's report, held against its schema."""
    import jsonschema

    runs = sorted((folder / ".wheelforge/runs").iterdir())
    document = json.loads((runs[-1] / "report.json").read_text())
    schema = json.loads((SOURCE / "docs/schema/report.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    for name in ("report.html", "junit.xml", "findings.sarif"):
        check((runs[-1] / name).stat().st_size > 0, f"{name} is empty")
    return document


def cells_of(folder):
    return {cell["id"]: cell for cell in report(folder)["cells"]}


def events(folder):
    result = []
    path = folder / "events.jsonl"
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            result.append(json.loads(line))
        except json.JSONDecodeError:
            pass  # the last line of a run that was killed
    return result


def finished_steps(happened):
    """Steps with a lasting result that this run itself finished."""
    return {e["task"] for e in happened if e["ev"] == "task.finished" and e.get("status") == "ok" and e["phase"].startswith(KEPT_STEPS)}


def containers_of(folder):
    """Names of containers that runs of this checkout left."""
    runs = {p.name for p in (folder / ".wheelforge/runs").iterdir()} if (folder / ".wheelforge/runs").exists() else set()
    names = docker("ps", "-a", "--format", '{{.Names}} {{.Label "wheelforge.run"}}').splitlines()
    return [line for line in names if line.split()[-1] in runs]


def wait_for(condition, seconds=60, what=""):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"did not happen in {seconds} s: {what}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)
