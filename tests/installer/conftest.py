import sys
from pathlib import Path

# The installer's files import one another as a script's neighbours do.
sys.path.insert(0, str(Path(__file__).parents[2] / "installer"))
