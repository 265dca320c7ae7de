"""What platforms push: stored first, processed later, its files downloaded."""
