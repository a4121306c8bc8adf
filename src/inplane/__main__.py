"""`python -m inplane` is `inplane`."""

from inplane.cli import main

if __name__ == "__main__":
    main()
