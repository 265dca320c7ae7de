"""How the models are made from labelled posts: seeded, repeatable, measured."""
