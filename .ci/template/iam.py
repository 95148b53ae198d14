"""How IAM judges a request: what a policy allows, with its conditions, and what it denies."""

import fnmatch


def listed(value):
    """Returns what a policy writes as one thing or as a list of them."""
    return value if isinstance(value, list) else [value]


def like(value, patterns):
    """Returns true if one of the patterns covers the value."""
    return value is not None and any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns)


def matches(action, patterns):
    """Returns true if one of the patterns covers the action. IAM does not distinguish cases."""
    return like(action.lower(), [pattern.lower() for pattern in patterns])


# An operator without "Not" does not hold for a key that the request does not have.
OPERATORS = {
    "ArnLike": like,
    "Null": lambda value, expected: str(value is None).lower() in expected,
    "StringEquals": lambda value, expected: value in expected,
    "StringLike": like,
}


def applies(statement, action, resource, keys):
    """Returns true if a statement is about such a request. `keys` are the condition keys that the request has."""
    conditions = [(operator, key, listed(expected)) for operator, all_of in statement.get("Condition", {}).items() for key, expected in all_of.items()]
    return (
        matches(action, listed(statement["Action"]))
        and like(resource, listed(statement["Resource"]))
        and all(OPERATORS[operator](keys.get(key), expected) for operator, key, expected in conditions)
    )


def allows(statements, action, resource, **keys):
    """Returns true if the statements allow an action on a resource. A colon in the name of a key is written as two underscores."""
    keys = {name.replace("__", ":"): value for name, value in keys.items()}
    effects = {one["Effect"] for one in statements if applies(one, action, resource, keys)}
    return effects == {"Allow"}
