"""``python -m runtime.cli``: how the supervisor starts its children."""

import gc

gc.set_threshold(50_000, 20, 50)  # loading modules makes many objects and hardly any garbage

from runtime.cli import main  # noqa: E402

main()
