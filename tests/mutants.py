"""Break the rules of money, one place at a time, and see whether a test fails.

One process runs the tests and notes which lines each of them executes. Then each mutant
gets a fork of that process, in which the code of its function is replaced, and runs the
tests that execute its line until one fails. docs/mutants.md lists the mutants that may
survive. `python -m tests.mutants [file…]` fails for any other.
"""

import ast
import copy
import gc
import os
import re
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, pairwise
from multiprocessing import RawArray
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from _pytest.runner import runtestprotocol

from core.workflow import Workflow

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/mutants.md"
FILES = [
    *("payments/ledger.py", "payments/money.py", "payments/quotes.py"),
    *("payments/permissions.py", "payments/effects.py", "payments/workflow.py"),
    *("tasks/permissions.py", "tasks/payments.py"),
]
PAYMENTS = "api approvals disputes flow hostile ledger money paid_anew stripe_disputes"
TASKS = "applications giving_back payments settlements workflow"
TESTS = [
    *(f"payments/tests/test_{name}.py" for name in PAYMENTS.split()),
    *(f"tasks/tests/test_{name}.py" for name in TASKS.split()),
]
WORKERS = int(os.environ.get("WORKERS", 2))
# Of the tests of one mutant, the quickest first: a survivor has used them up.
MAX_TEST_SECONDS = float(os.environ.get("TEST_SECONDS", 60))
MAX_CPU_SECONDS = 240  # of a fork: a mutant that never ends is killed


# --- What is broken, by the type of the node ------------------------------------------
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
# Modules whose functions a table names: an effect that does nothing, a predicate that
# allows everybody.
OF_TABLES = {"applications", "effects", "permissions", "services"}
NOTHING = ast.Pass()


def without(things: list) -> Iterator[list]:
    for i, _thing in enumerate(things):
        yield [*things[:i], *things[i + 1 :]]


def comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def connectives(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(
        ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values
    )
    yield from node.values


def arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if other := ARITHMETIC.get(type(node.op)):
        yield ast.BinOp(node.left, other(), node.right)


def signs(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)


def attributes(node: ast.Attribute) -> Iterator[ast.AST]:
    if not isinstance(node.ctx, ast.Load):
        return
    if node.attr.endswith("_cents"):
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))
    owner = getattr(node.value, "id", "")
    if owner == "Account":
        yield ast.Attribute(node.value, "BANK", ast.Load())
    if owner in OF_TABLES:
        yield ast.parse("lambda *args, **kwargs: True", mode="eval").body


def arguments(node: ast.Call) -> Iterator[ast.AST]:
    for keywords in without(node.keywords):
        yield ast.Call(node.func, node.args, keywords)
    if getattr(node.func, "id", "") in ("min", "max", "sorted"):
        yield node.args[0]


def elements(node: ast.Tuple) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        for kept in without(node.elts):
            yield ast.Tuple(kept, ast.Load())


def choices(node: ast.IfExp) -> Iterator[ast.AST]:
    yield from (node.body, node.orelse)


def branches(node: ast.If) -> Iterator[ast.AST]:
    for value in (True, False):
        yield ast.If(ast.Constant(value), node.body, node.orelse)


def conditions(node: ast.comprehension) -> Iterator[ast.AST]:
    for kept in without(node.ifs):
        yield ast.comprehension(node.target, node.iter, kept, 0)


def statements(node: ast.stmt) -> Iterator[ast.AST]:
    is_text = isinstance(getattr(node, "value", None), ast.Constant)
    # A name that is never assigned would be noticed by anything.
    is_local = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    if not is_local and not (is_text and isinstance(node, ast.Expr)):
        yield NOTHING


VARIANTS: dict[type, Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: comparisons,
    ast.BoolOp: connectives,
    ast.BinOp: arithmetic,
    ast.UnaryOp: signs,
    ast.Constant: constants,
    ast.Attribute: attributes,
    ast.Call: arguments,
    ast.Tuple: elements,
    ast.IfExp: choices,
    ast.If: branches,
    ast.comprehension: conditions,
    **dict.fromkeys((ast.Expr, ast.Raise, ast.Return, ast.Assign), statements),
}
SKIPPED = {"annotation", "bases", "decorator_list", "defaults", "returns"}
TRANSLATED = {"_", "gettext", "ngettext"}


def children(node: ast.AST) -> Iterator[tuple[list | dict, int | str, ast.AST]]:
    """Yield the nodes below one, each with the container and the key it stands at."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TRANSLATED:
        return
    for name, value in ast.iter_fields(node):
        is_called = isinstance(node, ast.Call) and name == "func"
        is_signature = isinstance(node, ast.FunctionDef) and name == "args"
        if name in SKIPPED or is_called or is_signature:
            continue
        places = enumerate(value) if isinstance(value, list) else [(name, value)]
        for key, child in places:
            if isinstance(child, ast.AST):
                yield value if isinstance(value, list) else vars(node), key, child


@dataclass
class Mutant:
    """A module with one broken place."""

    file: str
    function: str  # its qualified name; "" for what the module itself executes
    lines: range
    change: str
    statement: int  # of the module: the index of the broken one
    tree: ast.Module

    @property
    def name(self) -> str:
        return f"{self.function or 'the module'}: {self.change}"


def lines_of(statement: ast.stmt) -> range:
    """Return the lines of a statement, without those of the statements within."""
    end = statement.end_lineno or statement.lineno
    if body := getattr(statement, "body", None):
        end = max(statement.lineno, body[0].lineno - 1)
    return range(statement.lineno, end + 1)


def short(node: ast.AST) -> str:
    if node is NOTHING:
        return "nothing"
    if isinstance(node, ast.If):
        return f"`if {ast.unparse(node.test)}`"
    text = " ".join(ast.unparse(node).split())
    return f"`{text}`" if len(text) < 70 else f"`{text[:66]} …`"


def change(node: ast.AST, variant: ast.AST) -> str:
    if isinstance(node, ast.Call) and getattr(variant, "func", None) is node.func:
        [gone] = [each for each in node.keywords if each not in variant.keywords]
        return f"`{ast.unparse(node.func)}(…)` without `{ast.unparse(gone)}`"
    return f"{short(node)} → {short(variant)}"


def mutants_of(file: str) -> Iterator[Mutant]:
    """Yield the mutants of a file, in the order of its text."""
    tree = ast.parse((ROOT / file).read_text())
    counted: Counter[str] = Counter()

    def walk(node: ast.AST, function: str, lines: range, top: int) -> Iterator[Mutant]:
        for place, key, child in children(node):
            inner = function
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{function}.{child.name}".strip(".")
            within = lines_of(child) if isinstance(child, ast.stmt) else lines
            at = key if isinstance(node, ast.Module) else top
            for variant in VARIANTS.get(type(child), lambda node: iter(()))(child):
                place[key] = variant
                broken = copy.deepcopy(tree)
                place[key] = child
                text = change(child, variant)
                counted[inner + text] += 1
                if (n := counted[inner + text]) > 1:
                    text += f" ({n})"
                yield Mutant(file, inner, within, text, at, broken)
            yield from walk(child, inner, within, at)

    yield from walk(tree, "", range(0), 0)


# --- Breaking it ----------------------------------------------------------------------
def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from codes(const)


def loaded_functions() -> dict[tuple[str, str], list[FunctionType]]:
    """Return the functions of the process by their file and qualified name.

    All of them: a decorator, a table and another module may each have their own.
    """
    found = defaultdict(list)
    for thing in gc.get_objects():
        if type(thing) is FunctionType:
            code = thing.__code__
            found[code.co_filename, code.co_qualname].append(thing)
    return found


def put(mutant: Mutant, functions: dict[tuple[str, str], list[FunctionType]]) -> None:
    """Put the broken code in the place of the loaded one, wherever that is named."""
    path = str(ROOT / mutant.file)
    ast.fix_missing_locations(mutant.tree)
    module = import_module(mutant.file.removesuffix(".py").replace("/", "."))
    names = vars(module)
    if mutant.function:
        broken = compile(mutant.tree, path, "exec")
        [code] = [c for c in codes(broken) if c.co_qualname == mutant.function]
        for function in functions[path, mutant.function]:
            function.__code__ = code
        # A table is made again: the function may have made a row of it.
        if not any(isinstance(each, Workflow) for each in names.values()):
            return
    before = dict(names)
    # The statements that follow may have used its names.
    for statement in mutant.tree.body[mutant.statement :]:
        if isinstance(statement, ast.Assign | ast.Expr):
            exec(compile(ast.Module([statement], []), path, "exec"), names)
    for name, old in before.items():
        if isinstance(old, Workflow):  # other modules have imported it
            vars(old).clear()
            vars(old).update(vars(names[name]))
            names[name] = old


# --- Running the tests ----------------------------------------------------------------
class Mutation:
    """A plugin of pytest that runs the tests once, and then for each mutant."""

    def __init__(self, files: list[str]):
        self.files = files
        self.killed: Counter[str] = Counter()
        self.survived: list[Mutant] = []
        self._tests: dict[tuple[str, int], set[int]] = defaultdict(set)  # by line
        self._seconds: list[float] = []
        self._running: dict[int, Mutant | None] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._say = session.config.pluginmanager.get_plugin(
            "terminalreporter"
        ).write_line
        self._items = session.items
        if not self._run_once():
            pytest.exit("A test fails before anything is broken.")
        # Shared with the forks: what has found one mutant will find its neighbours.
        self._found = RawArray("i", len(self._items))
        functions = loaded_functions()
        gc.freeze()  # what a collector touches would be copied in each fork
        for mutant in chain([None], *map(mutants_of, self.files)):
            if len(self._running) >= WORKERS:
                self._wait()
            if pid := os.fork():
                self._running[pid] = mutant
            else:
                self._run_fork(mutant, functions)
        while self._running:
            self._wait()
        return True

    def _run(self, number: int, following: int) -> bool:
        """Run a test, and return if it passes; the next one stays set up for."""
        item, next_item = self._items[number], self._items[following]
        reports = runtestprotocol(item, nextitem=next_item, log=False)
        return not any(report.failed for report in reports)

    def _run_once(self) -> bool:
        """Note what each test executes, and how long it takes; return if all pass."""
        paths = {str(ROOT / file) for file in self.files}
        failed = []
        self._run(0, -1)  # sets the session up, in nobody's seconds
        for number, item in enumerate(self._items):

            def trace(frame, event, argument, number=number):
                if (path := frame.f_code.co_filename) not in paths:
                    return None
                self._tests[path, frame.f_lineno].add(number)
                return trace

            began = time.perf_counter()
            sys.settrace(trace)
            # The last has a next one too: what the session has set up stays.
            passed = self._run(number, (number + 1) % len(self._items))
            sys.settrace(None)
            self._seconds.append(time.perf_counter() - began)
            if not passed:
                failed.append(item.nodeid)
        self._say(f"{len(self._items)} tests in {sum(self._seconds):.0f} s")
        for name in failed:
            self._say(f"fails before anything is broken: {name}")
        return not failed

    def _tests_of(self, mutant: Mutant | None) -> list[int]:
        found = set(range(len(self._items)))
        if mutant:
            places = [p for p in self._tests if p[0] == str(ROOT / mutant.file)]
            here = [p for p in places if mutant.function and p[1] in mutant.lines]
            # What a module executes itself concerns whoever executes any of it.
            found = set().union(*(self._tests[place] for place in here or places))
            # A module that executed everything when it was imported has no places.
            found = found or set(range(len(self._items)))
        chosen, total = [], 0.0
        for number in sorted(found, key=lambda n: (-self._found[n], self._seconds[n])):
            total += self._seconds[number]
            if total <= MAX_TEST_SECONDS or not chosen:
                chosen.append(number)
        return chosen

    def _run_fork(self, mutant: Mutant | None, functions: dict) -> None:
        """End the process: with 0 if all tests pass."""
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
            if mutant:
                put(mutant, functions)
            tests = self._tests_of(mutant)
            for number, following in pairwise([*tests, 0]):
                if not self._run(number, following):
                    self._found[number] += 1
                    break
            else:
                status = 0
        finally:
            os._exit(status)

    def _wait(self) -> None:
        pid, status = os.wait()
        mutant = self._running.pop(pid)
        if mutant is None:
            if status:
                pytest.exit("A test fails in a fork in which nothing is broken.")
        elif status:
            self.killed[mutant.file] += 1
        else:
            self.survived.append(mutant)
            self._say(f"survives: {mutant.file}, {mutant.name}")

    def pytest_terminal_summary(self) -> None:
        survived = Counter(mutant.file for mutant in self.survived)
        for file in self.files:
            total = self.killed[file] + survived[file]
            self._say(f"{file}: {self.killed[file]} of {total} are killed")


def main(files: list[str]) -> int:
    """Print the figures; return 0 if each survivor is on the page."""
    mutation = Mutation(files)
    tests = os.environ.get("TESTS", "").split() or TESTS
    failed = pytest.main(
        ["-p", "no:cacheprovider", "--tb=no", *tests], plugins=[mutation]
    )
    listed = set(re.findall(r"^\| (.*) \| .* \|$", PAGE.read_text(), re.MULTILINE))
    return failed or any(mutant.name not in listed for mutant in mutation.survived)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or FILES))
