"""Google: Ads, Play, Search Console and YouTube."""
