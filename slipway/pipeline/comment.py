"""Plans of all stacks as one comment, whose size is bounded: what matters first, the rest folded away."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from slipway.pipeline.markdown import block, code, folded, table
from slipway.pipeline.plan import Changed, Finding, Plan, Released, Verdict

MARKER: Final = "<!-- slipway-preview -->"
"""First line of the comment, by which it is found and updated."""

LIMIT: Final = 60_000
"""Characters; GitHub takes 65,536 of a comment, GitLab more."""

SHOWN: Final = 40
"""Resources of a stack that are listed; of more there are counts by kind."""

_PATHS: Final = 5
_FINDINGS: Final = 20
_ERRORS: Final = 4000  # characters


def comment(plans: Sequence[Plan], head: str = "", limit: int = LIMIT) -> str:
    """The comment.

    Args:
        plans: of all stacks, in order.
        head: what was previewed, like a commit.
        limit: characters at most, if the overview itself has no more.
    """
    title = f"### What `pulumi up` would do{f' at {code(head)}' if head else ''}"
    rows = [(_sign(plan), code(plan.stack), _headline(plan)) for plan in plans]
    overview = "\n".join([MARKER, title, "", table(("", "stack", "would"), rows)])
    sections = [section for plan in plans if (section := _section(plan))]
    text = overview
    for number, section in enumerate(sections):
        # Whatever is left out is told, and the overview never is.
        if len(text) + len(section) > limit - 200:
            left = f"{len(sections) - number} of {len(sections)} details don't fit here: the job's log has them."
            return f"{text}\n\n{left}\n"
        text += f"\n\n{section}"
    return f"{text}\n"


def _sign(plan: Plan) -> str:
    return {
        Verdict.NOTHING: "✅",
        Verdict.CHANGES: "📦" if plan.only_releases else "🔧",
        Verdict.REFUSED: "⛔",
        Verdict.FAILED: "❌",
    }[plan.verdict]


def _headline(plan: Plan) -> str:
    match plan.verdict:
        case Verdict.NOTHING:
            return "change nothing"
        case Verdict.FAILED:
            return "**fail**"
        case Verdict.REFUSED:
            count = sum(one.mandatory for one in plan.findings)
            return f"**be refused**: {_counted(count, 'violation')} of mandatory policies"
        case Verdict.CHANGES:
            releases = [_release(one) for one in plan.releases[:3]]
            if plan.releases[3:]:
                releases.append(f"release {len(plan.releases) - 3} more")
            changes = [] if plan.only_releases else [_counts(plan)]
            return ", ".join([*releases, *changes])


def _release(one: Released) -> str:
    what = f"**release** {code(one.model)}"
    if one.before is None:
        return f"{what} {one.after}, its first"
    if one.before != one.after:
        return f"{what} {one.before} → {one.after}" + (", with another image" if one.image else "")
    return f"{what} {one.after} with another {'image' if one.image else 'pod template'}"


def _counts(plan: Plan) -> str:
    return ", ".join(f"{op} {count}" for op, count in plan.counts.items())


def _section(plan: Plan) -> str:
    parts = [part for part in (_violations(plan), _errors(plan), _advice(plan), _changes(plan)) if part]
    return "\n\n".join(parts)


def _violations(plan: Plan) -> str:
    found = [one for one in plan.findings if one.mandatory]
    if not found:
        return ""
    title = f"{plan.stack}: {_counted(len(found), 'violation')}, so nothing would be changed"
    return folded(title, _findings(found), open_=True)


def _advice(plan: Plan) -> str:
    found = [one for one in plan.findings if not one.mandatory]
    return folded(f"{plan.stack}: {_counted(len(found), 'remark')} of policies", _findings(found)) if found else ""


def _findings(found: Sequence[Finding]) -> str:
    rows = [(code(one.policy), code(one.resource), code(one.message, 400)) for one in found[:_FINDINGS]]
    more = [f"… and {len(found) - _FINDINGS} more"] if found[_FINDINGS:] else []
    return "\n\n".join([table(("policy", "resource", "what is wrong"), rows), *more])


def _errors(plan: Plan) -> str:
    return folded(f"{plan.stack}: why it would fail", block(plan.errors, _ERRORS), open_=True) if plan.errors else ""


def _changes(plan: Plan) -> str:
    if not plan.changes:
        return ""
    body = [table(("", "resource", "properties that differ"), [_row(one) for one in plan.changes[:SHOWN]])]
    if plan.changes[SHOWN:]:
        rest = plan.changes[SHOWN:]
        body += [f"… and {len(rest)} more:", table(("", "kind", "resources"), _kinds(rest))]
    return folded(f"{plan.stack}: {_counts(plan)}", "\n\n".join(body))


def _row(one: Changed) -> tuple[str, str, str]:
    paths = [code(path, 80) for path in one.paths[:_PATHS]] + (
        [f"{len(one.paths) - _PATHS} more"] if one.paths[_PATHS:] else []
    )
    return one.op, f"{code(_kind(one))} {code(one.name)}", ", ".join(paths)


def _kinds(changes: Sequence[Changed]) -> Iterator[tuple[str, str, str]]:
    counted = Counter((one.op, _kind(one)) for one in changes).most_common()
    for (op, kind), count in counted[:SHOWN]:
        yield op, code(kind), str(count)
    if counted[SHOWN:]:
        yield "…", f"{len(counted) - SHOWN} more kinds", str(sum(count for _, count in counted[SHOWN:]))


def _kind(one: Changed) -> str:
    return one.type.rpartition(":")[2] or one.type


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
