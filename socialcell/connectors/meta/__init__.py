"""Meta: Facebook, Instagram, messages and ads through the Graph API."""
