"""Fills the isolated environment that a build back end runs in, and may build the wheel. Runs inside the container, under
the cell's Python.

usage: build_environment.py HOOKS SOURCE ENVIRONMENT CACHE SETTINGS INSTALLER WHEELS NETWORK [REQUIREMENT ...]

HOOKS        the text of build_hooks.py
SOURCE       folder with the pyproject.toml (or only a setup.py)
ENVIRONMENT  folder of the virtual environment to be made
CACHE        folder that all cells and runs share
SETTINGS     the back end's config settings as JSON
INSTALLER    "uv" or "pip"
WHEELS       folder for the wheel; empty where a front end is going to build it
NETWORK      "on", or "off": the wheel is built when the network is gone
REQUIREMENT  what the front end itself needs in the environment

Installs the static build requirements, asks the back end for the others (get_requires_for_build_wheel, PEP 517) and
installs those. Everything it says goes to stderr.
"""
import _socket
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

try:
    import tomllib
except ImportError:  # Python 3.9 and 3.10: pip carries a copy
    from pip._vendor import tomli as tomllib

# kNetworkCanGo in front_end.hpp is this line.
OFFLINE = "wheelforge: what the build needs is installed, the network can go"
PATIENCE = 60  # seconds


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


class Bytecode:
    """Keeps the bytecode of installed distributions in the shared cache: Python compiles what it imports once, not once a cell.

    The files are checked against their sources by hash (PEP 552), so it does not matter when either was written. A distribution
    is known by its RECORD, which has the hashes of all its files. Nothing is copied into the environment: build_hooks.py reads
    bytecode from `folders`.
    """

    MOST_SOURCE = 8 << 20  # bytes; larger distributions are seldom imported whole in a build

    def __init__(self, environment, cache):
        version = "python%d.%d" % sys.version_info[:2]
        self.site = os.path.join(environment, "lib", version, "site-packages")
        kind = "%s%s-%x" % (sys.implementation.cache_tag, getattr(sys, "abiflags", ""), sys.hexversion)
        self.kept = os.path.join(cache, "bytecode", kind)
        self.folders = []
        self.done = set()
        # In a foreign container a native Python of the same version compiles, ten times as fast as ours would.
        cross = os.environ.get("WHEELFORGE_CROSS", "")
        has_native = cross and os.path.isdir(os.path.join(cross, "python", "lib", version))
        self.compiler = os.path.join(cross, "python", "bin", "python3") if has_native else sys.executable
        self.is_on = os.path.isdir(cache) and not hasattr(sys, "pypy_version_info")

    def bring(self):
        """Has the bytecode of what was installed since the last call. Without it things are slower, never wrong."""
        try:
            for name in sorted(os.listdir(self.site)) if self.is_on else []:
                if name.endswith(".dist-info") and name not in self.done:
                    self.done.add(name)
                    self.bring_one(name)
        except OSError as error:
            say(f"note: bytecode is not kept: {error}")

    def bring_one(self, name):
        with open(os.path.join(self.site, name, "RECORD"), "rb") as file:
            record = file.read()
        stem = name[:-len(".dist-info")]
        folder = os.path.join(self.kept, f"{stem}-{hashlib.sha256(record).hexdigest()[:32]}")
        if os.path.isdir(folder) or self.compile(stem, record.decode(), folder):
            self.folders.append(folder)

    def compile(self, stem, record, folder):
        """Compiles the distribution's modules into the folder; False where that is too much or nothing."""
        paths = [row.split(",")[0] for row in record.splitlines()]
        sources = [path for path in paths if path.endswith(".py") and not path.startswith((".", '"', "/"))]
        if not sources or sum(os.path.getsize(os.path.join(self.site, path)) for path in sources) > self.MOST_SOURCE:
            return False
        roots = sorted({path.split("/")[0] for path in sources})
        subprocess.run([self.compiler, "-I", "-m", "compileall", "-q", "-j2", "--invalidation-mode", "checked-hash", *roots],
                       cwd=self.site, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        scratch = os.path.join(self.kept, f".{stem}-{os.urandom(8).hex()}")
        tag = "." + sys.implementation.cache_tag + ".pyc"
        for path in sources:
            parent, base = os.path.split(path)
            compiled = os.path.join(self.site, parent, "__pycache__", base[:-len(".py")] + tag)
            if os.path.exists(compiled):
                os.makedirs(os.path.join(scratch, parent), exist_ok=True)
                shutil.copyfile(compiled, os.path.join(scratch, path + "c"))
        try:
            os.rename(scratch, folder)  # all of it at once
        except OSError:  # another cell was faster, or nothing was compiled
            shutil.rmtree(scratch, ignore_errors=True)
        return os.path.isdir(folder)


class Place:
    """Where the environment's files lie: in the shared cache, at the other end of a symbolic link. There uv links the files of
    its own cache instead of copying them, which no mount point can be crossed for: hundreds of files a cell are not created.

    The link's path is the one that everything sees, so what is built does not depend on the other.
    """

    DAYS = 2  # after which a folder is one of a cell that failed or was killed

    def __init__(self, environment, cache):
        self.folder = os.path.join(cache, "environments")
        self.is_shared = False
        try:
            os.makedirs(self.folder, exist_ok=True)
            self.sweep()
            files = os.path.join(self.folder, os.urandom(8).hex())
            os.mkdir(files)
            os.makedirs(os.path.dirname(environment), exist_ok=True)
            os.symlink(files, environment)
            self.is_shared = True
        except OSError as error:
            say(f"note: the environment is not in the shared cache: {error}")

    def sweep(self):
        for entry in os.scandir(self.folder):
            if entry.stat(follow_symlinks=False).st_mtime < time.time() - self.DAYS * 86400:
                shutil.rmtree(entry.path, ignore_errors=True)

    def variables(self):
        return {**os.environ, "UV_LINK_MODE": "hardlink"} if self.is_shared else None


def warn_of_rust(requirements):
    """In a foreign container only the C and C++ compilers are native ones."""
    names = {re.split(r"[^\w.-]", requirement.strip())[0].lower().replace("_", "-") for requirement in requirements}
    if os.environ.get("WHEELFORGE_CROSS") and names & {"maturin", "setuptools-rust"}:
        say("note: this project is built with Rust. No native compiler takes the place of the container's cargo and rustc: "
            "where the image has them they run under emulation, which is slow; [engine.hosts] can give the architecture a machine of its own")


class NativeTools:
    """In a foreign container: the CMake and Ninja that came as wheels give way to the cross tool set's, which run natively.

    Only where every requirement that names them allows the tool set's version, and only here, in the environment: the cache of
    packages keeps what it has.
    """

    PROGRAMS = {"cmake": ["cmake", "ctest", "cpack"], "ninja": ["ninja"]}

    def __init__(self, environment, site):
        self.cross = os.environ.get("WHEELFORGE_CROSS", "")
        self.folder = os.path.join(environment, "bin")
        self.site = site
        self.requirements = []

    def bring(self, requirements):
        self.requirements += requirements
        for name, programs in self.PROGRAMS.items() if self.cross else []:
            here = [path for program in programs for path in (
                os.path.join(self.folder, program), os.path.join(self.site, name, "data", "bin", program)) if os.path.isfile(path)]
            version = self.version(name) if any(not os.path.islink(path) for path in here) else None
            if version and all(allows(requirement, name, version) for requirement in self.requirements):
                for path in here:
                    os.unlink(path)  # a file of the cache may be linked here
                    os.symlink(os.path.join(self.cross, "bin", os.path.basename(path)), path)
                say(f"{name} runs natively: {version} of the cross tool set")

    def version(self, name):
        """What the tool set has; None where it has none."""
        program = os.path.join(self.cross, "bin", name)
        said = subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True).stdout if os.path.exists(program) else ""
        found = re.search(r"\d+(\.\d+)+", said)
        return found.group() if found else None


def allows(requirement, name, version):
    """Whether a requirement (PEP 508), if it is one of that distribution, takes the version. What is not understood does not."""
    try:
        from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
        wanted = Requirement(requirement)
    except ImportError:
        return not requirement.strip().lower().startswith(name)
    except InvalidRequirement:
        return False
    return wanted.name.lower() != name or (wanted.url is None and wanted.specifier.contains(version))


def interfaces():
    """The network interfaces. /proc/net/dev leaves one out for a moment while it is renamed; this list does not."""
    return set(_socket.if_nameindex())


def leave_network():
    """Says that the network can go, and waits until it is gone."""
    before = interfaces()
    say(OFFLINE)
    end = time.monotonic() + PATIENCE
    while len(interfaces()) >= len(before):  # one gets another name before it goes
        if time.monotonic() > end:
            sys.exit(f"the network is still there after {PATIENCE} s: {sorted(interfaces())}")
        time.sleep(0.002)


class BackEnd:
    """The back end's hooks, in a process of the environment's Python."""

    def __init__(self, python, program, question, **options):
        self.process = subprocess.Popen([python, "-c", program, json.dumps(question)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)

    def requirements(self):
        line = self.process.stdout.readline()
        if not line:
            self.end()
            sys.exit("the back end ended before it said what it requires")
        return json.loads(line)

    def build(self):
        self.process.stdin.write("build\n")
        self.end()

    def end(self):
        self.process.stdin.close()
        status = self.process.wait()
        if status:
            sys.exit(status if status > 0 else 128 - status)


def main():
    hooks, source, environment, cache, settings, installer, wheels, network, *wanted = sys.argv[1:]
    python = os.path.join(environment, "bin", "python")
    place = Place(environment, cache) if installer == "uv" else None  # pip copies wherever it is
    bytecode = Bytecode(environment, cache)
    native = NativeTools(environment, bytecode.site)

    def install(requirements):
        if not requirements:
            return
        if installer == "uv":
            run("uv", "pip", "install", "--python", python, *requirements, env=place.variables())
            bytecode.bring()
        else:  # which compiles what it installs
            run(python, "-m", "pip", "install", "--disable-pip-version-check", *requirements)
        native.bring(requirements)

    system = build_system(source)
    question = {"backend": system["build-backend"], "paths": system.get("backend-path", []),
                "settings": json.loads(settings), "wheels": wheels}
    path = os.path.join(environment, "bin") + os.pathsep + os.environ["PATH"]

    def start_back_end():
        return BackEnd(python, hooks, {**question, "site": bytecode.site, "bytecode": bytecode.folders}, cwd=source,
                       env={**os.environ, "PATH": path, "VIRTUAL_ENV": environment})

    if installer == "uv":
        run("uv", "venv", "--quiet", "--python", sys.executable, environment)
    else:
        run(sys.executable, "-m", "venv", environment)
    say("build requirements: " + ", ".join(system.get("requires", [])))
    warn_of_rust(system.get("requires", []))
    install([*wanted, *system.get("requires", [])])

    back_end = start_back_end()
    dynamic = back_end.requirements()
    if dynamic:
        say("the back end also requires: " + ", ".join(dynamic))
        warn_of_rust(dynamic)
        back_end.end()
        install(dynamic)
        back_end = start_back_end() if wheels else None  # what was installed may be another back end than the one imported
        if back_end:
            back_end.requirements()
    if wheels:
        if network == "off":
            leave_network()
        back_end.build()
    elif back_end:
        back_end.end()


main()
