"""From a technical plan to sprints."""
