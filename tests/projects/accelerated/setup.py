# Compiles accelerated.cpp with the compiler that the accelerator's toolchain brings.
import os
import shlex
import subprocess
import sysconfig

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

accelerator, _, version = os.environ.get("WHEELFORGE_ACCELERATOR", "cpu").partition("-")
# Toolkits without a static run time: the wheel loads the one that another wheel brings.
loads_cudart = "-cudart=shared" in os.environ.get("NVCC_PREPEND_FLAGS", "")
cudart_path = "-rpath,$ORIGIN/nvidia/cuda_runtime/lib"
if os.environ.get("CUDACXX", "").endswith("/clang-cuda"):
    accelerator = "cuda by clang"


def command(source, target):
    include = "-I" + sysconfig.get_paths()["include"]
    if accelerator == "cuda by clang":
        arches = ["--offload-arch=" + target for target in os.environ["WHEELFORGE_TARGETS"].split(";")]
        return ["clang-cuda", "-O2", "-std=c++17", "-shared", "-fPIC", *arches, include, "-DWITH_CUDA", "-x", "cuda", source,
                "-o", target, "-lcudart", "-Wl," + cudart_path]
    if accelerator == "cuda":
        gencode = shlex.split(os.environ["WHEELFORGE_GENCODE"])
        return ["nvcc", "-O2", "-std=c++17", "-x", "cu", "-shared", "-Xcompiler", "-fPIC", *gencode, include,
                "-DWITH_CUDA", source, "-o", target, *(["-Xlinker", cudart_path] if loads_cudart else [])]
    if accelerator == "rocm":
        return ["hipcc", "-O2", "-std=c++17", "-shared", "-fPIC", include, "-DWITH_HIP", source, "-o", target]
    if accelerator == "mkl":  # found in the environment's own lib/, two levels above site-packages
        root = os.environ["MKLROOT"]
        return ["g++", "-O2", "-std=c++17", "-shared", "-fPIC", include, f"-I{root}/include", "-DWITH_MKL", source,
                "-o", target, f"-L{root}/lib", "-lmkl_rt", "-Wl,-rpath,$ORIGIN/../.."]
    return ["g++", "-O2", "-std=c++17", "-shared", "-fPIC", include, source, "-o", target]


class Build(build_ext):
    def build_extension(self, extension):
        target = self.get_ext_fullpath(extension.name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        subprocess.run(command(extension.sources[0], target), check=True)


requires = ["mkl"] if accelerator == "mkl" else []
if accelerator == "cuda by clang" or loads_cudart:
    requires = [f"nvidia-cuda-runtime-cu{version.split('.')[0]}=={version}.*"]
setup(install_requires=requires, ext_modules=[Extension("accelerated", ["accelerated.cpp"])], cmdclass={"build_ext": Build})
