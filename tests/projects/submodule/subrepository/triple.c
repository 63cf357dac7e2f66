// The code that lies in the other repository.
long triple(long value) { return 3 * value; }
