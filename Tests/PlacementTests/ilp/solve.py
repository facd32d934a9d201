"""An integer program for placement problems, as a second opinion on Martlet's own solver.

Reads a list of instances as JSON from standard input and writes a list of {"choice", "weight", "makespan"} in its order, or
null for one that has no solution. Shares nothing with the solver but the definition of the problem:

  minimise  Σ w[t,o]·x[t,o] + Σ price[e,p,q]·y[e,p,q]
  with      one option for each task; y[e,p,q] = 1 where the ends of edge e lie at p and q;
            start[t] ≥ start[p] + duration[p] + transfer[e];  start[t] + duration[t] ≤ deadline, if there is one.

HiGHS (through SciPy) works in floating point, so the caller compares the exact weight of the choice it returns.
"""

import json
import sys

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

GIBIBYTE = 1 << 30
DOLLAR = 1e9
HOUR = 3.6e6


def price(rate, size):
    """Nano-dollars, rounded half up."""
    return (rate * size + GIBIBYTE // 2) // GIBIBYTE


class Program:
    """Variables and rows of one integer program."""

    def __init__(self):
        self.weights, self.upper, self.integral = [], [], []
        self.entries, self.lower_rows, self.upper_rows = [], [], []

    def variable(self, weight, upper, integral):
        self.weights.append(weight)
        self.upper.append(upper)
        self.integral.append(integral)
        return len(self.weights) - 1

    def row(self, terms, lower, upper):
        self.entries += [(len(self.lower_rows), column, factor) for column, factor in terms]
        self.lower_rows.append(lower)
        self.upper_rows.append(upper)

    def solve(self):
        rows, columns, factors = zip(*self.entries)
        shape = (len(self.lower_rows), len(self.weights))
        matrix = coo_matrix((factors, (rows, columns)), shape=shape).tocsr()
        return milp(
            c=numpy.array(self.weights),
            constraints=LinearConstraint(matrix, self.lower_rows, self.upper_rows),
            bounds=Bounds(0, self.upper),
            integrality=self.integral,
            options={"mip_rel_gap": 0.0, "time_limit": 120.0},
        )


def solve(instance):
    program = Program()
    infinite = numpy.inf
    options = instance["options"]
    deadline = instance["deadline"]
    x = [[program.variable(o["weight"] / DOLLAR, 1, 1) for o in task] for task in options]
    start = [program.variable(0, infinite, 0) for _ in options]
    for task in x:
        program.row([(column, 1) for column in task], 1, 1)
    for edge in instance["edges"]:
        add_edge(program, instance, edge, x, start)
    if deadline is not None:
        for task, columns in enumerate(x):
            spent = [(c, o["duration"] / HOUR) for c, o in zip(columns, options[task])]
            program.row([(start[task], 1)] + spent, -infinite, deadline / HOUR)
    result = program.solve()
    if result.x is None:
        return None
    choice = [int(numpy.argmax([result.x[column] for column in task])) for task in x]
    return {"choice": choice, "weight": float(result.fun) * DOLLAR}


def add_edge(program, instance, edge, x, start):
    producer, consumer, size = edge["producer"], edge["consumer"], edge["bytes"]
    rates, times = instance["rates"], instance["milliseconds"]
    options = instance["options"]
    sources = sorted({o["location"] for o in options[producer]})
    targets = sorted({o["location"] for o in options[consumer]})
    y = {}
    for p in sources:
        for q in targets:
            y[p, q] = program.variable(0 if p == q else price(rates[p][q], size) / DOLLAR, 1, 0)
    for p in sources:
        here = [(c, -1) for c, o in zip(x[producer], options[producer]) if o["location"] == p]
        program.row([(y[p, q], 1) for q in targets] + here, 0, 0)
    for q in targets:
        here = [(c, -1) for c, o in zip(x[consumer], options[consumer]) if o["location"] == q]
        program.row([(y[p, q], 1) for p in sources] + here, 0, 0)
    if instance["deadline"] is None:
        return
    terms = [(start[consumer], 1), (start[producer], -1)]
    terms += [(c, -o["duration"] / HOUR) for c, o in zip(x[producer], options[producer])]
    for (p, q), column in y.items():
        transfer = 0 if p == q else -(-times[p][q] * size // GIBIBYTE)
        if transfer:
            terms.append((column, -transfer / HOUR))
    program.row(terms, 0, numpy.inf)


json.dump([solve(instance) for instance in json.load(sys.stdin)], sys.stdout)
