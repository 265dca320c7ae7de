"""Commands on campaigns, links, plans, outreach and figures."""
