"""``python -m runtime.cli``: how the supervisor starts its children."""

from runtime.cli import main

main()
