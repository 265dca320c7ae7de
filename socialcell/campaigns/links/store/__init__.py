"""SQL on tracked links, clicks and install postbacks."""
