"""What the string below each field of a Struct says: documentation that stands in the source, where Python forgets it."""

import ast
import inspect
import textwrap


def described(struct: type) -> dict[str, str]:
    """Field -> the text under it, on one line; of the class itself and not of its bases."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found
