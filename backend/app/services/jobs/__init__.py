"""Long work: scenes painted ahead of need, in jobs that survive a restart."""

from app.services.jobs.runner import JobRunner
from app.services.jobs.service import JobService
from app.services.jobs.warm_jobs import WarmJobs

__all__ = ["JobRunner", "JobService", "WarmJobs"]
