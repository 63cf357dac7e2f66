# Holds MKL's product of two matrices against that of numpy, which brings OpenBLAS.
import accelerated
import numpy

assert accelerated.backend() == "mkl"
generator = numpy.random.default_rng(7)
left, right = generator.standard_normal((2, 200, 200))
ours = numpy.array(accelerated.product(200, left.ravel().tolist(), right.ravel().tolist())).reshape(200, 200)
error = numpy.abs(ours - left @ right).max()
print("largest difference to", numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"], error)
assert error < 1e-11, error
