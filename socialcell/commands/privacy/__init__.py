"""Commands below the noun `privacy`: the law's registers."""
