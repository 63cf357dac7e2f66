// libfieldmath: arithmetic in prime fields, in one function.
#pragma once

unsigned long fieldmath_inverse(unsigned long value, unsigned long prime);
