"""What is reached over HTTP: doors for platforms, links and pages."""
