"""``python -m musegen``."""

from musegen.cli import main

raise SystemExit(main())
