"""Commands on mentions, areas, owners and the account registry."""
