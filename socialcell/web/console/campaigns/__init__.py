"""Pages on what the cell says: approvals, campaigns, posts, links, creators."""
