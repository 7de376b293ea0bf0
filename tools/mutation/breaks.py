"""Ways to break a line of Python: each changes what it does, and leaves it valid."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_OPPOSITE: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_NAME: Final = re.compile(r"[\w./:@*=-]+")  # what has spaces is for people to read
_HAVE_THEIR_OWN: Final = (ast.Compare, ast.BoolOp, ast.UnaryOp)  # conditions that are broken by themselves


@dataclass(frozen=True)
class Break:
    """One change of a source.

    Attributes:
        line: where it is, from 1.
        before: what stands there.
        after: what is to stand there.
        source: the whole source with the change.
    """

    line: int
    before: str
    after: str
    source: str


def breaks(source: str) -> list[Break]:
    """Every single change that this module knows for a source, in the order of its lines."""
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    found = [_made(lines, place, changed) for node in _code(tree) for place, changed in _changes(node)]
    return sorted(found, key=lambda one: (one.line, one.before, one.after))


def _code(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Its statements and expressions, without those of which a change says nothing or can't be told.

    Left out are docstrings, what f-strings are made of (which has no place of its own), and decorators: that a
    dataclass is frozen keeps people from mistakes, and no test can fail without it.
    """
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr) or child in decorators:
            continue
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.expr | ast.stmt):
            yield child
        yield from _code(child)


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[ast.expr | ast.stmt, ast.AST]]:
    match node:
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Delete() | ast.Continue() | ast.Break():
            yield node, ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield node, ast.Pass()
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if not isinstance(test, _HAVE_THEIR_OWN):
            yield test, ast.UnaryOp(ast.Not(), test)
        case ast.Compare(left=left, ops=[operator], comparators=comparators):
            yield node, ast.Compare(left, [_OPPOSITE[type(operator)]()], comparators)
        case ast.BoolOp(op=operator, values=values):
            yield node, ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, operand
        case ast.Constant(value=bool(value)):
            yield node, ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield node, ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if _NAME.fullmatch(value):
            yield node, ast.Constant(f"{value}x")
        case _:
            pass


def _made(lines: list[str], place: ast.expr | ast.stmt, changed: ast.AST) -> Break:
    first, last = lines[place.lineno - 1], lines[(place.end_lineno or place.lineno) - 1]
    # The tree counts bytes.
    head = first.encode()[: place.col_offset].decode()
    tail = last.encode()[place.end_col_offset :].decode()
    after = ast.unparse(changed)
    if not isinstance(changed, ast.stmt | ast.Constant):
        after = f"({after})"  # it may bind its operands less than what stood there
    before = "".join([*lines[: place.lineno - 1], head])
    behind = "".join([tail, *lines[place.end_lineno :]])
    whole = "".join(lines)
    return Break(place.lineno, whole[len(before) : len(whole) - len(behind)], after, before + after + behind)
