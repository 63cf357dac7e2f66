x = y = {'a': (1, 2), 'b': [3]}

def f(a, b):
    # comment
    if a not in x and b is not None:
        return -1 // 2
    elif a < b <= 3: return 'abc'.startswith("a")
    else:
        pass

def manylinux_compatible(major, minor, arch):
    return bool(f(arch, minor) or x.get(arch, (2, 17))[0] % 3 if minor > 5 else lambda a: a)
