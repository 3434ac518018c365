"""`python -m salviewer.cli`, the same as `salviewer`."""

from salviewer.cli import main

if __name__ == "__main__":
    main()
