// The inverse in a prime field by Fermat's little theorem.
#include "fieldmath.h"

unsigned long fieldmath_inverse(unsigned long value, unsigned long prime) {
  unsigned long result = 1, exponent = prime - 2;
  for (value %= prime; exponent > 0; exponent >>= 1) {
    if (exponent & 1)
      result = result * value % prime;
    value = value * value % prime;
  }
  return result;
}
