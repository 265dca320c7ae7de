"""`python -m socialcell` is the same as the console script."""

from socialcell.cli import main

if __name__ == "__main__":
    main()
