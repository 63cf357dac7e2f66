#!/usr/bin/env python3
"""Fault drills with the real engine: drills.py NAME.

In every drill all wheels finished before are kept, nothing is left behind, and the same command then gives what an
undisturbed run gives. WF_DRILLS=full makes `kill` take twenty moments instead of two.
"""
import os
import re
import signal
import subprocess
import sys
import time

from drill import (Drill, PLATFORMS, cell_id, cells_of, check, containers_of, docker, events, finished_steps, make_image,
                   report, sh, skip, wait_for, wheels)


def resume(drill, folder, reference, before=frozenset(), cache="cache"):
    """The same command again: everything gets done, nothing twice, nothing is left."""
    kept = {p: p.stat().st_mtime_ns for p in (folder / "wheelhouse").glob("*.whl")} if (folder / "wheelhouse").exists() else {}
    code, out = drill.run(folder, cache=cache)
    check(code == 0, f"resume ended with {code}:\n{out[-3000:]}")
    repeated = finished_steps(events(folder)) & set(before)
    check(not repeated, f"done twice: {repeated}")
    check(wheels(folder) == reference, f"{wheels(folder)} differs from the undisturbed {reference}")
    check(all(p.stat().st_mtime_ns == t for p, t in kept.items()), "a finished wheel was written again")
    check(not containers_of(folder), f"left behind: {containers_of(folder)}")
    check(not [p for p in (folder / "wheelhouse").iterdir() if not p.name.endswith(".whl")], "the output folder has other files than wheels")


def undisturbed(drill):
    folder = drill.checkout("reference")
    begin = time.monotonic()
    code, out = drill.run(folder, cache="cache-reference")
    check(code == 0, out)
    check(len(wheels(folder)) == len(drill.cells), wheels(folder))
    check(not containers_of(folder), containers_of(folder))
    return wheels(folder), time.monotonic() - begin


def failing_cell():
    """One cell of many fails: the others' wheels are there, and the next run builds only that one."""
    with Drill(cells=3) as drill:
        bad = drill.cells[1]
        folder = drill.checkout(environment={bad: {"DRILL_FAIL": "1"}})
        code, out = drill.run(folder)
        check(code == 1, (code, out))
        check(len(wheels(folder)) == len(drill.cells) - 1, wheels(folder))
        last = out.rstrip().splitlines()[-1]
        check("as it was told to" in out and cell_id(bad) in last and "reproduce:" in last,
              f"the failure block is not last:\n{out[-1500:]}")
        first = finished_steps(events(folder))
        code, explained = drill.run(folder, "--explain")
        check(code == 1 and not finished_steps(events(folder)) & first, "finished steps were repeated")
        check("build" in explained and "it failed last time" in explained, explained[:2000])
        matrix = (folder / "wheelforge.toml").read_text()
        (folder / "wheelforge.toml").write_text(matrix.replace(', DRILL_FAIL = "1"', ""))
        reference, _ = undisturbed(drill)
        code, out = drill.run(folder)
        check(code == 0 and wheels(folder) == reference, out)
        again = {task.split("/")[0] for task in finished_steps(events(folder))}
        check(again == {cell_id(bad)}, again)


def time_limit():
    """An endless loop ends at its time limit, with its processes; the other cells do not notice."""
    with Drill() as drill:
        bad = drill.cells[0]
        folder = drill.checkout(environment={bad: {"DRILL_LOOP": "1"}},
                                extra=f'[[override]]\nselect = "{cell_id(bad)}"\nbuild.timeout = "8s"\n')
        code, out = drill.run(folder)
        check(code == 1 and "time limit" in out, (code, out[-2000:]))
        check(len(wheels(folder)) == len(drill.cells) - 1, wheels(folder))
        check(cells_of(folder)[cell_id(bad)]["status"] == "build-failed", cells_of(folder))
        check(not containers_of(folder), containers_of(folder))


def memory_hog():
    """Out of memory once: tried again with half the jobs. Out of memory then, too: the cell fails and says so."""
    with Drill(cells=3) as drill:
        hungry, hopeless = drill.cells[:2]
        folder = drill.checkout(environment={hungry: {"DRILL_HOG_MIB": "70"}, hopeless: {"DRILL_HOG_MIB": "400"}},
                                build="jobs = 4", extra='[engine]\nmemory = "200MiB"\n')
        code, out = drill.run(folder)
        cells = cells_of(folder)
        check(code == 1, (code, out[-2000:]))
        check(cells[cell_id(hungry)]["status"] == "ok" and cells[cell_id(hungry)]["attempts"] == 2, cells[cell_id(hungry)])
        check(cells[cell_id(hopeless)]["status"] == "build-failed" and cells[cell_id(hopeless)]["attempts"] == 2, cells[cell_id(hopeless)])
        check("limit of 200 MiB" in cells[cell_id(hopeless)]["failure"]["message"], cells[cell_id(hopeless)]["failure"])
        check(len(wheels(folder)) == 2, wheels(folder))
        check(not containers_of(folder), containers_of(folder))


def container_removed():
    """Somebody removes a container in the middle of a build: that cell is tried again, the run succeeds."""
    with Drill(sleep=4) as drill:
        folder = drill.checkout()
        process = drill.start(folder)
        wait_for(lambda: [e for e in events(folder) if e["ev"] == "task.started" and e["phase"] == "build"], what="a build")
        time.sleep(1.5)
        name = containers_of(folder)[0].split()[0]
        docker("rm", "-f", name)
        out, _ = process.communicate(timeout=300)
        check(process.returncode == 0, out[-3000:])
        check(max(cell["attempts"] for cell in cells_of(folder).values()) == 2, cells_of(folder))
        check(len(wheels(folder)) == len(drill.cells) and not containers_of(folder), wheels(folder))


def full_disk():
    """The output folder's disk is full: what fits is kept, what does not is told; with room again only that is copied."""
    if os.getuid() != 0:
        skip("only root may mount a small file system")
    with Drill() as drill:
        big = {p: {"DRILL_SIZE": "300000"} for p in drill.cells}
        folder = drill.checkout(environment=big)
        out_folder = folder / "wheelhouse"
        out_folder.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=768k", "drill", out_folder]).returncode:
            skip("this machine does not let us mount a small file system")
        try:
            code, out = drill.run(folder)
            check(code != 0 and "space" in out, (code, out[-2500:]))
            there = wheels(folder)
            check(0 < len(there) < len(drill.cells), there)
            before = finished_steps(events(folder))
            sh("mount", "-o", "remount,size=8m", str(out_folder))
            code, out = drill.run(folder)
            check(code == 0, out[-2500:])
            check(not finished_steps(events(folder)), "something other than copying was done")
            check(before and len(wheels(folder)) == len(drill.cells) and there.items() <= wheels(folder).items(), wheels(folder))
            check(not containers_of(folder), containers_of(folder))
        finally:
            sh("umount", str(out_folder))


def interrupted():
    """Ctrl-C once: an orderly end, 130, nothing left. Twice: at once, and nothing left either. Then the run goes on.

    The step cache is in the checkout, where CI services keep it: it is no part of what is built.
    """
    with Drill(cells=2, sleep=3) as drill:
        reference, _ = undisturbed(drill)
        for presses in (1, 2):
            name = f"pressed-{presses}"
            folder = drill.checkout(name)
            process = drill.start(folder, cache=f"{name}/.kept")
            wait_for(lambda: [e for e in events(folder) if e["ev"] == "task.started" and e["phase"] == "build"], what="a build")
            time.sleep(1)
            begin = time.monotonic()
            for _ in range(presses):
                process.send_signal(signal.SIGINT)
                time.sleep(0.3)
            process.communicate(timeout=60)
            check(process.returncode == 130, process.returncode)
            check(time.monotonic() - begin < 30, "it took too long to stop")
            check(not containers_of(folder), f"{presses} × SIGINT left {containers_of(folder)}")
            resume(drill, folder, reference, finished_steps(events(folder)), cache=f"{name}/.kept")


def killed(drill, name, reference, moment):
    """SIGKILL when moment(process, folder) returns; then the same command. Returns the phases that were hit."""
    folder = drill.checkout(name)
    process = drill.start(folder, cache=f"cache-{name}")
    moment(process, folder)
    process.kill()
    process.communicate()
    happened = events(folder)
    ended = {e["task"] for e in happened if e["ev"] == "task.finished"}
    hit = {e["phase"] for e in happened if e["ev"] == "task.started" and e["task"] not in ended}
    resume(drill, folder, reference, finished_steps(happened), cache=f"cache-{name}")
    return hit


def kill():
    """SIGKILL at moments uniform over the undisturbed duration, and at the first sight of each phase."""
    moments = 20 if os.environ.get("WF_DRILLS") == "full" else 2
    with Drill(cells=2) as drill:
        reference, duration = undisturbed(drill)
        hit = set()
        for number in range(moments):
            at = duration * (number + 0.5) / moments

            def later(process, folder):
                try:
                    process.wait(timeout=at)
                except subprocess.TimeoutExpired:
                    pass

            phases = killed(drill, f"moment-{number}", reference, later)
            print(f"killed at {at:.1f} s of {duration:.1f} s: {sorted(phases)}", flush=True)
            hit |= phases
        for phase in ("prepare", "build", "test:same"):

            def seen(process, folder):
                wait_for(lambda: [e for e in events(folder) if e["ev"] == "task.started" and e["phase"] == phase], what=phase)

            if phase not in hit:
                phases = killed(drill, f"phase-{phase.replace(':', '-')}", reference, seen)
                print(f"killed on sight of {phase}: {sorted(phases)}", flush=True)
                hit |= phases
        check({"prepare", "build", "test:same"} <= hit, f"only {hit} were hit")


def journal_cut():
    """The journal ends anywhere, as after a power cut: nothing finished is repeated, whatever is left of it."""
    with Drill(cells=2, sleep=0) as drill:
        folder = drill.checkout()
        code, out = drill.run(folder)
        check(code == 0, out)
        reference = wheels(folder)
        journal = folder / ".wheelforge/journal"
        whole = journal.read_bytes()
        tried = 0
        for size in range(0, len(whole), 1 if os.environ.get("WF_DRILLS") == "full" else 37):
            journal.write_bytes(whole[:size])
            code, out = drill.run(folder)
            check(code == 0 and not finished_steps(events(folder)), (size, out[-1500:]))
            check(wheels(folder) == reference, size)
            tried += 1
        print(f"{tried} lengths of {len(whole)} bytes tried")


def cache_damage():
    """A damaged or cut result is noticed, and only what needs it is done again."""
    with Drill(cells=2, sleep=0) as drill:
        folder = drill.checkout()
        check(drill.run(folder)[0] == 0, "first run")
        reference = wheels(folder)
        objects = [p for p in (drill.work / "cache/objects").rglob("*") if p.is_file()]
        for damage in (lambda data: data[: len(data) // 2], lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: b""):
            for path in objects:
                path.write_bytes(damage(path.read_bytes()) if path.exists() else b"")
            for path in (folder / "wheelhouse").iterdir():
                path.unlink()
            code, out = drill.run(folder)
            check(code == 0 and wheels(folder) == reference, out[-2000:])
            check(finished_steps(events(folder)), "damaged results were used")
            objects = [p for p in (drill.work / "cache/objects").rglob("*") if p.is_file()]


def two_runs():
    """A second run in the same checkout says who holds it, and hurts nothing."""
    with Drill(cells=2, sleep=3) as drill:
        folder = drill.checkout()
        process = drill.start(folder)
        wait_for(lambda: events(folder), what="the first run's start")
        second = subprocess.run([part for part in drill.command() if part not in ("--events", "events.jsonl")], cwd=folder,
                                env=drill.environment("cache"), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        check(second.returncode == 75 and f"pid {process.pid}" in second.stdout, (second.returncode, second.stdout))
        out, _ = process.communicate(timeout=120)
        check(process.returncode == 0 and len(wheels(folder)) == 2, out[-2000:])


def unchanged():
    """Nothing changed: no process of the engine is started, and every step says why it need not run. A change says what changed."""
    with Drill(cells=3, sleep=0) as drill:
        folder = drill.checkout(build="environment = { CFLAGS = \"-O2\" }")
        # The override replaces the environment; take the whole table by "append" instead.
        matrix = (folder / "wheelforge.toml").read_text().replace("build.environment =", 'inherit = { build.environment = "append" }\nbuild.environment =')
        (folder / "wheelforge.toml").write_text(matrix)
        code, out = drill.run(folder)
        check(code == 0, out)
        trap = drill.work / "trap"
        trap.mkdir()
        for name in ("docker", "podman"):
            (trap / name).write_text(f"#!/bin/sh\necho called >>{trap}/calls\nexit 1\n")
            (trap / name).chmod(0o755)
        environment = {**drill.environment("cache"), "PATH": f"{trap}:{os.environ['PATH']}"}
        times = []
        for _ in range(5):
            begin = time.monotonic()
            done = subprocess.run([*drill.command(), "--explain"], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            times.append(time.monotonic() - begin)
            check(done.returncode == 0, done.stdout)
        check(not (trap / "calls").exists(), "the engine's program was started")
        print(f"unchanged: {min(times) * 1000:.0f} ms")
        check(re.search(r"build +kept +unchanged since run", done.stdout), done.stdout)
        check(all(c["status"] == "ok" and any(s["cached"] for s in c["steps"]) for c in report(folder)["cells"]), report(folder))
        (folder / "wheelforge.toml").write_text(matrix.replace("-O2", "-O3"))
        planned = subprocess.run([drill.command()[0], "plan", "--explain"], cwd=folder, env=drill.environment("cache"), text=True, stdout=subprocess.PIPE, check=True).stdout
        check("environment changed: CFLAGS -O2 → -O3" in planned, planned)
        code, out = drill.run(folder, "--explain")
        check(code == 0 and "environment changed: CFLAGS -O2 → -O3" in out, out)


DRILLS = {f.__name__.replace("_", "-"): f for f in (failing_cell, time_limit, memory_hog, container_removed, full_disk, interrupted,
                                                   kill, journal_cut, cache_damage, two_runs, unchanged)}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in DRILLS:
        sys.exit(f"usage: drills.py {' | '.join(DRILLS)}")
    make_image()
    DRILLS[sys.argv[1]]()
