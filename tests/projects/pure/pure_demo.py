"""Nothing in here needs a compiler."""

ANSWER = 42
