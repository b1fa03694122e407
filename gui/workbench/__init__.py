"""The running lab: the only place where the window meets training."""
