#!/usr/bin/env python3
"""`wheelforge lifecycle` on a slice of real advisories, against wheels whose bills of materials name real packages.

  advisories.py PROGRAM FOLDER SCRATCH     FOLDER holds one advisory a file, in OSV's format
"""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

SLICE = 400  # advisories beside those of OpenSSL
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


def check_shape(advisory):
    """What OSV's schema demands of every record."""
    assert re.fullmatch(r"AL[BES]A-\d{4}:[A-Z]?\d+", advisory["id"]), advisory["id"]
    assert re.fullmatch(TIME, advisory["modified"]) and re.fullmatch(TIME, advisory["published"]), advisory
    for affected in advisory["affected"]:
        assert affected["package"]["ecosystem"].startswith("AlmaLinux:") and affected["package"]["name"], affected
        for span in affected["ranges"]:
            assert span["type"] == "ECOSYSTEM" and span["events"], span
            assert all(len(event) == 1 and set(event) <= {"introduced", "fixed"} for event in span["events"]), span


def fixes(advisory):
    """package → its fixed version, of AlmaLinux 8's packages with one range only: those of modules have one a stream."""
    found = {}
    for affected in advisory["affected"]:
        if affected["package"]["ecosystem"] != "AlmaLinux:8":
            continue
        versions = [event["fixed"] for span in affected["ranges"] for event in span["events"] if "fixed" in event]
        found.setdefault(affected["package"]["name"], []).extend(versions)
    return {name: versions[0] for name, versions in found.items() if len(versions) == 1}


def make_wheel(folder, project, packages):
    """A wheel with auditwheel's bill of materials for (package, version); bills leave the epoch out."""
    name = folder / f"{project}-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(name, "w") as out:
        info = f"{project}-1.0.dist-info/"
        out.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n")
        components = []
        for number, (package, version) in enumerate(packages):
            purl = f"pkg:rpm/almalinux/{package}@{version.split(':')[-1]}"
            digest = hashlib.sha256(f"{number}".encode()).hexdigest()
            out.writestr(f"{project}.libs/lib{number}-{digest[:8]}.so.1", pathlib.Path("/bin/true").read_bytes())
            components.append({"type": "library", "bom-ref": f"{purl}#{digest}", "purl": purl, "name": package,
                               "version": version.split(":")[-1]})
        out.writestr(info + "sboms/auditwheel.cdx.json",
                     json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.4", "components": components}))
        out.writestr(info + "RECORD", "")
    return name


def reported(program, database, wheel):
    """package → the ids of the advisories that report it, and the states by package."""
    run = subprocess.run([program, "lifecycle", "--json", "--data", database.parent / "data", "--osv", database, wheel],
                         capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"lifecycle exits {run.returncode}: {run.stderr}")
    [one] = json.loads(run.stdout)["wheels"]
    return {(c["name"], c["version"]): {v["id"] for v in c["vulnerabilities"]} for c in one["components"]}, one


def main():
    program, source, scratch = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    advisories = [json.loads(path.read_text()) for path in sorted(source.glob("*.json"))]
    of_openssl = [a for a in advisories if any(p["package"]["name"] == "openssl-libs" for p in a["affected"])]
    security = [a for a in advisories if a["id"].startswith("ALSA-") and fixes(a)]
    step = max(1, len(security) // SLICE)
    chosen = {a["id"]: a for a in of_openssl + security[::step][:SLICE]}
    assert len(chosen) >= 100, len(chosen)
    database = scratch / "osv"
    database.mkdir(parents=True)
    for number, advisory in enumerate(chosen.values()):
        check_shape(advisory)
        (database / f"{number}.json").write_text(json.dumps(advisory))

    newest = {}  # of each advisory, one package and its fix
    for advisory in chosen.values():
        for package, fixed in sorted(fixes(advisory).items())[:1]:
            newest[advisory["id"]] = (package, fixed)
    assert len(newest) >= 100, len(newest)

    old, one = reported(program, database, make_wheel(scratch, "old", [("openssl-libs", "1.1.1k-15.el8_6")]))
    ids = old["openssl-libs", "1.1.1k-15.el8_6"]
    assert "ALSA-2026:26275" in ids, ids
    last = max((f for a in of_openssl for p, f in fixes(a).items() if p == "openssl-libs"),
               key=lambda v: [int(n) for n in re.findall(r"\d+", v.split(":")[-1])])
    clean, fixed_wheel = reported(program, database, make_wheel(scratch, "fixed", [("openssl-libs", last)]))
    assert not clean["openssl-libs", last.split(":")[-1]], clean
    [component] = [c for c in fixed_wheel["components"] if c["name"] == "openssl-libs"]
    assert component["state"] == "none known", component

    missed, wrong = [], []
    at_fix, _ = reported(program, database, make_wheel(scratch, "atfix", sorted(set(newest.values()))))
    ancient, _ = reported(program, database, make_wheel(scratch, "ancient", sorted({(p, "0-0.el8") for p, _ in newest.values()})))
    for advisory, (package, fixed) in newest.items():
        if advisory in at_fix[package, fixed.split(":")[-1]]:
            wrong.append((advisory, package, fixed))
        if advisory not in ancient[package, "0-0.el8"]:
            missed.append((advisory, package, fixed))
    print(f"{len(chosen)} advisories, {len(newest)} packages with one fix: {len(missed)} missed, {len(wrong)} reported in spite of "
          f"their fix; openssl-libs 1.1.1k-15.el8_6 has {sorted(ids)}, {last} none")
    if missed or wrong:
        sys.exit(f"missed {missed[:5]}, wrong {wrong[:5]}")
    shutil.rmtree(scratch)


main()
