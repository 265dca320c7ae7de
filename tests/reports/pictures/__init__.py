"""Tests of pictures: what they say, contrast, places of texts, outlines."""
