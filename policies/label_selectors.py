"""Which pods a Kubernetes label selector selects."""

from policies.props import Props, items, objects, section


def everything(selector: Props) -> bool:
    """Whether a selector asks for nothing."""
    return not section(selector, "matchLabels") and not any(objects(selector, "matchExpressions"))


def selects(selector: Props, labels: Props) -> bool:
    """Whether a selector selects what has these labels."""
    wanted = section(selector, "matchLabels")
    return all(labels.get(key) == wanted[key] for key in wanted) and all(
        _holds(one, labels) for one in objects(selector, "matchExpressions")
    )


def _holds(expression: Props, labels: Props) -> bool:
    found = labels.get(str(expression.get("key")))
    match expression.get("operator"):
        case "In":
            return found in items(expression, "values")
        case "NotIn":
            return found not in items(expression, "values")
        case "Exists":
            return found is not None
        case "DoesNotExist":
            return found is None
        case _:
            return False
