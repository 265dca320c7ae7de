"""Meta's Graph API on loopback: Facebook, Instagram, messages, ads, WhatsApp."""
