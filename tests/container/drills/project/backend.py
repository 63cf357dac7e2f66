"""A build back end that needs nothing: it packs a ready extension module into a wheel, the same bytes every time.

What goes wrong in a drill is asked for by the environment: DRILL_SLEEP seconds, DRILL_FAIL, DRILL_LOOP, DRILL_HOG_MIB for
each compile job, DRILL_SIZE bytes that do not compress.
"""
import base64
import hashlib
import os
import pathlib
import random
import sys
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "1.0"


def misbehave():
    time.sleep(float(os.environ.get("DRILL_SLEEP", "0")))
    if os.environ.get("DRILL_FAIL"):
        sys.exit("drill: this build fails, as it was told to")
    if os.environ.get("DRILL_LOOP"):
        print("drill: looping", flush=True)
        while True:
            pass
    hog = int(os.environ.get("DRILL_HOG_MIB", "0")) * int(os.environ.get("MAX_JOBS", "1"))
    if hog:
        print(f"drill: taking {hog} MiB", flush=True)
        block = bytearray(hog << 20)
        for place in range(0, len(block), 4096):
            block[place] = 1


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = pathlib.Path(metadata_directory) / f"drill-{VERSION}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: drill\nVersion: {VERSION}\n")
    return folder.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    misbehave()
    tag = os.environ["DRILL_TAG"]
    random.seed(tag)
    members = {
        f"drill.cpython-311-x86_64-linux-gnu.so": (HERE / "drill.so").read_bytes(),
        "drill_data.bin": random.randbytes(int(os.environ.get("DRILL_SIZE", "1000"))),
        f"drill-{VERSION}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: drill\nVersion: {VERSION}\n".encode(),
        f"drill-{VERSION}.dist-info/WHEEL": f"Wheel-Version: 1.0\nGenerator: drill\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
    }
    record = f"drill-{VERSION}.dist-info/RECORD"
    lines = []
    for name, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    members[record] = ("".join(lines) + f"{record},,\n").encode()
    name = f"drill-{VERSION}-{tag}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            info = zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return name
