"""Makes reference.toml: limits by direct summation with mpmath at 50 digits, apart from any method of the crate.

Run: ``python tests/stats/make_reference.py > tests/stats/reference.toml`` (needs mpmath; some minutes).
"""

from mpmath import erfinv, exp, log, loggamma, mp, mpf, sqrt

mp.dps = 50
LEVELS = [0.8, 0.9, 0.95, 0.99, 0.998, 0.9999]
TINY = mpf(10) ** -45


def total(term, ratio, start):
    """Sum ``term`` times the running product of ``ratio`` until nothing is added."""
    found = mpf(1)
    one = mpf(1)
    k = start
    while True:
        one *= ratio(k)
        if one < TINY * found:
            return term * found
        found += one
        k += 1


def binomial(x, n, q):
    """Return P(X = x), P(X >= x), P(X <= x), each tail by summation away from x."""
    odds = q / (1 - q)
    mass = exp(loggamma(n + 1) - loggamma(x + 1) - loggamma(n - x + 1) + x * log(q) + (n - x) * log(1 - q))
    up = total(mass, lambda k: odds * (n - x - k) / (x + k + 1), 0)
    down = total(mass, lambda k: (x - k) / odds / (n - x + k + 1), 0)
    return mass, up, down


def poisson(x, mean):
    """Return P(X = x), P(X >= x), P(X <= x), each tail by summation away from x."""
    mass = exp(x * log(mean) - mean - loggamma(x + 1))
    up = total(mass, lambda k: mean / (x + k + 1), 0)
    down = total(mass, lambda k: (x - k) / mean, 0)
    return mass, up, down


def newton(found, step):
    """Newton's method on the logarithm of the unknown."""
    for _ in range(60):
        moved = step(found)
        found *= exp(moved)
        if abs(moved) < mpf(10) ** -30:
            return found
    raise ArithmeticError(str(found))


def deviate(level):
    return sqrt(mpf(2)) * erfinv(mpf(level))


def clopper_pearson(x, n, level):
    tail = (1 - mpf(level)) / 2
    if x == 0:
        lower = mpf(0)
    elif x == n:
        lower = exp(log(tail) / n)
    else:
        odds = newton(
            odds_of(wilson(x, n, level, -1)), lambda o: up_step(binomial(x, n, o / (1 + o)), x / (1 + o), tail)
        )
        lower = odds / (1 + odds)
    if x == n:
        upper = mpf(1)
    elif x == 0:
        upper = -mp.expm1(log(tail) / n)
    else:
        start = odds_of(wilson(x, n, level, 1))
        odds = newton(start, lambda o: down_step(binomial(x, n, o / (1 + o)), (n - x) * o / (1 + o), tail))
        upper = odds / (1 + odds)
    return lower, upper


def up_step(found, slope, tail):
    mass, up, _ = found
    return clip((log(tail) - log(up)) * up / (slope * mass))


def down_step(found, slope, tail):
    mass, _, down = found
    return clip(-(log(tail) - log(down)) * down / (slope * mass))


def clip(step):
    return max(min(step, mpf(1)), mpf(-1))


def wilson(x, n, level, sign):
    """A start for Newton's method."""
    z = deviate(level)
    return (x + z * z / 2 + sign * z * sqrt(mpf(x) * (n - x) / n + z * z / 4)) / (n + z * z)


def odds_of(q):
    return q / (1 - q)


def garwood(x, level):
    tail = (1 - mpf(level)) / 2
    z = deviate(level)
    lower = mpf(0)
    if x:
        start = x * max(1 - 1 / mpf(9 * x) - z / (3 * sqrt(mpf(x))), mpf(1) / 10) ** 3
        lower = newton(start, lambda mean: up_step(poisson(x, mean), x, tail))
    y = x + 1
    start = y * (1 - 1 / mpf(9 * y) + z / (3 * sqrt(mpf(y)))) ** 3
    upper = newton(start, lambda mean: down_step(poisson(x, mean), mean, tail))
    return lower, upper


def text(number):
    return mp.nstr(number, 20, min_fixed=-4, max_fixed=12) if number else "0.0"


def main():
    print(
        "# Limits at 50 digits, rounded to 20. Made by make_reference.py beside this file, by direct summation of the"
    )
    print("# binomial and Poisson probabilities; mpmath 1.3.0.")
    for level in LEVELS:
        print(f"\n[[deviate]]\nlevel = {level}\nz = {text(deviate(level))}", flush=True)
    sizes = [1, 2, 3, 10, 29, 100, 263, 1000, 10**4, 10**6, 10**9]
    for n in sizes:
        places = {0, 1, 2, n // 10, n // 3, n // 2, n - 1, n} | ({999_999, 10**6} if n == 10**9 else set())
        for x in sorted(p for p in places if p <= n):
            for level in LEVELS:
                lower, upper = clopper_pearson(x, n, level)
                print(f"\n[[clopper_pearson]]\nx = {x}\nn = {n}\nlevel = {level}")
                print(f"lower = {text(lower)}\nupper = {text(upper)}", flush=True)
    for x in [0, 1, 2, 3, 5, 9, 10, 11, 20, 50, 100, 1234, 10**5, 999_999, 10**6, 10**7, 10**9]:
        for level in LEVELS:
            lower, upper = garwood(x, level)
            print(f"\n[[garwood]]\nx = {x}\nlevel = {level}\nlower = {text(lower)}\nupper = {text(upper)}", flush=True)


if __name__ == "__main__":
    main()
