"""
How much code a file holds, by Python's own tokenizer and parser.

A line counts if a token stands on it that is no comment and no docstring; a
statement is a node of the syntax tree that is one, docstrings left out, so
that neither layout nor long lines change it. Both are proxies: they say how
much was written, not how hard it was.
"""

import ast
import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


_EMPTY = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


@dataclass(frozen=True, slots=True)
class CodeSize:
    """Files, lines that hold code, and statements."""

    files: int
    lines: int
    statements: int


def size_of(paths: Iterable[Path]) -> CodeSize:
    """The size of several files together; OSError or SyntaxError if one cannot be read."""
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return CodeSize(
        len(texts),
        sum(code_lines(text) for text in texts),
        sum(statements(text) for text in texts),
    )


def code_lines(text: str) -> int:
    """Lines that hold code."""
    docs = {
        line
        for node in _docstrings(ast.parse(text))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _EMPTY:
            held |= set(range(token.start[0], token.end[0] + 1))
    return len(held - docs)


def statements(text: str) -> int:
    """Statements, those inside others included."""
    tree = ast.parse(text)
    docs = {id(node) for node in _docstrings(tree)}
    return sum(
        isinstance(node, ast.stmt) and id(node) not in docs for node in ast.walk(tree)
    )


def _docstrings(tree: ast.AST) -> list[ast.Expr]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, holders)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
        and isinstance(node.body[0].value.value, str)
    ]
