def manylinux_compatible(a,b,c):
    return False if (a,b)>(2,17) else None
