"""The child process: `python -m slipway.models.inspection JOB OUTCOME`, both JSON files. Nobody calls it by hand."""

import sys
from pathlib import Path

from slipway.errors import SlipwayError
from slipway.models.inspection.messages import Answers, Ask, Convert, Job, Outcome


def main(job_path: Path, outcome_path: Path) -> None:
    """Do the job, and write how it went; a crash writes nothing, and the parent says so."""
    job = Job.model_validate_json(job_path.read_bytes())
    job.limits.apply(job.parent)
    try:
        outcome = Outcome(answers=_do(job.task))
    except SlipwayError as error:
        outcome = Outcome(refused=str(error))
    except MemoryError:
        outcome = Outcome(refused=f"the model needs more memory than the {job.limits.memory} bytes that it may use")
    outcome_path.write_text(outcome.model_dump_json())


def _do(task: Convert | Ask) -> Answers | None:
    match task:
        case Convert():
            from slipway.models.inspection.convert import convert

            convert(task.source, task.target)
            return None
        case Ask():
            from service.tensorflow_model import configure
            from slipway.models.inspection.ask import ask

            configure(threads=1)  # so that the same machine gives the same digits each time
            return ask(task)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
