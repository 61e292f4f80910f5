"""``python -m sim``: the same command line as ``surgecrew``."""

from sim.cli.main import main

if __name__ == "__main__":
    main()
