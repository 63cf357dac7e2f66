def manylinux_compatible(a,b,c):
    return c=="x86_64" and b%2==0
