"""Apple: App Store Connect."""
